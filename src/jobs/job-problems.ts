import type { Job } from '../domain/records/job.ts'
import type { JobKind } from '../domain/vocabulary.ts'
import { Problem, type ProblemCode } from '../errors.ts'

const CRASHES = {
  ingest: 'internal_error',
  fetch: 'internal_error',
  train: 'training_crashed',
  assign: 'assignment_crashed',
  profile: 'profile_crashed'
} as const satisfies Record<JobKind, ProblemCode>

/** What the caller of a failed job is told: its own problem, or a fixed sentence where something broke on our side. */
export function failureOf(job: Job, error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(
    CRASHES[job.kind],
    'The job ended unexpectedly and nothing of it was kept. It may be started again.'
  )
}

export const tookTooLong = (timeoutMs: number): Problem =>
  new Problem(
    'job_timeout',
    `The job took longer than ${timeoutMs / 1000} s and was ended. Give it less data or fewer options, or raise JOB_TIMEOUT_MS.`
  )

export const interruptedTooOften = ({ attempts }: Job): Problem =>
  new Problem(
    'job_interrupted',
    `The service ended ${attempts} times while the job ran, so it is not begun again. Start a new one with less data.`
  )

export const jobNotFound = (): Problem => new Problem('job_not_found', 'There is no such job. GET /jobs lists them.')

export const jobFinished = ({ status }: Job): Problem =>
  new Problem('job_finished', `The job has ${status}: it can no longer be cancelled.`)

export const shuttingDown = (): Problem =>
  new Problem('draining', 'The service is shutting down. Try again in a moment.', { retryAfter: 5 })
