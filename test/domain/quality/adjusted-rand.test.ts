import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adjustedRand, bestJaccard } from '../../../src/domain/quality/adjusted-rand.ts'

// Computed independently with numpy after Hubert & Arabie (1985).
test.each([
  [[0, 0, 1, 1], [0, 0, 1, 2], 0.571429],
  [[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], 0.242424],
  [[0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1], 1],
  [[0, 0, 1, 1], [0, 1, 0, 1], -0.5]
])('adjustedRand of %j and %j', (a, b, expected) => {
  expect(adjustedRand(a, b)).toBeCloseTo(expected, 6)
})

test('adjustedRand is symmetric, 1 with itself, and 1 where nothing can differ', () => {
  const labels = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 30
  })
  fc.assert(
    fc.property(labels, (pairs) => {
      const a = pairs.map(([x]) => x)
      const b = pairs.map(([, y]) => y)
      expect(adjustedRand(a, b)).toBeCloseTo(adjustedRand(b, a), 12)
      expect(adjustedRand(a, a)).toBe(1)
      expect(adjustedRand(a, b)).toBeLessThanOrEqual(1 + 1e-12)
    }),
    { seed: 1 }
  )
  expect(adjustedRand([0, 0], [0, 0])).toBe(1)
})

test('bestJaccard is the best overlap of each cluster, NaN for one that is not there', () => {
  // Cluster 0 = {0,1,2} against {0,1}: 2/3. Cluster 1 = {3,4} against {2,3,4}: 2/3.
  expect(bestJaccard([0, 0, 0, 1, 1], [5, 5, 7, 7, 7], 3)).toEqual([2 / 3, 2 / 3, Number.NaN])
})
