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
  /** Rows that each cluster should have: starts that keep to it go before those that do not, whatever their loss. */
  min_size?: number
}

/** The same for several k on the same rows. */
export interface SweepOptions extends Omit<KMeansOptions, 'k'> {
  ks: readonly number[]
}

export interface KMeansResult {
  /** k rows of d, row after row, in no promised order. */
  centroids: Float64Array
  /** Index of the nearest of `centroids` for each row. */
  labels: Int32Array
  /** Sum over the rows of the squared Euclidean distance, or of the distance for the other distances, each times its weight. */
  loss: number
  iterations: number
  /** No label changed in the last iteration, so every centroid is the mean of its members. */
  converged: boolean
}

/** Rows and what is asked of them. */
export interface SweepTask {
  matrix: Matrix
  /** How often each row counts: whole numbers from 1. */
  weights?: Float64Array
  options: SweepOptions
}

/** Told how many starts of all k have ended. */
export type StartsEnded = (count: number) => void

/** Rows that an engine made ready; until the engine opens others. */
export interface OpenRows {
  /**
   * One result for each k.
   * @throws TrainingCancelled
   */
  sweep(options: SweepOptions, ended?: StartsEnded): KMeansResult[]
  /**
   * Exact silhouettes for each labeling, to 1e-6, where the engine is faster at it than the plain loop.
   *
   * @param rows whose silhouettes are wanted; all when left out
   * @throws TrainingCancelled
   */
  silhouettes?(labelings: readonly Labeling[], rows?: Int32Array): Float64Array[]
  /**
   * What `label` in arrange.ts says, where the engine is faster at it.
   *
   * @param centroids rows of d, row after row
   * @throws TrainingCancelled
   */
  label?(centroids: Float64Array): Int32Array
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
  /** @param labelings how many k, or labelings, are looked at together at most */
  open(matrix: Matrix, labelings: number, pace: Pace): OpenRows
  /**
   * As `open`, with rows that count any positive number of times each; undefined where the engine cannot do that.
   */
  openWeighted?(
    matrix: Matrix,
    weights: Float64Array,
    labelings: number,
    pace: Pace
  ): Pick<OpenRows, 'sweep'> | undefined
  /**
   * A sweep over each of many small sets of rows, in their order.
   * @throws TrainingCancelled
   */
  sweepEach(tasks: readonly SweepTask[], pace: Pace): KMeansResult[][]
}

/** Which engine clusters by which distance. */
export type Engines = Readonly<Record<Distance, ClusterEngine>>
