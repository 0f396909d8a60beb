import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { findDataset, pageOf } from './lookup.ts'
import type { Tools } from './tools.ts'

export const listDatasets =
  (tools: Tools): Flows['listDatasets'] =>
  (tenant, page) =>
    pageOf(tools, tenant, 'datasets', page, (each) => tools.stores.datasets.list(tenant, each))

export const describeDataset =
  (tools: Tools): Flows['describeDataset'] =>
  (tenant, id) =>
    findDataset(tools, tenant, id)

/** The record goes first: files without a record are swept at the next start, a record without files would lie. */
export const removeDataset =
  (tools: Tools): Flows['removeDataset'] =>
  async (tenant, id) => {
    await findDataset(tools, tenant, id)
    const user = await modelOn(tools, tenant, id)
    if (user !== undefined) {
      throw new Problem('dataset_in_use', `Model ${user} was trained on dataset ${id}: delete the model first.`)
    }
    await tools.stores.datasets.delete(tenant, id)
    await tools.folders.removeDataset(tenant, id)
    await tools.folders.removeProfile(tenant, id)
  }

async function modelOn({ stores }: Tools, tenant: Tenant, datasetId: string): Promise<string | undefined> {
  let after: string | undefined
  do {
    const page = await stores.models.list(tenant, { limit: 100, after })
    const user = page.records.find((model) => model.dataset_id === datasetId)
    if (user !== undefined) return user.id
    after = page.next ?? undefined
  } while (after !== undefined)
  return undefined
}
