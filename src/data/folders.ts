import { readdir, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { asTenant, TENANT_PATTERN, type Tenant } from '../domain/tenant.ts'

/** Ends the name of everything that is being made and not yet whole. */
export const PARTIAL = '.partial'

/** What may become part of a path: letters, digits, `_` and `-`, no dot and no separator. */
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/

const ROOMS = ['datasets', 'profiles', 'models', 'assign_files', 'uploads', 'work'] as const
type Room = (typeof ROOMS)[number]

/**
 * The one place that knows the layout of DATA_DIR:
 *
 *     <root>/tenants/<tenant>/datasets/<id>/   a published dataset
 *                             profiles/<id>/   the profile of the dataset of that id
 *                             models/<id>/     a published model
 *                             assign_files/<id>/  assignments of one file
 *                             uploads/<id>     a received file
 *                             work/<id>/       scratch of one job
 *
 * Paths only: nothing is created here but by those who write. A name that ends in `.partial` is never looked at.
 */
export class Folders {
  private readonly root: string

  /** @param root absolute path of DATA_DIR */
  constructor(root: string) {
    if (!isAbsolute(root)) throw new RangeError('the data folder must be an absolute path')
    this.root = join(root, 'tenants')
  }

  /** @throws RangeError when the id could be more than a name */
  dataset(tenant: Tenant, id: string): string {
    return this.place(tenant, 'datasets', id)
  }

  /** @throws RangeError when the id could be more than a name */
  profile(tenant: Tenant, datasetId: string): string {
    return this.place(tenant, 'profiles', datasetId)
  }

  /** @throws RangeError when the id could be more than a name */
  model(tenant: Tenant, id: string): string {
    return this.place(tenant, 'models', id)
  }

  /** @throws RangeError when the id could be more than a name */
  assignFile(tenant: Tenant, id: string): string {
    return this.place(tenant, 'assign_files', id)
  }

  /** @throws RangeError when the id could be more than a name */
  upload(tenant: Tenant, id: string): string {
    return this.place(tenant, 'uploads', id)
  }

  /** @throws RangeError when the id could be more than a name */
  work(tenant: Tenant, id: string): string {
    return this.place(tenant, 'work', id)
  }

  /** Removes what a killed process left half-made: all work folders and everything partial. To be called before any work starts. */
  async sweep(): Promise<void> {
    for (const tenant of await names(this.root)) {
      await remove(join(this.root, tenant, 'work'))
      for (const room of ROOMS) {
        const folder = join(this.root, tenant, room)
        for (const name of await names(folder)) if (name.endsWith(PARTIAL)) await remove(join(folder, name))
      }
    }
  }

  /** Everyone who has a folder here, in no order. */
  async listTenants(): Promise<Tenant[]> {
    return (await names(this.root)).filter((name) => TENANT_PATTERN.test(name)).map(asTenant)
  }

  /** Ids of the published datasets, in no order. */
  listDatasets(tenant: Tenant): Promise<string[]> {
    return this.list(tenant, 'datasets')
  }

  /** Ids of the datasets that have a published profile, in no order. */
  listProfiles(tenant: Tenant): Promise<string[]> {
    return this.list(tenant, 'profiles')
  }

  /** Ids of the published models, in no order. */
  listModels(tenant: Tenant): Promise<string[]> {
    return this.list(tenant, 'models')
  }

  /** Ids of the published files of assignments, in no order. */
  listAssignFiles(tenant: Tenant): Promise<string[]> {
    return this.list(tenant, 'assign_files')
  }

  /** Ids of the files that have arrived whole, in no order. */
  listUploads(tenant: Tenant): Promise<string[]> {
    return this.list(tenant, 'uploads')
  }

  async removeDataset(tenant: Tenant, id: string): Promise<void> {
    await remove(this.dataset(tenant, id))
  }

  async removeProfile(tenant: Tenant, datasetId: string): Promise<void> {
    await remove(this.profile(tenant, datasetId))
  }

  async removeModel(tenant: Tenant, id: string): Promise<void> {
    await remove(this.model(tenant, id))
  }

  async removeAssignFile(tenant: Tenant, id: string): Promise<void> {
    await remove(this.assignFile(tenant, id))
  }

  private place(tenant: Tenant, room: Room, id: string): string {
    if (!SAFE_ID.test(tenant) || !SAFE_ID.test(id)) throw new RangeError('an id is letters, digits, _ and - only')
    return join(this.root, tenant, room, id)
  }

  private async list(tenant: Tenant, room: Room): Promise<string[]> {
    if (!SAFE_ID.test(tenant)) throw new RangeError('a tenant is letters, digits, _ and - only')
    return (await names(join(this.root, tenant, room))).filter((name) => SAFE_ID.test(name))
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true })
