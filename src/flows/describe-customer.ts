import { Placements } from '../domain/serving/placements.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findMember, findModelOrChampion } from './lookup.ts'
import type { Tools } from './tools.ts'

/** One customer of the training: the segment that training gave, and how far the others are. */
export const describeCustomer =
  (tools: Tools): Flows['describeCustomer'] =>
  async (tenant, customerId, modelId) => {
    const model = await findModelOrChampion(tools, tenant, modelId)
    const { member, index } = await findMember(tools, tenant, model, customerId)
    const raw = model.fit.features.map(({ name }) => member.features[name] ?? null)
    const placements = new Placements(1, model.segments.length)
    assignerOf(model.fit).placeInto(placements, 0, raw)
    return { model, member, segment: index, placements }
  }
