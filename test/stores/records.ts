import type { Job } from '../../src/domain/records/job.ts'

/** A queued job; `n` orders ids and times alike. */
export function queuedJob(n: number, changes: Partial<Job> = {}): Job {
  return {
    id: `job_${String(n).padStart(6, '0')}`,
    kind: 'train',
    status: 'queued',
    created_at: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    started_at: null,
    finished_at: null,
    attempts: 0,
    progress: { stage: 'queued', fraction: 0, message: 'Waiting.' },
    result: null,
    error: null,
    request: { note: 'x'.repeat(n % 7) },
    ...changes
  }
}
