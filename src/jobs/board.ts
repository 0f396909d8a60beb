import { isFinished, type Job, type JobEvent, type JobProgress } from '../domain/records/job.ts'
import type { Tenant } from '../domain/tenant.ts'
import { JOB_KINDS, type JobKind } from '../domain/vocabulary.ts'
import { describeProblem } from '../errors.ts'
import { failureOf, interruptedTooOften, jobFinished, jobNotFound, shuttingDown, tookTooLong } from './job-problems.ts'
import { Lane } from './lane.ts'
import { type AbortReason, LiveJob, lastEvent } from './live-job.ts'

/** What the board needs of the store of jobs. */
export interface JobRecords {
  get(tenant: Tenant, id: string): Promise<Job | undefined>
  create(tenant: Tenant, job: Job): Promise<void>
  update(tenant: Tenant, id: string, change: (job: Job) => Job): Promise<Job | undefined>
  list(
    tenant: Tenant,
    page: { limit: number; after?: string | undefined }
  ): Promise<{ records: Job[]; next: string | null }>
}

export interface BoardOptions {
  records: JobRecords
  /** Jobs of each kind that run at the same time. */
  limits: Record<JobKind, number>
  /** Jobs of one kind that one tenant may have waiting. */
  queueMax: number
  /** Longest run of a job. */
  timeoutMs: number
  clock(): Date
  logger: { warn(details: object, message: string): void; error(details: object, message: string): void }
}

/**
 * What a job does. It ends soon after `signal` aborts, and its outcome then counts only when it succeeded all the same.
 * The signal's reason is an AbortReason: after `draining` the job runs again at the next start, with the same request.
 */
export type JobWork = (
  tenant: Tenant,
  job: Job,
  context: { signal: AbortSignal; progress(progress: JobProgress): void }
) => Promise<NonNullable<Job['result']>>

/**
 * The jobs under way. The store has each job's state, durable before it is shown; the board has what changes too often
 * for that, and decides what runs when.
 *
 *   queued → running → succeeded | failed | cancelled
 *      └────────────────────────────────────┘ cancel
 *   running → (the service ended) → running, with one more attempt
 */
export interface Board {
  /** Says what jobs of a kind do. To be called for every kind before jobs come. */
  handle(kind: JobKind, work: JobWork): void
  /**
   * Takes in a queued job; it is durable when the promise resolves.
   * @throws Problem queue_full, draining, and then nothing was stored; or the store's own
   */
  submit(tenant: Tenant, job: Job): Promise<Job>
  /**
   * Runs again what the process before left queued or running, oldest first. A job that was begun three times and never
   * ended fails.
   * @returns the number of jobs that run again
   */
  resume(tenants: readonly Tenant[]): Promise<number>
  /**
   * Ends a job. Resolves once it has ended; cancelling again gives the same answer.
   * @throws Problem job_not_found; job_finished when it succeeded or failed
   */
  cancel(tenant: Tenant, id: string): Promise<Job>
  /**
   * The job when it has ended, or as it is after so many milliseconds or an abort.
   * @throws Problem job_not_found
   */
  wait(tenant: Tenant, id: string, milliseconds: number, signal?: AbortSignal): Promise<Job>
  /** The same job with its newest progress; for lists out of the store. */
  latest(tenant: Tenant, job: Job): Job
  /**
   * Events after the one with id `after`, as far as they are kept, then what happens, ending with exactly one that is not
   * `progress`; without that one when `signal` aborts or the service ends first.
   * @throws Problem job_not_found
   */
  follow(tenant: Tenant, id: string, after: number, signal: AbortSignal): AsyncIterable<JobEvent>
  stats(): Record<JobKind, { running: number; queued: number }>
  /**
   * Takes no new jobs and starts none, lets what runs end for so many milliseconds, and asks the rest to end; their
   * records stay as they are, for resume().
   */
  drain(milliseconds: number): Promise<void>
}

