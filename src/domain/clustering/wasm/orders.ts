import type { Shape } from '../../kernels/layout.ts'
import type { KMeansResult, SweepTask } from '../engine.ts'

// What the members of a crew are told and what they answer: plain data, so that it can be posted to a thread.

/** What every worker must know of a prepared data set beside its bytes; plain numbers, so that it can be posted. */
export interface Frame {
  scale: number
  relativeError: number
  orthogonalityError: number
  absoluteError: number
  /** Mean over the features of their population variances. */
  meanVariance: number
  /** Of coarse rows: squared distances of the rows to those that stand for them. */
  hidden: number
  /** Of the coarse rows, where the data set has them. */
  coarse: Frame | null
}

/** Where the pass over the pairs finds its tables, in bytes from the start of the memory. */
export interface TilePlan {
  tiles: number
  tileCount: number
  tileOrigins: number
  tileColumns: number
  memberOf: number
  sampleOf: number
  sampleCount: number
  cells: number
  /** Sums of worker w lie at `sums[w]`: Float64 [cells][stride]. */
  sums: number[]
  columnSums: number[]
  stride: number
  pairUnits: number
  /** For each labelling: Float64 [k + 1][CHUNK] for each worker, and a value for each position. */
  work: number[]
  values: number
  labellings: { k: number; clusterOf: Int32Array; sizes: Float64Array }[]
  cellOfPosition: Int32Array
  end: number
}

export interface StageOrders {
  open: Shape
  cells: { dimensions: number; bits: number }
  sort: { cellCount: number }
  place: { scale: number }
  frame: Frame
  restarts: { tasks: RestartTask[]; maxIterations: number; tolerance: number; seed: number }
  finish: { tasks: FinishTask[]; maxIterations: number }
  tiles: TilePlan
  pairs: { tiles: number }
  samples: { tiles: number; rows: number }
  values: Record<string, never>
  sets: readonly SweepTask[]
}

export interface StageResults {
  open: unknown
  cells: number
  sort: unknown
  place: unknown
  frame: unknown
  restarts: RestartResult[]
  finish: FinishResult[]
  tiles: unknown
  pairs: unknown
  samples: unknown
  values: unknown
  sets: SetResult[]
}

export type StageName = keyof StageOrders

export interface RestartTask {
  k: number
  restart: number
  start: 'k-means++' | 'random' | Float64Array
}

export interface RestartResult {
  task: number
  centroids: Float64Array
  loss: number
  iterations: number
  converged: boolean
  /** Rows in the smallest cluster. */
  smallest: number
}

/** Labels by given centroids into a label set, moved on until they are the means of their members when `settle`. */
export interface FinishTask {
  slot: number
  k: number
  centroids: Float64Array
  settle: boolean
  /** Iterations done before. */
  iterations: number
}

export interface FinishResult {
  task: number
  centroids: Float64Array
  loss: number
  iterations: number
  converged: boolean
  /** Members of each cluster. */
  sizes: Float64Array
}

/** What a sweep over the task-th set of rows gave, one result for each k. */
export interface SetResult {
  task: number
  results: KMeansResult[]
}
