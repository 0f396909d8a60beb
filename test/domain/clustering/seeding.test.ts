import { expect, test } from 'vitest'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { plusPlusStart, randomStart } from '../../../src/domain/clustering/seeding.ts'
import { countDistinctRows } from '../../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { matrixOf, planted } from '../../helpers/planted.ts'

const pace = new Pace(() => false)

test('plusPlusStart never takes a duplicate while another row is left', () => {
  // Three different rows, one of them forty times.
  const matrix = matrixOf([...Array.from({ length: 40 }, () => [1, 1]), [2, 2], [3, 9]])
  for (let seed = 0; seed < 50; seed++) {
    const start = plusPlusStart(matrix, 3, createRandom(seed), pace)
    expect(countDistinctRows({ data: start, n: 3, d: 2 }, 9)).toBe(3)
  }
})

test('plusPlusStart takes one row from each of well separated groups', () => {
  const matrix = planted(
    [
      [0, 0],
      [100, 0],
      [0, 100],
      [100, 100]
    ],
    25,
    1
  )
  for (let seed = 0; seed < 50; seed++) {
    const start = plusPlusStart(matrix, 4, createRandom(seed), pace)
    const corners = new Set(
      [0, 1, 2, 3].map((c) => `${Math.round(start[c * 2]! / 100)},${Math.round(start[c * 2 + 1]! / 100)}`)
    )
    expect(corners.size).toBe(4)
  }
})

test('plusPlusStart repeats rows only when there are no others', () => {
  expect([...plusPlusStart(matrixOf([[5], [5]]), 2, createRandom(1), pace)]).toEqual([5, 5])
})

test('randomStart takes different rows', () => {
  const matrix = matrixOf([[1], [2], [3], [4]])
  for (let seed = 0; seed < 20; seed++) expect(new Set(randomStart(matrix, 3, createRandom(seed))).size).toBe(3)
})