const MOST_ATTEMPTS = 3
const DONE: JobProgress = { stage: 'done', fraction: 1, message: 'Done.' }
/** Ended jobs whose events are kept; of others the store has the end. */
const FINISHED_KEPT = 200
const PAGE = 1000

export function openBoard({ records, limits, queueMax, timeoutMs, clock, logger }: BoardOptions): Board {
  const live = new Map<string, LiveJob>()
  const finished = new Set<string>()
  const works = new Map<JobKind, JobWork>()
  const lanes = new Map(JOB_KINDS.map((kind) => [kind, new Lane(limits[kind], queueMax, carryOut)]))
  const laneOf = (kind: JobKind) => lanes.get(kind)!
  const keyOf = (tenant: Tenant, id: string) => `${tenant}/${id}`
  const now = () => clock().toISOString()
  let draining = false

  function takeUp(tenant: Tenant, job: Job): LiveJob {
    const entry = new LiveJob(tenant, job)
    live.set(keyOf(tenant, job.id), entry)
    if (draining) letGo(entry)
    else laneOf(job.kind).push(entry)
    return entry
  }

  /** From here on the store alone speaks for the job, until the next start. */
  function letGo(entry: LiveJob): void {
    live.delete(keyOf(entry.tenant, entry.job.id))
    entry.leave()
  }

  /** Ended by a shutdown, not by a fault: a job that waits again is not one that was interrupted too often. */
  async function putBack(entry: LiveJob): Promise<void> {
    const { tenant, job } = entry
    await records
      .update(tenant, job.id, (stored) => ({ ...stored, status: 'queued' }))
      .catch((error: unknown) =>
        logger.warn({ job: job.id, tenant, err: error }, 'a job was not put back in the queue')
      )
    letGo(entry)
  }

  async function carryOut(entry: LiveJob): Promise<void> {
    const { tenant, abort } = entry
    const { signal } = abort
    const timeout = setTimeout(() => abort.abort('timeout' satisfies AbortReason), timeoutMs)
    try {
      await begin(entry)
      signal.throwIfAborted()
      const work = works.get(entry.job.kind)!
      const result = await work(tenant, entry.job, { signal, progress: (progress) => entry.report(progress) })
      await settle(entry, { status: 'succeeded', result, progress: DONE })
    } catch (error) {
      await settleFailure(entry, error)
    } finally {
      clearTimeout(timeout)
    }
  }

  async function begin(entry: LiveJob): Promise<void> {
    const { job, tenant } = entry
    const state = { status: 'running', started_at: now(), attempts: job.attempts + 1 } as const
    await records.update(tenant, job.id, (stored) => ({ ...stored, ...state }))
    entry.become({ ...job, ...state })
  }

  async function settleFailure(entry: LiveJob, error: unknown): Promise<void> {
    const { job, tenant, abort } = entry
    const reason: AbortReason | undefined = abort.signal.reason
    if (reason === 'draining') return putBack(entry)
    if (reason === 'cancelled') return settle(entry, { status: 'cancelled' })
    const problem = reason === 'timeout' ? tookTooLong(timeoutMs) : failureOf(job, error)
    if (problem.status >= 500) logger.error({ job: job.id, tenant, err: error }, 'a job failed')
    return settle(entry, { status: 'failed', error: describeProblem(problem) })
  }

  /** Never rejects: what is done stays done, even if the store cannot note it. */
  async function settle(entry: LiveJob, outcome: Partial<Job>): Promise<void> {
    const { tenant, job } = entry
    const end = { ...outcome, finished_at: now() }
    try {
      await records.update(tenant, job.id, (stored) => ({ ...stored, ...end }))
    } catch (error) {
      logger.error(
        { job: job.id, tenant, err: error },
        'the end of a job was not stored: it runs again after a restart'
      )
    }
    entry.become({ ...entry.job, ...end })
    keepFinished(keyOf(tenant, job.id))
  }

  function keepFinished(key: string): void {
    finished.add(key)
    if (finished.size <= FINISHED_KEPT) return
    const [oldest] = finished
    finished.delete(oldest!)
    live.delete(oldest!)
  }

  async function find(tenant: Tenant, id: string): Promise<Job> {
    const job = await records.get(tenant, id)
    if (job === undefined) throw jobNotFound()
    return job
  }

  /** Oldest first. */
  async function unfinishedJobs(tenant: Tenant): Promise<Job[]> {
    const found: Job[] = []
    let after: string | undefined
    do {
      const page = await records.list(tenant, { limit: PAGE, after })
      found.push(...page.records.filter((job) => !isFinished(job) && !live.has(keyOf(tenant, job.id))))
      after = page.next ?? undefined
    } while (after !== undefined)
    return found.reverse()
  }

  async function giveUp(tenant: Tenant, job: Job): Promise<void> {
    logger.warn({ job: job.id, tenant, attempts: job.attempts }, 'a job was interrupted too often')
    const error = describeProblem(interruptedTooOften(job))
    await records.update(tenant, job.id, (stored) => ({ ...stored, status: 'failed', finished_at: now(), error }))
  }

  return {
    handle(kind, work) {
      works.set(kind, work)
    },

    async submit(tenant, job) {
      if (draining) throw shuttingDown()
      if (!works.has(job.kind)) throw new Error(`nobody handles jobs of kind ${job.kind}`)
      const fulfil = laneOf(job.kind).promise(tenant)
      try {
        await records.create(tenant, job)
      } finally {
        fulfil()
      }
      return takeUp(tenant, job).job
    },

    async resume(tenants) {
      let resumed = 0
      for (const tenant of tenants) {
        for (const job of await unfinishedJobs(tenant)) {
          if (job.status === 'running' && job.attempts >= MOST_ATTEMPTS) {
            await giveUp(tenant, job)
            continue
          }
          takeUp(tenant, { ...job, status: 'queued' })
          resumed += 1
        }
      }
      return resumed
    },

    async cancel(tenant, id) {
      const entry = live.get(keyOf(tenant, id))
      if (entry !== undefined) {
        if (!entry.over) entry.abort.abort('cancelled' satisfies AbortReason)
        if (laneOf(entry.job.kind).remove(entry)) await settle(entry, { status: 'cancelled' })
        await entry.end()
        if (isFinished(entry.job) && entry.job.status !== 'cancelled') throw jobFinished(entry.job)
      }
      // Also where the board has noted it: only what the store has is a promise.
      await find(tenant, id)
      const end = { status: 'cancelled', finished_at: now() } as const
      const job = await records.update(tenant, id, (stored) => (isFinished(stored) ? stored : { ...stored, ...end }))
      if (job === undefined) throw jobNotFound()
      if (job.status !== 'cancelled') throw jobFinished(job)
      return job
    },

    async wait(tenant, id, milliseconds, signal) {
      const entry = live.get(keyOf(tenant, id))
      if (entry === undefined) return find(tenant, id)
      if (milliseconds > 0) await entry.endWithin(milliseconds, signal)
      return entry.job
    },

    latest: (tenant, job) => live.get(keyOf(tenant, job.id))?.job ?? job,

    async *follow(tenant, id, after, signal) {
      const entry = live.get(keyOf(tenant, id))
      if (entry !== undefined) return yield* entry.follow(after, signal)
      const job = await find(tenant, id)
      if (isFinished(job)) yield lastEvent(job)
    },

    stats: () => ({
      ingest: laneOf('ingest').stats,
      fetch: laneOf('fetch').stats,
      train: laneOf('train').stats,
      assign: laneOf('assign').stats,
      profile: laneOf('profile').stats
    }),

    async drain(milliseconds) {
      draining = true
      const running = [...lanes.values()].flatMap((lane) => lane.close())
      for (const entry of live.values()) if (!running.includes(entry)) letGo(entry)
      await Promise.all(running.map((entry) => entry.endWithin(milliseconds)))
      for (const entry of running) if (!entry.over) entry.abort.abort('draining' satisfies AbortReason)
      await Promise.all(running.map((entry) => entry.end()))
    }
  }
}
