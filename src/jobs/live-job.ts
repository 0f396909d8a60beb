import { isFinished, type Job, type JobEvent, type JobProgress } from '../domain/records/job.ts'
import type { Tenant } from '../domain/tenant.ts'

/** Why a job is asked to end. The work sees it as its signal's reason. */
export type AbortReason = 'cancelled' | 'timeout' | 'draining'

/** Events kept for those who come late. */
const EVENTS_KEPT = 256
/** Events of one attempt number from here on, so that ids go on rising when a job runs again after a restart. */
const IDS_PER_ATTEMPT = 1e9

/** A job as this process sees it: the record, its progress, what has happened, and those who watch. */
export class LiveJob {
  readonly abort = new AbortController()
  private readonly events: JobEvent[] = []
  private readonly watchers = new Set<() => void>()
  private current: Job
  private sequence = 0
  private left = false

  constructor(
    readonly tenant: Tenant,
    job: Job
  ) {
    this.current = Object.freeze(job)
    this.tell({ type: 'progress', id: this.nextId(), job: this.current })
  }

  get job(): Job {
    return this.current
  }

  /** Nothing more will happen to it in this process. */
  get over(): boolean {
    return this.left || isFinished(this.current)
  }

  /** Shows a new state, which the store has already. */
  become(job: Job): void {
    if (this.over) return
    this.current = Object.freeze(job)
    this.tell(isFinished(job) ? lastEvent(job) : { type: 'progress', id: this.nextId(), job: this.current })
  }

  /** The fraction never falls; what is no number changes nothing. */
  report({ stage, fraction, message }: JobProgress): void {
    if (this.current.status !== 'running' || this.over) return
    const before = this.current.progress.fraction
    const progress = Object.freeze({ stage, fraction: Math.min(1, Math.max(before, fraction || 0)), message })
    this.become({ ...this.current, progress })
  }

  /** The service ends before the job does: nobody needs to watch any longer. */
  leave(): void {
    this.left = true
    this.wake()
  }

  /** Resolves with the next event, or when `signal` aborts, whichever comes first. */
  change(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.watchers.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      if (this.over || signal?.aborted) return resolve()
      this.watchers.add(done)
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  /** Resolves once nothing more will happen to it. */
  async end(): Promise<void> {
    while (!this.over) await this.change()
  }

  /** Resolves once nothing more will happen to it, after so many milliseconds, or when `signal` aborts. */
  async endWithin(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const patience = new AbortController()
    const giveUp = () => patience.abort()
    const timer = setTimeout(giveUp, milliseconds)
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
    while (!this.over && !patience.signal.aborted) await this.change(patience.signal)
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }

  /** What happened after event `after`, then what happens, up to the last event. One who is slow misses some progress. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<JobEvent> {
    let seen = after
    while (!signal.aborted) {
      const next = this.events.find((event) => event.id > seen || isLast(event))
      if (next !== undefined) {
        seen = next.id
        yield next
        if (isLast(next)) return
      } else if (this.over) return
      else await this.change(signal)
    }
  }

  private tell(event: JobEvent): void {
    this.events.push(event)
    if (this.events.length > EVENTS_KEPT) this.events.shift()
    this.wake()
  }

  private wake(): void {
    for (const watcher of [...this.watchers]) watcher()
  }

  private nextId(): number {
    this.sequence += 1
    return this.current.attempts * IDS_PER_ATTEMPT + this.sequence
  }
}

/** The one event that ends a job's story. It follows from the record alone, so it is the same after a restart. */
export function lastEvent(job: Job): JobEvent {
  const type = job.status === 'succeeded' ? 'done' : job.status === 'cancelled' ? 'cancelled' : 'failed'
  return { type, id: (job.attempts + 1) * IDS_PER_ATTEMPT, job }
}

const isLast = (event: JobEvent): boolean => event.type !== 'progress'
