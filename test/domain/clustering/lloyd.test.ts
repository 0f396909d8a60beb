import fc from 'fast-check'
import { kmeans as mlKmeans } from 'ml-kmeans'
import { expect, test } from 'vitest'
import { clusterMeans, countMembers } from '../../../src/domain/clustering/arrange.ts'
import type { KMeansOptions } from '../../../src/domain/clustering/engine.ts'
import { lloydEngine } from '../../../src/domain/clustering/lloyd.ts'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { TrainingCancelled } from '../../../src/domain/clustering/refusal.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { countDistinctRows, takeRows } from '../../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { adjustedRand } from '../../../src/domain/quality/adjusted-rand.ts'
import { eightPoints, matrixOf, planted } from '../../helpers/planted.ts'

const pace = new Pace(() => false)
const run = (matrix: Matrix, options: Partial<KMeansOptions> & { k: number }) =>
  lloydEngine.kmeans(matrix, { restarts: 5, max_iterations: 300, seed: 1, ...options }, pace)

/** Rows of few different values, so that duplicates and ties are common. */
const coarse = fc
  .integer({ min: 1, max: 4 })
  .chain((d) =>
    fc
      .array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: d, maxLength: d }), { minLength: 2, maxLength: 40 })
      .map(matrixOf)
  )
const smooth = fc
  .tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 10, max: 60 }), fc.integer({ min: 1, max: 4 }))
  .map(([seed, n, d]) => planted([new Array(d).fill(0)], n, 1, seed))

const nearestByHand = ({ data, n, d }: Matrix, centroids: Float64Array) =>
  Array.from({ length: n }, (_, i) => {
    const squares = Array.from({ length: centroids.length / d }, (_, c) =>
      Array.from({ length: d }, (_, j) => (data[i * d + j]! - centroids[c * d + j]!) ** 2).reduce((a, b) => a + b)
    )
    return squares.indexOf(Math.min(...squares))
  })

test('lloydEngine reaches inertia 3.166667 on the eight points of three corners', () => {
  // Sums of squares about the three means: 4/3, 4/3 and 1/2.
  const matrix = eightPoints()
  const { loss, labels, converged } = run(matrix, { k: 3 })
  expect(loss).toBeCloseTo(4 / 3 + 4 / 3 + 1 / 2, 12)
  expect(adjustedRand(labels, [0, 0, 0, 1, 1, 1, 2, 2])).toBe(1)
  expect(converged).toBe(true)
})

test('lloydEngine from given centroids equals ml-kmeans from the same', () => {
  fc.assert(
    fc.property(smooth, fc.integer({ min: 1, max: 5 }), (matrix, k) => {
      const { data, n, d } = matrix
      const start = takeRows(
        matrix,
        Array.from({ length: k }, (_, c) => c)
      ).data
      const rows = Array.from({ length: n }, (_, i) => [...data.subarray(i * d, (i + 1) * d)])
      const oracle = mlKmeans(rows, k, { initialization: rows.slice(0, k), tolerance: 0, maxIterations: 300 })
      // ml-kmeans leaves an empty cluster where it is, ours takes a row for it.
      fc.pre(new Set(oracle.clusters).size === k)
      const own = run(matrix, { k, start })
      expect([...own.labels]).toEqual(oracle.clusters)
      oracle.centroids.flat().forEach((x, at) => {
        expect(own.centroids[at]!).toBeCloseTo(x, 10)
      })
    }),
    { numRuns: 100, seed: 1 }
  )
})

test('lloydEngine labels every row with its nearest centroid and returns the loss of those labels', () => {
  fc.assert(
    fc.property(fc.oneof(coarse, smooth), fc.integer({ min: 1, max: 6 }), (matrix, wanted) => {
      const k = Math.min(wanted, countDistinctRows(matrix, wanted))
      const { labels, centroids, loss } = run(matrix, { k })
      expect([...labels]).toEqual(nearestByHand(matrix, centroids))
      let sum = 0
      labels.forEach((c, i) => {
        for (let j = 0; j < matrix.d; j++) sum += (matrix.data[i * matrix.d + j]! - centroids[c * matrix.d + j]!) ** 2
      })
      expect(loss).toBeCloseTo(sum, 9)
    }),
    { seed: 1 }
  )
})

