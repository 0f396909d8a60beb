import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { findChampion, findModel, pageOf, withState } from './lookup.ts'
import type { Tools } from './tools.ts'

export const listModels =
  (tools: Tools): Flows['listModels'] =>
  async (tenant, page) => {
    const champion = await tools.stores.champions.get(tenant)
    const models = await pageOf(tools, tenant, 'models', page, (each) => tools.stores.models.list(tenant, each))
    return { ...models, data: models.data.map((model) => withState(model, champion)) }
  }

export const describeModel =
  (tools: Tools): Flows['describeModel'] =>
  (tenant, id) =>
    findModel(tools, tenant, id)

export const describeChampion =
  (tools: Tools): Flows['describeChampion'] =>
  (tenant) =>
    findChampion(tools, tenant)

/** The members are opened first: a champion whose files are damaged would answer every customer with an error. */
export const promoteModel =
  (tools: Tools): Flows['promoteModel'] =>
  async (tenant, id) => {
    const model = await findModel(tools, tenant, id)
    await tools.members.open(tenant, id)
    await tools.stores.champions.set(tenant, id)
    return { ...model, champion: true }
  }

/** The record goes first: files without a record are swept at the next start, a record without files would lie. */
export const removeModel =
  (tools: Tools): Flows['removeModel'] =>
  async (tenant, id) => {
    const model = await findModel(tools, tenant, id)
    if (model.champion) {
      throw new Problem('champion_in_use', 'Promote another model with PUT /models/champion before deleting this one.')
    }
    await tools.stores.models.delete(tenant, id)
    tools.members.forget(tenant, id)
    await tools.folders.removeModel(tenant, id)
  }
