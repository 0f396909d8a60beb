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
  /** What was asked for last, which stands at the end of the shelf. */
  private latest: { place: string; members: Members } | undefined

  constructor(
    private readonly folders: Folders,
    /** Models kept at a time, over all tenants. */
    private readonly places: number
  ) {}

  /**
   * Without a promise where the same was asked for last.
   * @throws Problem dataset_corrupt when the files are missing or damaged
   */
  open(tenant: Tenant, modelId: string): Members | Promise<Members> {
    const place = placeOf(tenant, modelId)
    return place === this.latest?.place ? this.latest.members : this.take(place, tenant, modelId)
  }

  private async take(place: string, tenant: Tenant, modelId: string): Promise<Members> {
    const members = this.shelf.get(place) ?? readChecked(this.folders.model(tenant, modelId))
    this.shelf.delete(place)
    this.shelf.set(place, members)
    if (this.shelf.size > this.places) this.shelf.delete(this.shelf.keys().next().value as string)
    try {
      const read = await members
      if (this.shelf.get(place) === members) this.latest = { place, members: read }
      return read
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
    if (place === this.latest?.place) this.latest = undefined
  }
}

/** Neither part holds a slash. */
const placeOf = (tenant: Tenant, modelId: string): string => `${tenant}/${modelId}`

async function readChecked(folder: string): Promise<Members> {
  await verifyFolder(folder)
  return readMembers(folder)
}
