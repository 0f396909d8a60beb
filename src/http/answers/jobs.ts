import type { Job } from '../../domain/records/job.ts'

export type JobAnswer = Omit<Job, 'request'>

/** A job without what it needs to run again: that is ours, and may be large. */
export function jobAnswer(job: Job): JobAnswer {
  const { request: _, ...answer } = job
  return answer
}
