import type { Flows } from './flows.ts'
import { assignerOf, findMember, findModelOrChampion, nearestFirst } from './lookup.ts'
import type { Tools } from './tools.ts'

/** One customer of the training: the segment that training gave, and how far the others are. */
export const describeCustomer =
  (tools: Tools): Flows['describeCustomer'] =>
  async (tenant, customerId, modelId) => {
    const model = await findModelOrChampion(tools, tenant, modelId)
    const { member, segment } = await findMember(tools, tenant, model, customerId)
    const { distances } = assignerOf(model.fit).assign(
      model.fit.features.map(({ name }) => member.features[name] ?? null)
    )
    return {
      ...member,
      model_id: model.id,
      reference_date: model.reference_date,
      segment_name: segment.name,
      nearest: nearestFirst(model, distances),
      limitations: model.limitations
    }
  }
