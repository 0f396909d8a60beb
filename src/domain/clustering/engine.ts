import type { Matrix } from '../numeric/matrix.ts'
import type { Distance } from '../vocabulary.ts'
import type { Pace } from './pace.ts'

/** A partition of the rows: row i is in cluster `labels[i]` of 0 to k − 1. */
export interface Labeling {
  labels: Int32Array
  k: number
}

export interface KMeansOptions {
  k: number
  /** Starts; the one with the lowest loss wins. Given centroids are one start. */
  restarts: number
  max_iterations: number
  seed: number
  /** `k-means++` unless told; or k rows of d, row after row. */
  start?: 'k-means++' | 'random' | Float64Array
}

export interface KMeansResult {
  /** k rows of d, row after row, in no promised order. */
  centroids: Float64Array
  /** Index of the nearest of `centroids` for each row. */
  labels: Int32Array
  /** Sum over the rows of the squared Euclidean distance, or of the distance for the other distances. */
  loss: number
  iterations: number
  /** No label changed in the last iteration, so every centroid is the mean of its members. */
  converged: boolean
}

/**
 * Finds k centroids. Expects at least k different rows of finite numbers, magnitude at most 1e100.
 * Deliberately left out: the order of the clusters, scaling, the choice of k, and what becomes of empty clusters,
 * which an engine may return when it stops before it converged.
 */
export interface ClusterEngine {
  readonly distance: Distance
  /** @throws TrainingCancelled */
  kmeans(matrix: Matrix, options: KMeansOptions, pace: Pace): KMeansResult
  /**
   * Exact silhouette of every row for each labeling, to 1e-6, where the engine is faster at it than the plain loop.
   * @throws TrainingCancelled
   */
  silhouettes?(matrix: Matrix, labelings: Labeling[], pace: Pace): Float64Array[]
}

/** Which engine clusters by which distance. */
export type Engines = Readonly<Record<Distance, ClusterEngine>>
