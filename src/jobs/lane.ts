import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import { FairQueue } from './fair-queue.ts'
import type { LiveJob } from './live-job.ts'

const RETRY_AFTER_SECONDS = 10

/** Jobs of one kind: those that run, at most `limit`, and those that wait. */
export class Lane {
  private readonly running = new Set<LiveJob>()
  private readonly queue = new FairQueue<LiveJob>()
  /** Places promised to jobs that are just being stored. */
  private readonly promised = new Map<Tenant, number>()
  private closed = false

  /**
   * @param queueMax jobs of one tenant that may wait: a full queue of one tenant leaves the others theirs
   * @param carryOut resolves when the job has given its place back; never rejects
   */
  constructor(
    private readonly limit: number,
    private readonly queueMax: number,
    private readonly carryOut: (entry: LiveJob) => Promise<void>
  ) {}

  get stats(): { running: number; queued: number } {
    return { running: this.running.size, queued: this.queue.size }
  }

  /**
   * Holds a place for a job until it is stored, so that several at the same time do not overfill the queue.
   * @returns gives the place up, to be called before `push`
   * @throws Problem queue_full
   */
  promise(tenant: Tenant): () => void {
    const promised = this.promised.get(tenant) ?? 0
    const free = this.queue.size === 0 ? this.limit - this.running.size : 0
    if (this.queue.sizeOf(tenant) + promised >= this.queueMax + free) {
      throw new Problem(
        'queue_full',
        `${this.queueMax} jobs are waiting already: try again once one of them has ended.`,
        { retryAfter: RETRY_AFTER_SECONDS }
      )
    }
    this.promised.set(tenant, promised + 1)
    return () => {
      const left = this.promised.get(tenant)! - 1
      if (left === 0) this.promised.delete(tenant)
      else this.promised.set(tenant, left)
    }
  }

  push(entry: LiveJob): void {
    this.queue.push(entry.tenant, entry)
    this.startNext()
  }

  /** @returns whether it was still waiting */
  remove(entry: LiveJob): boolean {
    return this.queue.remove(entry.tenant, entry)
  }

  /** Starts nothing any more. @returns what runs */
  close(): LiveJob[] {
    this.closed = true
    return [...this.running]
  }

  private startNext(): void {
    while (!this.closed && this.running.size < this.limit) {
      const entry = this.queue.shift()
      if (entry === undefined) return
      this.running.add(entry)
      void this.carryOut(entry).finally(() => {
        this.running.delete(entry)
        this.startNext()
      })
    }
  }
}
