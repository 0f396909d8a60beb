import type { AssignFile } from '../domain/records/assign-file.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { pageOf } from './lookup.ts'
import type { Tools } from './tools.ts'

export const listAssignFiles =
  (tools: Tools): Flows['listAssignFiles'] =>
  async (tenant, page) => {
    const files = await pageOf(tools, tenant, 'assign_files', page, (each) =>
      tools.stores.assignFiles.list(tenant, each)
    )
    return { ...files, data: files.data.filter((file) => !isExpired(tools, file)) }
  }

export const describeAssignFile =
  (tools: Tools): Flows['describeAssignFile'] =>
  (tenant, id) =>
    findAssignFile(tools, tenant, id)

export const readAssignFile =
  (tools: Tools): Flows['readAssignFile'] =>
  (tenant, file, range) =>
    tools.assignFolders.read(tenant, file, range)

export const removeAssignFile =
  (tools: Tools): Flows['removeAssignFile'] =>
  async (tenant, id) => {
    await findAssignFile(tools, tenant, id)
    await remove(tools, tenant, id)
  }

/**
 * Removes what has been kept long enough, of all tenants. To be called at start and then daily.
 * @returns the number of files removed
 */
export async function expireAssignFiles(tools: Tools): Promise<number> {
  let removed = 0
  for (const tenant of await tools.stores.tenants()) {
    let after: string | undefined
    do {
      const page = await tools.stores.assignFiles.list(tenant, { limit: 1000, after })
      for (const { id } of page.records.filter((file) => isExpired(tools, file))) {
        await remove(tools, tenant, id)
        removed += 1
      }
      after = page.next ?? undefined
    } while (after !== undefined)
  }
  return removed
}

/** What has expired is as if removed, whether or not it has been yet. */
async function findAssignFile(tools: Tools, tenant: Tenant, id: string): Promise<AssignFile> {
  const file = await tools.stores.assignFiles.get(tenant, id)
  if (file !== undefined && !isExpired(tools, file)) return file
  throw new Problem(
    'assign_file_not_found',
    `There is no file of assignments ${id}, or it has expired. GET /assign/files lists them.`
  )
}

const isExpired = ({ clock }: Tools, file: AssignFile): boolean => Date.parse(file.expires_at) <= clock().getTime()

/** The record goes first: files without a record are swept at the next start, a record without files would lie. */
async function remove({ stores, assignFolders }: Tools, tenant: Tenant, id: string): Promise<void> {
  await stores.assignFiles.delete(tenant, id)
  await assignFolders.remove(tenant, id)
}
