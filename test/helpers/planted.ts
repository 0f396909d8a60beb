import type { Matrix } from '../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../src/domain/numeric/random.ts'
import type { FeatureColumns, TrainingOptions } from '../../src/domain/records/model.ts'

/** `each` points around every centre, uniform within `spread` on each axis; centre after centre. */
export function planted(centers: number[][], each: number, spread: number, seed = 1): Matrix {
  const random = createRandom(seed)
  const rows = centers.flatMap((center) =>
    Array.from({ length: each }, () => center.map((x) => x + spread * (2 * random.next() - 1)))
  )
  return matrixOf(rows)
}

export function matrixOf(rows: number[][]): Matrix {
  return { data: Float64Array.from(rows.flat()), n: rows.length, d: rows[0]!.length }
}

/** Three corners, for which silhouette, Davies-Bouldin, inertia and Calinski-Harabasz are known from scikit-learn. */
export const eightPoints = (): Matrix =>
  matrixOf([
    [0, 0],
    [0, 1],
    [1, 0],
    [10, 10],
    [10, 11],
    [11, 10],
    [5, 0],
    [6, 0]
  ])

/** A matrix as the feature columns of customers, named as RFM first. */
export function columnsOf({ data, n, d }: Matrix): FeatureColumns {
  const names = ['recency_days', 'frequency', 'monetary_value', 'tenure_days', 'return_rate'].slice(0, d)
  return { names, columns: names.map((_, j) => Float64Array.from({ length: n }, (_, i) => data[i * d + j]!)), n }
}

/** The defaults of a training request without transform, with what a test changes. */
export function trainingOptions(changes: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    features: ['recency_days', 'frequency', 'monetary_value'],
    transform: 'none',
    scale: 'standard',
    outliers: { policy: 'keep', method: 'iqr', factor: 1.5, features: ['monetary_value', 'frequency'] },
    k: { min: 2, max: 10 },
    min_segment_share: 0.01,
    distance: 'euclidean',
    restarts: 10,
    max_iterations: 300,
    seed: 42,
    vocabulary: 'auto',
    window_days: null,
    ...changes
  }
}

export const quietHooks = { progress: () => {}, cancelled: () => false }
