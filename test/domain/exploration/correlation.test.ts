import { describe, expect, test } from 'vitest'
import { averageRanks, correlate } from '../../../src/domain/exploration/correlation.ts'

describe('averageRanks', () => {
  test('lets equal values share the mean of their ranks', () => {
    // 1 is first; the two 3 share ranks 2 and 3; 7 is fourth
    expect([...averageRanks(Float64Array.of(3, 1, 7, 3))]).toEqual([2.5, 1, 4, 2.5])
  })
})

describe('correlate', () => {
  test('gives Pearson of the values and of the ranks', () => {
    const { pearson, spearman } = correlate([Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 4, 9, 16)])
    // Products 25, squares 5 and 129: 25 / √645
    expect(pearson[0]![1]).toBeCloseTo(25 / Math.sqrt(645), 14)
    expect(pearson[1]![0]).toBe(pearson[0]![1])
    expect(spearman).toEqual([
      [1, 1],
      [1, 1]
    ])
  })

  test('compares each pair over the rows that have both', () => {
    const a = Float64Array.of(1, 2, 3, 100)
    const b = Float64Array.of(3, 2, 1, Number.NaN)
    const { pearson, spearman } = correlate([a, b])
    expect(pearson[0]![1]).toBe(-1)
    expect(spearman[0]![1]).toBe(-1)
  })

  test('is null where a feature does not vary', () => {
    const { pearson, spearman } = correlate([Float64Array.of(1, 2, 3), Float64Array.of(0.1, 0.1, 0.1)])
    expect(pearson).toEqual([
      [1, null],
      [null, null]
    ])
    expect(spearman).toEqual(pearson)
  })
})
