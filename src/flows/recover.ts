import { isFinished, type Job } from '../domain/records/job.ts'
import type { Tenant } from '../domain/tenant.ts'
import { allFiles, fileOf } from './lookup.ts'
import type { Tools } from './tools.ts'

/**
 * What a start owes to the run before it: what was half-made goes, what was acknowledged goes on.
 *
 * Files come to be before their record, and records go before their files. So a folder without a record was never
 * acknowledged or is already deleted, and only a job that has not ended may still need an upload.
 * @returns the number of jobs that run again
 */
export async function recover(tools: Tools): Promise<number> {
  const { folders, stores, board } = tools
  await folders.sweep()
  const tenants = new Set([...(await stores.tenants()), ...(await folders.listTenants())])
  for (const tenant of tenants) await removeOrphans(tools, tenant)
  return board.resume([...tenants])
}

async function removeOrphans({ stores, folders, uploads }: Tools, tenant: Tenant): Promise<void> {
  for (const id of await folders.listDatasets(tenant)) {
    if ((await stores.datasets.get(tenant, id)) === undefined) await folders.removeDataset(tenant, id)
  }
  for (const id of await folders.listProfiles(tenant)) {
    if ((await stores.datasets.get(tenant, id)) === undefined) await folders.removeProfile(tenant, id)
  }
  for (const id of await folders.listModels(tenant)) {
    if ((await stores.models.get(tenant, id)) === undefined) await folders.removeModel(tenant, id)
  }
  for (const id of await folders.listAssignFiles(tenant)) {
    if ((await stores.assignFiles.get(tenant, id)) === undefined) await folders.removeAssignFile(tenant, id)
  }
  const needed = await uploadsOfOpenJobs(stores, tenant)
  for (const id of await folders.listUploads(tenant)) {
    if (!needed.has(id)) await uploads.discard(tenant, id)
  }
}

async function uploadsOfOpenJobs(stores: Tools['stores'], tenant: Tenant): Promise<Set<string>> {
  const needed = new Set<string>()
  let after: string | undefined
  do {
    const page = await stores.jobs.list(tenant, { limit: 1000, after })
    for (const job of page.records) if (!isFinished(job)) uploadOf(job, needed)
    after = page.next ?? undefined
  } while (after !== undefined)
  return needed
}

function uploadOf(job: Job, into: Set<string>): void {
  const file = fileOf(job)
  if (file !== undefined) for (const { id } of allFiles(file)) into.add(id)
}
