import type { DatasetOptions, IntakeSummary } from '../../domain/records/dataset.ts'
import type { JobProgress } from '../../domain/records/job.ts'
import type { Preview } from '../../domain/records/preview.ts'
import type { PlainProblem } from '../../errors.ts'

/** Limits of reading one file. */
export interface ReadLimits {
  /** DuckDB's memory; beyond it, it spills to the work folder. */
  memoryBytes: number
  threads: number
  decompressedMaxBytes: number
  rowsMax: number
  badRowsMaxShare: number
}

/** One file to read: plain data, as it goes to the child process. */
export interface ReadRequest {
  /** The file as it arrived. It is only read. */
  upload: string
  /** What the caller calls it; of several files. */
  filename?: string
  /** Files to be joined with it. */
  others?: readonly { upload: string; filename: string }[]
  /** Existing, empty folder for everything that is not the result. */
  work: string
  /** Folder to publish; must not exist. */
  output: string
  options: DatasetOptions
  limits: ReadLimits
}

export interface ReadHooks {
  signal: AbortSignal
  onProgress(progress: JobProgress): void
}

/** From the service to the child. */
export type Order = { type: 'read' | 'preview'; request: ReadRequest } | { type: 'cancel' }

/** From the child to the service; one of the last three ends it. */
export type Reply =
  | { type: 'progress'; progress: JobProgress }
  | { type: 'done'; result: IntakeSummary | Preview }
  | { type: 'failed'; problem: PlainProblem; cause: string | null }
  | { type: 'cancelled' }
