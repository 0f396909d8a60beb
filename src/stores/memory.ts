import { dirname, resolve } from 'node:path'
import type { AssignFile } from '../domain/records/assign-file.ts'
import type { Dataset } from '../domain/records/dataset.ts'
import type { Job } from '../domain/records/job.ts'
import type { Model } from '../domain/records/model.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { Stores } from './contract.ts'
import { type FileSystem, makeFolderDurably, realFileSystem } from './durable-file.ts'
import { MemoryChampions } from './memory-champions.ts'
import { MemoryIdempotency } from './memory-idempotency.ts'
import { MemoryRecords } from './memory-records.ts'
import { type Logger, RecordFiles, type StoredRecord } from './record-files.ts'

export interface MemoryStoresOptions {
  /** Made when absent. One process at a time may use it: see lock.ts. */
  dataDir: string
  logger?: Logger
  clock?: () => Date
  fs?: FileSystem
}

export interface MemoryStores extends Stores {
  readonly type: 'memory'
  /** Damaged files that were found at boot and set aside. */
  readonly quarantined: number
}

/**
 * Records in memory, each change on the disk before it is acknowledged or seen: the reference for every other store.
 * Reads never touch the disk.
 */
export async function openMemoryStores(options: MemoryStoresOptions): Promise<MemoryStores> {
  const { logger = { warn: () => undefined }, clock = () => new Date(), fs = realFileSystem } = options
  const dataDir = resolve(options.dataDir)
  await makeFolderDurably(fs, dataDir, dirname(dataDir))

  const files = new RecordFiles(dataDir, fs, logger, clock)
  const datasets = new MemoryRecords<Dataset>('datasets', files)
  const models = new MemoryRecords<Model>('models', files)
  const jobs = new MemoryRecords<Job>('jobs', files)
  const assignFiles = new MemoryRecords<AssignFile>('assign_files', files)
  const champions = new MemoryChampions(files)
  const idempotency = new MemoryIdempotency(files)
  const rooms = [datasets, models, jobs, assignFiles, champions, idempotency]

  const now = clock().toISOString()
  const restore = async ({ tenant, kind, id, record }: StoredRecord) => {
    if (kind !== 'idempotency') {
      const room = { datasets, models, jobs, assign_files: assignFiles, champions }[kind]
      return room.restore(tenant, id, record as never)
    }
    const kept = idempotency.restore(tenant, id, record as never, now)
    if (!kept) await files.remove(tenant, kind, id)
  }
  for (const stored of await files.load()) {
    await restore(stored).catch((error) => files.quarantine(stored, error))
  }
  idempotency.sort()

  return {
    type: 'memory',
    get quarantined() {
      return files.quarantined
    },
    datasets,
    models,
    jobs,
    assignFiles,
    champions,
    idempotency,
    async tenants(): Promise<Tenant[]> {
      return [...new Set(rooms.flatMap((room) => [...room.tenants()]))].sort()
    },
    ping: () => files.ping(),
    async close() {
      files.close()
      await Promise.all(rooms.map((room) => room.idle()))
    }
  }
}
