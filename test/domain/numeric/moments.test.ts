import { expect, test } from 'vitest'
import { moments } from '../../../src/domain/numeric/moments.ts'

test('moments skewness equals scipy 1.10 stats.skew of [1,2,3,4,10]', () => {
  const { mean, deviation, skewness, min, max } = moments([1, 2, 3, 4, 10])
  expect([mean, deviation, min, max]).toEqual([4, Math.sqrt(10), 1, 10])
  expect(skewness).toBeCloseTo(1.1384199576606167, 14)
})

test('moments keeps its digits on a large mean and knows a constant', () => {
  // Deviations −1, 0, 1: the variance is 2/3 wherever the mean lies.
  expect(moments([1e9 - 1, 1e9, 1e9 + 1]).deviation).toBeCloseTo(Math.sqrt(2 / 3), 12)
  expect(moments([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, deviation: 0, skewness: 0, min: 0.1, max: 0.1 })
})
