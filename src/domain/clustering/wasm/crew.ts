import type { Shape } from '../../kernels/layout.ts'
import type { TilePlan } from './silhouettes.ts'
import type { Frame, Space } from './space.ts'

/** One of those who work on a stage together. */
export interface Member {
  /** 0 to size − 1 */
  readonly index: number
  readonly size: number
  /** The next piece of work of this stage that nobody has taken: 0, 1, 2 … over all members together. */
  claim(): number
  /** @throws TrainingCancelled; to be called every few milliseconds */
  poll(): void
}

/**
 * Those who share the work on one memory. `run` has every member do its part of a stage and returns what they found,
 * by index. Which member does what must not show in the results.
 */
export interface Crew {
  readonly size: number
  /** The caller is a member too: its side of the memory. */
  readonly bench: { readonly space: Space }
  run<Name extends StageName>(stage: Name, order: StageOrders[Name]): StageResults[Name][]
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
}

export interface StageResults {
  open: void
  cells: number
  sort: void
  place: void
  frame: void
  restarts: RestartResult[]
  finish: FinishResult[]
  tiles: void
  pairs: void
  samples: void
  values: void
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
