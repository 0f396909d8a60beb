import type { JobKind, JobState } from '../vocabulary.ts'

export interface JobProgress {
  /** Noun for the step under way, for example `reading` or `clustering`. */
  stage: string
  /** 0 to 1 over the whole job; never falls. */
  fraction: number
  /** Sentence for a person. */
  message: string
}

/** RFC 9457, as sent and as kept with a failed job. */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  code: string
  instance?: string
  request_id?: string
  errors?: { pointer: string; code: string; message: string }[]
  [extension: string]: unknown
}

export interface Job {
  id: string
  kind: JobKind
  status: JobState
  created_at: string
  started_at: string | null
  finished_at: string | null
  /** How often it was begun; more than 1 after the service was killed under way. */
  attempts: number
  progress: JobProgress
  /** What it made; null until it succeeded. */
  result: { type: 'dataset' | 'model' | 'assign_file' | 'profile'; id: string } | null
  error: ProblemDetails | null
  /** Inner: all that is needed to run it again. Never sent. */
  request: unknown
}

/** A job as it is acknowledged: all that running it needs is in `request`, and nothing of it has begun. */
export const queuedJob = (about: Pick<Job, 'id' | 'kind' | 'created_at' | 'request'>): Job => ({
  status: 'queued',
  started_at: null,
  finished_at: null,
  attempts: 0,
  progress: { stage: 'queued', fraction: 0, message: 'Waiting for a free place.' },
  result: null,
  error: null,
  ...about
})

export const isFinished = (job: Job): boolean =>
  job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled'

export type JobEvent =
  | { type: 'progress'; id: number; job: Job }
  | { type: 'done' | 'failed' | 'cancelled'; id: number; job: Job }