test('lloydEngine leaves each centroid at the mean of its members, and no cluster empty', () => {
  fc.assert(
    fc.property(fc.oneof(coarse, smooth), fc.integer({ min: 1, max: 6 }), (matrix, wanted) => {
      const k = Math.min(wanted, countDistinctRows(matrix, wanted))
      const { labels, centroids, converged } = run(matrix, { k })
      expect(converged).toBe(true)
      expect(Math.min(...countMembers(labels, k))).toBeGreaterThan(0)
      clusterMeans(matrix, labels, k).forEach((mean, at) => {
        expect(centroids[at]!).toBeCloseTo(mean, 12)
      })
    }),
    { seed: 1 }
  )
})

test('lloydEngine never gets worse with another iteration', () => {
  fc.assert(
    fc.property(smooth, fc.integer({ min: 2, max: 6 }), (matrix, k) => {
      const start = takeRows(
        matrix,
        Array.from({ length: k }, (_, c) => c)
      ).data
      let before = Number.POSITIVE_INFINITY
      for (let max_iterations = 1; max_iterations < 12; max_iterations++) {
        const { loss } = run(matrix, { k, start, max_iterations })
        expect(loss).toBeLessThanOrEqual(before * (1 + 1e-12))
        before = loss
      }
    }),
    { numRuns: 40, seed: 1 }
  )
})

test('lloydEngine finds the same optimum whatever the order of rows, where the groups are apart', () => {
  const centers = [
    [0, 0],
    [20, 0],
    [0, 20],
    [20, 20]
  ]
  const matrix = planted(centers, 15, 1)
  const { loss, labels } = run(matrix, { k: 4 })
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = createRandom(seed)
      const order = Array.from({ length: matrix.n }, (_, i) => i)
      for (let i = order.length - 1; i > 0; i--) {
        const j = random.below(i + 1)
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      const shuffled = run(takeRows(matrix, order), { k: 4 })
      expect(shuffled.loss).toBeCloseTo(loss, 9)
      expect(
        adjustedRand(
          shuffled.labels,
          order.map((row) => labels[row]!)
        )
      ).toBe(1)
    }),
    { numRuns: 25, seed: 1 }
  )
})

test('lloydEngine with as many clusters as rows has no loss', () => {
  const { loss, labels } = run(planted([[0, 0]], 7, 1), { k: 7 })
  expect(loss).toBe(0)
  expect(new Set(labels).size).toBe(7)
})

test('lloydEngine fills a cluster that attracts nobody with the farthest row', () => {
  // Both centroids start on the left; the second loses every tie. The row at 9 is the farthest.
  const { labels, centroids } = run(matrixOf([[0], [1], [9]]), { k: 2, start: Float64Array.of(0, 0) })
  expect([...labels]).toEqual([0, 0, 1])
  expect([...centroids]).toEqual([0.5, 9])
})

test('lloydEngine works on very large and very small magnitudes', () => {
  for (const unit of [1e100, 1e-100]) {
    const matrix = matrixOf([
      [0, 0],
      [0, unit],
      [50 * unit, 0],
      [50 * unit, unit]
    ])
    expect(adjustedRand(run(matrix, { k: 2 }).labels, [0, 0, 1, 1])).toBe(1)
  }
})

test('lloydEngine keeps the best restart, and its random start reaches the same optimum', () => {
  const matrix = planted(
    [
      [0, 0],
      [5, 0],
      [0, 5],
      [5, 5]
    ],
    20,
    1
  )
  const ten = run(matrix, { k: 4, restarts: 10 }).loss
  const each = Array.from({ length: 10 }, (_, restart) => run(matrix, { k: 4, restarts: restart + 1 }).loss)
  expect(ten).toBe(Math.min(...each))
  expect(run(matrix, { k: 4, restarts: 30, start: 'random' }).loss).toBeCloseTo(ten, 9)
})

test('lloydEngine gives the same bytes for the same seed, leaves its input, and stops when told', () => {
  const matrix = planted(
    [
      [0, 0],
      [3, 3]
    ],
    50,
    2
  )
  const before = matrix.data.slice()
  expect(run(matrix, { k: 5 })).toEqual(run(matrix, { k: 5 }))
  expect(matrix.data).toEqual(before)
  const large = planted([[0, 0, 0]], 200_000, 1)
  expect(() =>
    lloydEngine.kmeans(large, { k: 8, restarts: 1, max_iterations: 300, seed: 1 }, new Pace(() => true))
  ).toThrow(TrainingCancelled)
})
