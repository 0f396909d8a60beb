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
  /** The place that was asked for last, which stands at the end of the shelf. */
  private latest = ''

  constructor(
    private readonly folders: Folders,
    /** Models kept at a time, over all tenants. */
    private readonly places: number
  ) {}

  /** @throws Problem dataset_corrupt when the files are missing or damaged */
  async open(tenant: Tenant, modelId: string): Promise<Members> {
    const place = placeOf(tenant, modelId)
    if (place === this.latest) return await this.shelf.get(place)!
    const members = this.shelf.get(place) ?? readChecked(this.folders.model(tenant, modelId))
    this.shelf.delete(place)
    this.shelf.set(place, members)
    this.latest = place
    if (this.shelf.size > this.places) this.shelf.delete(this.shelf.keys().next().value as string)
    try {
      return await members
    } catch (error) {
      this.remove(place)
      throw error
    }
  }

  forget(tenant: Tenant, modelId: string): void {
    this.remove(placeOf(tenant, modelId))
  }

  private remove(place: string): void {
    this.shelf.delete(place)
    if (place === this.latest) this.latest = ''
  }
}

/** Neither part holds a slash. */
const placeOf = (tenant: Tenant, modelId: string): string => `${tenant}/${modelId}`

async function readChecked(folder: string): Promise<Members> {
  await verifyFolder(folder)
  return readMembers(folder)
}
