import { expect, test } from 'vitest'
import { quantile, sortPresent } from '../../../src/domain/numeric/quantiles.ts'

test('quantile equals numpy 1.24 quantile of [3,1,4,1,5,9,2,6]', () => {
  const sorted = sortPresent(Float64Array.of(3, 1, 4, Number.NaN, 1, 5, 9, 2, 6))
  expect([0.25, 0.5, 0.75, 0.1].map((share) => quantile(sorted, share))).toEqual([1.75, 3.5, 5.25, 1])
  expect(quantile(sorted, 1)).toBe(9)
  expect(quantile([], 0.5)).toBeNaN()
})
