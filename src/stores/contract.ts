import type { AssignFile } from '../domain/records/assign-file.ts'
import type { Dataset } from '../domain/records/dataset.ts'
import type { Job } from '../domain/records/job.ts'
import type { Model } from '../domain/records/model.ts'
import type { Tenant } from '../domain/tenant.ts'

/**
 * What outlives a request. Both implementations keep these promises; test/stores/contract.ts holds them to it.
 *
 * - A promise that resolved is durable as the implementation states it: a kill -9 right after loses nothing.
 * - Records are values: what is returned is deeply frozen, and a caller's object is never kept as it is.
 * - Another tenant's id behaves exactly as one that never existed.
 * - An unreachable store rejects with Problem `store_unavailable` within bounded time; it never hangs.
 *
 * Deliberately absent: queries other than by id and newest-first lists, transactions over several records, and files
 * (orders, members): those are folders of their own in data/.
 */
export interface Stores {
  readonly type: 'memory' | 'redis'
  readonly datasets: RecordStore<Dataset>
  readonly models: RecordStore<Model>
  readonly jobs: RecordStore<Job>
  readonly assignFiles: RecordStore<AssignFile>
  readonly champions: ChampionStore
  readonly idempotency: IdempotencyStore
  /** Every tenant with at least one record. */
  tenants(): Promise<Tenant[]>
  /** Resolves when the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Page {
  /** 1 to 1,000. */
  limit: number
  /** `next` of the page before, or the id of its last record while that exists. */
  after?: string | undefined
}

export interface RecordStore<Rec extends { id: string; created_at: string }> {
  get(tenant: Tenant, id: string): Promise<Rec | undefined>
  /** As `get`, of a store that has all records at hand: for requests that come so often that a promise counts. */
  known?(tenant: Tenant, id: string): Rec | undefined
  /** @throws Error when the id exists */
  create(tenant: Tenant, record: Rec): Promise<void>
  /**
   * Read, change and write as one step: no other update of the record comes between. `id` and `created_at` stay.
   * @returns the changed record, or undefined when there is none
   */
  update(tenant: Tenant, id: string, change: (record: Rec) => Rec): Promise<Rec | undefined>
  /** @returns whether there was one */
  delete(tenant: Tenant, id: string): Promise<boolean>
  /**
   * Newest first by created_at, then id. `next` is the `after` of the following page, whatever is created or deleted
   * meanwhile; null at the end.
   * @throws Problem invalid_cursor when `after` names no place in the list
   */
  list(tenant: Tenant, page: Page): Promise<{ records: Rec[]; next: string | null }>
}

/** Which model speaks for the tenant. */
export interface ChampionStore {
  get(tenant: Tenant): Promise<string | undefined>
  /** As RecordStore.known. */
  known?(tenant: Tenant): string | undefined
  set(tenant: Tenant, modelId: string): Promise<void>
}

/** The first answer to a request that carried an Idempotency-Key. */
export interface IdempotentAnswer {
  status: number
  headers: Record<string, string>
  /** JSON text. */
  body: string
}

export type IdempotencyEntry =
  | { state: 'running'; fingerprint: string | null; job_id: string | null; created_at: string }
  | { state: 'done'; fingerprint: string; answer: IdempotentAnswer; created_at: string }

/** Keys live 24 hours from `created_at`; an older one behaves as absent. `key` includes the route. */
export interface IdempotencyStore {
  /** Claims the key atomically; when it is taken, returns what is there and claims nothing. */
  claim(tenant: Tenant, key: string, now: string): Promise<IdempotencyEntry | undefined>
  /** Notes what the running request is about, so that a restart can still answer for it. */
  note(tenant: Tenant, key: string, about: { fingerprint: string; job_id: string | null }): Promise<void>
  finish(tenant: Tenant, key: string, fingerprint: string, answer: IdempotentAnswer): Promise<void>
  /** Gives a claimed key back, as if the request had never come. */
  release(tenant: Tenant, key: string): Promise<void>
}
