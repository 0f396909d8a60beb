import { covariance } from '../numeric/covariance.ts'
import { symmetricEigen } from '../numeric/jacobi.ts'
import { columnMeans } from '../numeric/matrix.ts'
import { createRandom, sampleIndices } from '../numeric/random.ts'
import type { FeatureColumns, Projection, TrainingOutcome } from '../records/model.ts'
import { scaleCustomers } from './scaling.ts'

interface ProjectionOptions {
  seed: number
  /** Customers shown; each segment has a part by its size, and at least MIN_POINTS of its own where it has them. */
  maxPoints?: number
  /** Set where the customers given are a sample: how many there are. */
  customers?: number
  /** Told of the work done, and may throw to stop. */
  spend?: (units: number) => void
}

const MIN_POINTS = 20

/**
 * The customers seen from where they differ most: principal components of the scaled matrix, by exact
 * eigendecomposition of its covariance. A component's sign is free; the largest |loading| is made positive
 * (the first of equals), so that the picture does not flip between runs.
 *
 * @param columns raw features of all customers, in the order of `fit.features`
 */
export function projectCustomers(
  columns: FeatureColumns,
  { fit, labels }: Pick<TrainingOutcome, 'fit' | 'labels'>,
  { seed, maxPoints = 5000, customers = columns.n, spend = () => {} }: ProjectionOptions
): Projection {
  const matrix = scaleCustomers(columns, fit, spend)
  const { data, n, d } = matrix
  spend(n * d * (d + 2))
  const means = columnMeans(matrix)
  const { values, vectors } = symmetricEigen(covariance(matrix, means), d)
  const axes = [vectors[0]!, vectors[1] ?? new Float64Array(d)].map(withFixedSign)
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  const share = (value: number | undefined) => (total > 0 ? Math.max(0, value ?? 0) / total : 0)
  const along = (axis: Float64Array, from: ArrayLike<number>, start: number) => {
    let sum = 0
    for (let j = 0; j < d; j++) sum += axis[j]! * (from[start + j]! - means[j]!)
    return sum
  }
  const place = (from: ArrayLike<number>, start: number, segment: number) => ({
    x: along(axes[0]!, from, start),
    y: along(axes[1]!, from, start),
    segment
  })

  const rows = stratifiedSample(labels, n, fit.segments.length, seed, maxPoints)
  const explained = [share(values[0]), share(values[1])]
  const limitations = [
    `The two axes show ${Math.round(100 * (explained[0]! + explained[1]!))} % of the differences between customers: segments that overlap here may be apart in the rest.`
  ]
  if (rows.length < customers) {
    limitations.push(
      `${rows.length} of ${customers} customers are shown; small segments are shown more densely than large ones.`
    )
  }
  return {
    components: ['PC1', 'PC2'],
    explained_variance_ratio: explained,
    loadings: axes.map((axis) => Object.fromEntries(fit.features.map(({ name }, j) => [name, axis[j]!]))),
    points: Array.from(rows, (row) => place(data, row * d, labels[row]!)),
    centroids: fit.segments.map(({ centroid }, segment) => place(centroid, 0, segment)),
    limitations
  }
}

function withFixedSign(axis: Float64Array): Float64Array {
  let largest = 0
  for (const weight of axis) if (Math.abs(weight) > Math.abs(largest) + 1e-12) largest = weight
  return largest < 0 ? axis.map((weight) => -weight) : axis
}

/** Rows by segment in proportion to its size, ascending; at most `maxPoints` unless the segments' minimum needs more. */
function stratifiedSample(
  labels: ArrayLike<number>,
  n: number,
  segments: number,
  seed: number,
  maxPoints: number
): Int32Array {
  if (n <= maxPoints) return Int32Array.from({ length: n }, (_, row) => row)
  const members: number[][] = Array.from({ length: segments }, () => [])
  for (let row = 0; row < n; row++) members[labels[row]!]!.push(row)
  const kept = members.flatMap((rows, segment) => {
    const wanted = Math.max(Math.floor((maxPoints * rows.length) / n), Math.min(MIN_POINTS, rows.length))
    return Array.from(sampleIndices(rows.length, wanted, createRandom(seed, segment)), (index) => rows[index]!)
  })
  return Int32Array.from(kept).sort()
}
