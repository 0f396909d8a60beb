import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job, JobProgress } from '../../src/domain/records/job.ts'
import { asTenant, type Tenant } from '../../src/domain/tenant.ts'
import type { JobKind } from '../../src/domain/vocabulary.ts'
import { type Board, type BoardOptions, openBoard } from '../../src/jobs/board.ts'
import { type MemoryStores, openMemoryStores } from '../../src/stores/memory.ts'
import { failingFileSystem } from '../stores/failing-fs.ts'

export const ANNA = asTenant('anna')
export const BERT = asTenant('bert')

/** A job that was begun: the test decides how it goes on. It ends by itself when it is asked to. */
export interface Begun {
  tenant: Tenant
  job: Job
  reason: () => unknown
  progress(progress: JobProgress): void
  succeed(): void
  fail(error: unknown): void
}

const MADE = {
  ingest: { type: 'dataset', prefix: 'ds' },
  fetch: { type: 'dataset', prefix: 'ds' },
  train: { type: 'model', prefix: 'mdl' },
  assign: { type: 'assign_file', prefix: 'asg' },
  profile: { type: 'profile', prefix: 'ds' }
} as const satisfies Record<JobKind, object>

/** A board over a real store in a folder of its own, with work that the test carries out by hand. */
export async function openHarness(options: Partial<BoardOptions> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'board-'))
  const fs = failingFileSystem()
  const logged: string[] = []
  let time = Date.UTC(2026, 0, 1)
  let count = 0
  let stores: MemoryStores
  let board: Board
  /** Begun and not ended, in the order of their beginning. */
  let begun: Begun[] = []

  const start = async () => {
    const active: Begun[] = []
    begun = active
    stores = await openMemoryStores({ dataDir, fs })
    board = openBoard({
      records: stores.jobs,
      limits: { ingest: 1, fetch: 1, train: 1, assign: 1, profile: 1 },
      queueMax: 3,
      timeoutMs: 60_000,
      clock: () => {
        time += 1
        return new Date(time)
      },
      logger: {
        warn: (_details, message) => void logged.push(message),
        error: (_details, message) => void logged.push(message)
      },
      ...options
    })
    for (const kind of ['ingest', 'train', 'assign', 'profile'] as const) {
      board.handle(kind, (tenant, job, { signal, progress }) => {
        return new Promise<NonNullable<Job['result']>>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('asked to end')))
          const { type, prefix } = MADE[kind]
          const id = `${prefix}_of_${job.id}`
          const entry: Begun = {
            tenant,
            job,
            progress,
            reason: () => signal.reason,
            succeed: () => resolve({ type, id }),
            fail: reject
          }
          active.push(entry)
        }).finally(() => {
          active.splice(
            active.findIndex((entry) => entry.job.id === job.id),
            1
          )
        })
      })
    }
  }
  await start()

  const harness = {
    logged,
    fs,
    get board() {
      return board
    },
    get stores() {
      return stores
    },
    get begun(): readonly Begun[] {
      return begun
    },
    newJob(kind: JobKind = 'train'): Job {
      count += 1
      time += 1
      return {
        id: `job_${count}`,
        kind,
        status: 'queued',
        created_at: new Date(time).toISOString(),
        started_at: null,
        finished_at: null,
        attempts: 0,
        progress: { stage: 'queued', fraction: 0, message: 'Waiting.' },
        result: null,
        error: null,
        request: { number: count }
      }
    },
    submit: (tenant: Tenant = ANNA, kind: JobKind = 'train') => board.submit(tenant, harness.newJob(kind)),
    /** Once the job's work has begun. */
    async begins({ id }: Pick<Job, 'id'>): Promise<Begun> {
      return harness.until(() => begun.find((entry) => entry.job.id === id))
    },
    async until<Value>(look: () => Value | undefined | false): Promise<Value> {
      for (;;) {
        const seen = look()
        if (seen !== undefined && seen !== false) return seen
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
    /** The process is gone, with whatever it was doing, and another one starts over the same folder. */
    async crashAndStart(): Promise<number> {
      await stores.close()
      await start()
      return board.resume(await stores.tenants())
    },
    async end() {
      await board.drain(0)
      await stores.close()
      await rm(dataDir, { recursive: true })
    }
  }
  return harness
}

export type Harness = Awaited<ReturnType<typeof openHarness>>
