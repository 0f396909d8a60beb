import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignCheapest } from '../../../src/domain/segments/hungarian.ts'

type Matrix = number[][]

/** Least total over every way to give `min(rows, columns)` rows a column of their own. */
function cheapestByTrying(cost: Matrix): number {
  const rows = cost.length
  const columns = cost[0]!.length
  const go = (row: number, used: Set<number>, left: number): number => {
    if (left === 0) return 0
    if (row === rows) return Number.POSITIVE_INFINITY
    let best = rows - row > left ? go(row + 1, used, left) : Number.POSITIVE_INFINITY
    for (let j = 0; j < columns; j++) {
      if (used.has(j)) continue
      best = Math.min(best, cost[row]![j]! + go(row + 1, new Set(used).add(j), left - 1))
    }
    return best
  }
  return go(0, new Set(), Math.min(rows, columns))
}

const matrices = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
  fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows
  })
)

describe('assignCheapest', () => {
  it('returns the textbook assignment', () => {
    // Of the six permutations 1+2+2 = 5 is least: (0,1), (1,0), (2,2).
    expect(
      assignCheapest([
        [4, 1, 3],
        [2, 0, 5],
        [3, 2, 2]
      ])
    ).toEqual([1, 0, 2])
  })

  it('costs as little as the best of all permutations, square or not', () => {
    fc.assert(
      fc.property(matrices, (cost) => {
        const columnOf = assignCheapest(cost)
        const placed = columnOf.filter((column) => column >= 0)
        expect(new Set(placed).size).toBe(placed.length)
        expect(placed.length).toBe(Math.min(cost.length, cost[0]!.length))
        const total = columnOf.reduce((sum, column, row) => sum + (column < 0 ? 0 : cost[row]![column]!), 0)
        expect(total).toBe(cheapestByTrying(cost))
      }),
      { seed: 1, numRuns: 300 }
    )
  })

  it('leaves the dearest rows without a column when there are more rows', () => {
    expect(assignCheapest([[5], [1], [3]])).toEqual([-1, 0, -1])
  })

  it('gives every row −1 without columns', () => {
    expect(assignCheapest([[], []])).toEqual([-1, -1])
    expect(assignCheapest([])).toEqual([])
  })

  it('refuses ragged rows and costs that are not finite', () => {
    expect(() => assignCheapest([[1, 2], [1]])).toThrow(RangeError)
    expect(() => assignCheapest([[Number.NaN]])).toThrow(RangeError)
  })
})
