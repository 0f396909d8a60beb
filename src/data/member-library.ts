import type { Tenant } from '../domain/tenant.ts'
import type { Folders } from './folders.ts'
import { type Members, readMembers } from './members.ts'
import { verifyFolder } from './published-folder.ts'

/**
 * The members of the models that are asked for, kept in memory; the least recently used goes first.
 *
 * A model's folder never changes once published, so an entry never goes stale. Reading one twice at the same time is
 * avoided by keeping the promise.
 */
export class MemberLibrary {
  private readonly shelf = new Map<string, Promise<Members>>()

  constructor(
    private readonly folders: Folders,
    /** Models kept at a time, over all tenants. */
    private readonly places: number
  ) {}

  /** @throws Problem dataset_corrupt when the files are missing or damaged */
  async open(tenant: Tenant, modelId: string): Promise<Members> {
    const folder = this.folders.model(tenant, modelId)
    const kept = this.shelf.get(folder)
    const members = kept ?? readChecked(folder)
    this.shelf.delete(folder)
    this.shelf.set(folder, members)
    if (this.shelf.size > this.places) this.shelf.delete(this.shelf.keys().next().value as string)
    try {
      return await members
    } catch (error) {
      this.shelf.delete(folder)
      throw error
    }
  }

  forget(tenant: Tenant, modelId: string): void {
    this.shelf.delete(this.folders.model(tenant, modelId))
  }
}

async function readChecked(folder: string): Promise<Members> {
  await verifyFolder(folder)
  return readMembers(folder)
}
