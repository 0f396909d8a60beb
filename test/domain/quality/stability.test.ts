import { expect, test } from 'vitest'
import { arrange } from '../../../src/domain/clustering/arrange.ts'
import { lloydEngine } from '../../../src/domain/clustering/lloyd.ts'
import { METRICS } from '../../../src/domain/clustering/metric.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { bootstrapStability, scanStability, stabilityBand } from '../../../src/domain/quality/stability.ts'
import { planted, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const stabilityOf = (matrix: Matrix, k: number) => {
  const { centroids } = lloydEngine.kmeans(matrix, { k, restarts: 10, max_iterations: 300, seed: 1 }, workshop)
  return bootstrapStability(
    matrix,
    arrange(matrix, centroids, METRICS.euclidean, workshop),
    trainingOptions(),
    workshop
  )
}

test('bootstrapStability is 1 for groups far apart', () => {
  expect(
    stabilityOf(
      planted(
        [
          [0, 0],
          [50, 0],
          [0, 50]
        ],
        40,
        1
      ),
      3
    )
  ).toEqual({ ari_mean: 1, jaccard: [1, 1, 1], resamples: 20 })
})

test('bootstrapStability is low for clusters cut out of one even cloud', () => {
  const stability = stabilityOf(planted([[0, 0]], 300, 1), 7)
  // Below 0.75 a cluster is not called stable (Hennig 2007).
  expect(Math.min(...stability!.jaccard)).toBeLessThan(0.75)
  expect(stability!.ari_mean).toBeLessThan(0.8)
})

test('bootstrapStability is not defined for one cluster', () => {
  expect(stabilityOf(planted([[0, 0]], 30, 1), 1)).toBeNull()
})

// Hennig (2007): 0.85 and more highly stable, 0.75 stable, 0.6 a pattern.
test.each([
  [1, 'highly_stable'],
  [0.85, 'highly_stable'],
  [0.8499, 'stable'],
  [0.75, 'stable'],
  [0.7499, 'pattern'],
  [0.6, 'pattern'],
  [0.5999, 'dissolved'],
  [0, 'dissolved']
])('stabilityBand of %s is %s', (jaccard, band) => {
  expect(stabilityBand(jaccard)).toBe(band)
})

test('scanStability knows the planted number from one more', () => {
  const triangle = planted(
    [
      [0, 0],
      [50, 0],
      [0, 50]
    ],
    40,
    5
  )
  const clusterings = [1, 3, 4].map((k) => {
    const { centroids } = lloydEngine.kmeans(triangle, { k, restarts: 5, max_iterations: 300, seed: 1 }, workshop)
    return arrange(triangle, centroids, METRICS.euclidean, workshop)
  })
  const least = scanStability(triangle, clusterings, trainingOptions(), workshop)
  expect(least.get(3)).toBe(1)
  expect(least.get(4)).toBeLessThan(0.75)
  expect(least.has(1)).toBe(false)
})
