import { createHash } from 'node:crypto'
import type { Tenant } from '../domain/tenant.ts'
import type { IdempotencyEntry, IdempotencyStore, IdempotentAnswer } from './contract.ts'
import { deepFreeze } from './freeze.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { RecordFiles } from './record-files.ts'

const LIFETIME_MS = 24 * 60 * 60 * 1000
/** Expired entries removed with each claim: more than one, so that they never pile up. */
const SWEPT_AT_ONCE = 4

interface KeptEntry {
  key: string
  entry: IdempotencyEntry
}

/** Keys are callers' text: a file is named by the key's hash and holds the key itself. */
export class MemoryIdempotency implements IdempotencyStore {
  private readonly entries = new Map<Tenant, Map<string, IdempotencyEntry>>()
  private readonly writing = new KeyedMutex()

  constructor(private readonly files: RecordFiles) {}

  /**
   * Takes in an entry found on the disk.
   * @returns false when it is over: expired, or its request died before it had started anything
   */
  restore(tenant: Tenant, id: string, { key, entry }: KeptEntry, now: string): boolean {
    if (hash(key) !== id) throw new Error('the entry has another key than its file')
    if (isExpired(entry, now) || (entry.state === 'running' && entry.job_id === null)) return false
    this.put(tenant, key, entry)
    return true
  }

  /** Once all are restored: brings them into the order of their claims. */
  sort(): void {
    for (const [tenant, mine] of this.entries) {
      const byAge = [...mine].sort(([, a], [, b]) => Date.parse(a.created_at) - Date.parse(b.created_at))
      this.entries.set(tenant, new Map(byAge))
    }
  }

  async claim(tenant: Tenant, key: string, now: string): Promise<IdempotencyEntry | undefined> {
    await this.sweep(tenant, now)
    return this.exclusively(tenant, key, async (taken) => {
      if (taken !== undefined && !isExpired(taken, now)) return taken
      await this.write(tenant, key, { state: 'running', fingerprint: null, job_id: null, created_at: now })
      return undefined
    })
  }

  async note(tenant: Tenant, key: string, about: { fingerprint: string; job_id: string | null }): Promise<void> {
    await this.exclusively(tenant, key, async (taken) => {
      if (taken?.state === 'running') await this.write(tenant, key, { ...taken, ...about })
    })
  }

  async finish(tenant: Tenant, key: string, fingerprint: string, answer: IdempotentAnswer): Promise<void> {
    await this.exclusively(tenant, key, async (taken) => {
      if (taken === undefined) return
      await this.write(tenant, key, { state: 'done', fingerprint, answer, created_at: taken.created_at })
    })
  }

  async release(tenant: Tenant, key: string): Promise<void> {
    await this.exclusively(tenant, key, async (taken) => {
      if (taken !== undefined) await this.remove(tenant, key)
    })
  }

  tenants(): Iterable<Tenant> {
    return this.entries.keys()
  }

  idle(): Promise<void> {
    return this.writing.idle()
  }

  /** Entries stand in the order of their claims, so the first ones expire first. */
  private async sweep(tenant: Tenant, now: string): Promise<void> {
    const expired: string[] = []
    for (const [key, entry] of this.entries.get(tenant) ?? []) {
      if (expired.length === SWEPT_AT_ONCE || !isExpired(entry, now)) break
      expired.push(key)
    }
    for (const key of expired) {
      await this.exclusively(tenant, key, async (taken) => {
        if (taken !== undefined && isExpired(taken, now)) await this.remove(tenant, key)
      })
    }
  }

  private exclusively<Result>(
    tenant: Tenant,
    key: string,
    task: (taken: IdempotencyEntry | undefined) => Promise<Result>
  ): Promise<Result> {
    return this.writing.run(`${tenant}/${key}`, () => task(this.entries.get(tenant)?.get(key)))
  }

  private async write(tenant: Tenant, key: string, entry: IdempotencyEntry): Promise<void> {
    const kept: KeptEntry = { key, entry }
    const body = JSON.stringify(kept)
    await this.files.write(tenant, 'idempotency', hash(key), body)
    this.put(tenant, key, JSON.parse(body).entry)
  }

  private async remove(tenant: Tenant, key: string): Promise<void> {
    await this.files.remove(tenant, 'idempotency', hash(key))
    this.entries.get(tenant)?.delete(key)
    if (this.entries.get(tenant)?.size === 0) this.entries.delete(tenant)
  }

  private put(tenant: Tenant, key: string, entry: IdempotencyEntry): void {
    const mine = this.entries.get(tenant) ?? new Map<string, IdempotencyEntry>()
    this.entries.set(tenant, mine)
    // An expired key that is claimed again goes to the end, where the young ones are.
    if (mine.get(key)?.created_at !== entry.created_at) mine.delete(key)
    mine.set(key, deepFreeze(entry))
  }
}

const hash = (key: string): string => createHash('sha256').update(key).digest('hex')

const isExpired = (entry: IdempotencyEntry, now: string): boolean =>
  Date.parse(now) - Date.parse(entry.created_at) >= LIFETIME_MS
