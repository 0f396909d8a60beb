import type { JobProgress } from '../domain/records/job.ts'
import type {
  KChoice,
  ModelFit,
  ModelMetrics,
  Projection,
  Reconciliation,
  TrainingOptions
} from '../domain/records/model.ts'
import type { SegmentDescription } from '../domain/records/segment.ts'
import type { Surrogate } from '../domain/records/surrogate.ts'

/** What a training thread is told: small and plain. It reads the orders from their folder itself. */
export interface TrainMessage {
  /** Published folder of the dataset. */
  datasetFolder: string
  /** Unpublished folder that the members are written to. */
  modelFolder: string
  /** Existing folder for what does not fit into DuckDB's memory. */
  spillFolder: string
  options: TrainingOptions
  /** RFC 3339 instant. */
  referenceDate: string
  /** IANA name. */
  timezone: string
  currency: string | null
  /** DuckDB's memory. */
  memoryBytes: number
  /** DuckDB's threads. */
  threads: number
}

/** What comes back: the model but for its identity. The members lie in the model's folder. */
export interface TrainResult {
  fit: ModelFit
  k_choice: KChoice
  metrics: ModelMetrics
  projection: Projection
  surrogate: Surrogate
  segments: SegmentDescription[]
  reconciliation: Reconciliation
  limitations: string[]
  /** Members of all segments. */
  customers: number
}

export interface TaskMessages {
  train: TrainMessage
}

export interface TaskResults {
  train: TrainResult
}

export type TaskName = keyof TaskMessages

export interface RunOptions {
  /** Asks the task to end; see Pool.run. */
  signal?: AbortSignal
  onProgress?: (progress: JobProgress) => void
}
