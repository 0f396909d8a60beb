import type { Matrix } from '../numeric/matrix.ts'
import { type Metric, nearestCentroid } from './metric.ts'
import { Pace } from './pace.ts'

/** A finished partition: every row belongs to the nearest centroid, and every cluster has members. */
export interface Clustering {
  k: number
  /** k rows of d. */
  centroids: Float64Array
  labels: Int32Array
  sizes: Int32Array
}

/**
 * Orders clusters by size, largest first and otherwise as they came, drops empty ones, and labels every row anew: with
 * another order of centroids a tie falls to another cluster.
 *
 * @param labelBy the nearest centroid of each row, where an engine has the matrix open
 */
export function arrange(
  matrix: Matrix,
  centroids: Float64Array,
  metric: Metric,
  pace: Pace,
  labelBy = (centroids: Float64Array) => label(matrix, centroids, metric, pace)
): Clustering {
  const { d } = matrix
  const sizes = countMembers(labelBy(centroids), centroids.length / d)
  const order = bySize(sizes).filter((c) => sizes[c]! > 0)
  const ordered = Float64Array.from(order.flatMap((c) => Array.from(centroids.subarray(c * d, (c + 1) * d))))
  const labels = labelBy(ordered)
  return { k: order.length, centroids: ordered, labels, sizes: countMembers(labels, order.length) }
}

/** Indices of the sizes, largest size first, equal sizes in their order. */
export const bySize = (sizes: ArrayLike<number>): number[] =>
  Array.from(sizes, (_, c) => c).sort((a, b) => sizes[b]! - sizes[a]! || a - b)

export function countMembers(labels: ArrayLike<number>, k: number): Int32Array {
  const sizes = new Int32Array(k)
  for (let i = 0; i < labels.length; i++) sizes[labels[i]!]!++
  return sizes
}

/** The nearest centroid of each row, the lower index on a tie. */
export function label({ data, n, d }: Matrix, centroids: Float64Array, metric: Metric, pace: Pace): Int32Array {
  const labels = new Int32Array(n)
  const block = Pace.rowsPerSpend(centroids.length)
  for (let from = 0; from < n; from += block) {
    const to = Math.min(from + block, n)
    for (let i = from; i < to; i++) labels[i] = nearestCentroid(metric, data, i * d, centroids, d)
    pace.spend((to - from) * centroids.length)
  }
  return labels
}

/**
 * Mean of each cluster's members, k rows of d. Every cluster needs a member.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function clusterMeans(
  { data, n, d }: Matrix,
  labels: ArrayLike<number>,
  k: number,
  spend: (units: number) => void = () => {}
): Float64Array {
  const means = new Float64Array(k * d)
  const sizes = countMembers(labels, k)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) means[labels[i]! * d + j]! += data[i * d + j]!
    spend(d)
  }
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) means[c * d + j]! /= sizes[c]!
  return means
}
