import fc from 'fast-check'
import { distance, similarity } from 'ml-distance'
import { expect, test } from 'vitest'
import { METRICS, nearestCentroid } from '../../../src/domain/clustering/metric.ts'

const points = fc.integer({ min: 1, max: 6 }).chain((d) => {
  const point = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: d, maxLength: d })
  return fc.tuple(point, point)
})
const measured = (name: keyof typeof METRICS, a: number[], b: number[]) => {
  const metric = METRICS[name]
  return metric.toDistance(metric.rank(Float64Array.from(a), 0, Float64Array.from(b), 0, a.length))
}

test('METRICS equal ml-distance', () => {
  fc.assert(
    fc.property(points, ([a, b]) => {
      expect(measured('euclidean', a, b)).toBeCloseTo(distance.euclidean(a, b), 8)
      expect(measured('manhattan', a, b)).toBeCloseTo(distance.manhattan(a, b), 8)
      const likeness = similarity.cosine(a, b)
      if (Number.isFinite(likeness)) expect(measured('cosine', a, b)).toBeCloseTo(1 - likeness, 8)
    }),
    { seed: 1 }
  )
})

test('METRICS cosine is 0 along, 1 across, 2 against, and 1 from the origin', () => {
  expect(measured('cosine', [1, 0], [5, 0])).toBe(0)
  expect(measured('cosine', [1, 0], [0, 5])).toBe(1)
  expect(measured('cosine', [1, 0], [-5, 0])).toBe(2)
  expect(measured('cosine', [0, 0], [1, 1])).toBe(1)
})

test('nearestCentroid gives a tie to the lower index', () => {
  const centroids = Float64Array.of(9, 9, 0, 0, 0, 2, 2, 0)
  expect(nearestCentroid(METRICS.euclidean, Float64Array.of(0, 1), 0, centroids, 2)).toBe(1)
  expect(nearestCentroid(METRICS.euclidean, Float64Array.of(1, 1), 0, centroids, 2)).toBe(1)
})
