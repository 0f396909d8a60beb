import { expect, test } from 'vitest'
import { projectCustomers } from '../../../src/domain/features/pca.ts'
import type { FeatureColumns, ModelFit } from '../../../src/domain/records/model.ts'
import { columnsOf, matrixOf, planted } from '../../helpers/planted.ts'

const fitFor = (columns: FeatureColumns, centroids: number[][]): ModelFit => ({
  features: columns.names.map((name) => ({
    name,
    transform: 'none',
    lambda: null,
    center: 0,
    scale: 1,
    impute: null,
    lower: null,
    upper: null
  })),
  distance: 'euclidean',
  fences: [],
  segments: centroids.map((centroid) => ({ kind: 'cluster', centroid, radius: 1 })),
  ranges: []
})

// Data and eigenvectors of Smith (2002), A tutorial on principal components analysis; eigenvalues by numpy for divisor n.
const smith = columnsOf(
  matrixOf([
    [2.5, 2.4],
    [0.5, 0.7],
    [2.2, 2.9],
    [1.9, 2.2],
    [3.1, 3.0],
    [2.3, 2.7],
    [2, 1.6],
    [1, 1.1],
    [1.5, 1.6],
    [1.1, 0.9]
  ])
)

test('projectCustomers equals Smith (2002)', () => {
  const outcome = { fit: fitFor(smith, [[1.81, 1.91]]), labels: new Int32Array(10) }
  const { components, explained_variance_ratio, loadings, points, centroids } = projectCustomers(smith, outcome, {
    seed: 1
  })
  expect(components).toEqual(['PC1', 'PC2'])
  expect(explained_variance_ratio[0]).toBeCloseTo(1.15562494 / (1.15562494 + 0.04417506), 7)
  expect(loadings[0]!.recency_days).toBeCloseTo(0.6778734, 7)
  expect(loadings[0]!.frequency).toBeCloseTo(0.73517866, 7)
  // The larger of |−0.735| and 0.678 is made positive.
  expect(loadings[1]!.recency_days).toBeCloseTo(0.73517866, 7)
  expect(loadings[1]!.frequency).toBeCloseTo(-0.6778734, 7)
  // (0.69, 0.49) from the mean (1.81, 1.91): 0.69·0.67787 + 0.49·0.73518.
  expect(points[0]!.x).toBeCloseTo(0.82797019, 7)
  expect(centroids[0]!.x).toBeCloseTo(0, 12)
  expect(centroids[0]!.y).toBeCloseTo(0, 12)
})

test('projectCustomers shows all of the variance of two features, and of one', () => {
  const two = projectCustomers(smith, { fit: fitFor(smith, [[0, 0]]), labels: new Int32Array(10) }, { seed: 1 })
  expect(two.explained_variance_ratio[0]! + two.explained_variance_ratio[1]!).toBeCloseTo(1, 12)
  const column = columnsOf(matrixOf([[1], [2], [4]]))
  const one = projectCustomers(column, { fit: fitFor(column, [[2]]), labels: new Int32Array(3) }, { seed: 1 })
  expect(one.explained_variance_ratio).toEqual([1, 0])
  expect(one.loadings).toEqual([{ recency_days: 1 }, { recency_days: 0 }])
  expect(one.points.every(({ y }) => y === 0)).toBe(true)
})

test('projectCustomers samples every segment, repeatably, within the limit', () => {
  const columns = columnsOf(planted([[0, 0, 0]], 3000, 1))
  const labels = Int32Array.from({ length: 3000 }, (_, row) => (row < 5 ? 1 : row < 60 ? 2 : 0))
  const outcome = {
    fit: fitFor(columns, [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0]
    ]),
    labels
  }
  const shown = projectCustomers(columns, outcome, { seed: 9, maxPoints: 500 })
  const counts = [0, 1, 2].map((segment) => shown.points.filter((point) => point.segment === segment).length)
  // 500 · 2940/3000 = 490; all 5 of the smallest; the least of 20 rather than 500 · 55/3000 = 9.
  expect(counts).toEqual([490, 5, 20])
  expect(projectCustomers(columns, outcome, { seed: 9, maxPoints: 500 })).toEqual(shown)
  expect(shown.limitations[1]).toContain('515 of 3000')
})
