import type { Tenant } from '../domain/tenant.ts'
import type { ChampionStore } from './contract.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { RecordFiles } from './record-files.ts'

/** One record a tenant, always under the same id. */
const ID = 'champion'

export class MemoryChampions implements ChampionStore {
  private readonly models = new Map<Tenant, string>()
  private readonly writing = new KeyedMutex()

  constructor(private readonly files: RecordFiles) {}

  /** Takes in a record found on the disk. */
  restore(tenant: Tenant, id: string, record: { model_id: string }): void {
    if (id !== ID || typeof record.model_id !== 'string') throw new Error('the record names no model')
    this.models.set(tenant, record.model_id)
  }

  async get(tenant: Tenant): Promise<string | undefined> {
    return this.known(tenant)
  }

  known(tenant: Tenant): string | undefined {
    return this.models.get(tenant)
  }

  async set(tenant: Tenant, modelId: string): Promise<void> {
    await this.writing.run(tenant, async () => {
      await this.files.write(tenant, 'champions', ID, JSON.stringify({ model_id: modelId }))
      this.models.set(tenant, modelId)
    })
  }

  tenants(): Iterable<Tenant> {
    return this.models.keys()
  }

  idle(): Promise<void> {
    return this.writing.idle()
  }
}
