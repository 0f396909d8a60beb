import type { JobProgress } from '../domain/records/job.ts'
import type {
  KChoice,
  ModelFit,
  ModelMetrics,
  Projection,
  Reconciliation,
  TrainingOptions
} from '../domain/records/model.ts'
import type { ProfileSubject } from '../domain/records/profile.ts'
import type { SegmentDescription } from '../domain/records/segment.ts'
import type { Surrogate } from '../domain/records/surrogate.ts'
import type { AssignFormat, AssignOnError } from '../domain/vocabulary.ts'

/** What a training thread is told: small and plain. It reads the orders from their folder itself. */
export interface TrainMessage {
  /** Published folder of the dataset. */
  datasetFolder: string
  /** Unpublished folder that the members are written to. */
  modelFolder: string
  /** Existing folder for what does not fit into DuckDB's memory. */
  spillFolder: string
  options: TrainingOptions
  /** Customers of the sample that stands for all; null where all are clustered in memory. */
  sampleSize: number | null
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

/** What an assigning thread is told. */
export interface AssignMessage {
  /** The received file. */
  upload: string
  /** Unpublished folder that the assignments are written to. */
  folder: string
  fit: ModelFit
  /** In the model's order. */
  segments: { id: string; name: string }[]
  /** That of the input where null. */
  format: AssignFormat | null
  onError: AssignOnError
  decompressedMaxBytes: number
  rowsMax: number
}

/** What comes back; the assignments lie in the folder. */
export interface AssignResult {
  source: { format: AssignFormat; compression: 'gzip' | null }
  format: AssignFormat
  counts: { customers: number; assigned: number; failed: number }
  /** Customers of each segment, in the model's order. */
  members: number[]
}

/** What a profiling thread is told. */
export interface ProfileMessage {
  /** Published folder of the dataset. */
  datasetFolder: string
  /** Unpublished folder that the profile is written to. */
  profileFolder: string
  /** Existing folder for what does not fit into DuckDB's memory. */
  spillFolder: string
  subject: ProfileSubject
  /** DuckDB's memory. */
  memoryBytes: number
  /** DuckDB's threads. */
  threads: number
}

/** What comes back; the profile lies in its folder. */
export interface ProfileResult {
  findings: number
}

export interface TaskMessages {
  train: TrainMessage
  assign: AssignMessage
  profile: ProfileMessage
}

export interface TaskResults {
  train: TrainResult
  assign: AssignResult
  profile: ProfileResult
}

export type TaskName = keyof TaskMessages

export interface RunOptions {
  /** Asks the task to end; see Pool.run. */
  signal?: AbortSignal
  onProgress?: (progress: JobProgress) => void
}
