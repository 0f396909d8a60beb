import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, memberAt, nearestFirst } from './lookup.ts'
import type { Tools } from './tools.ts'

/** One customer of the training: the segment that training gave, and how far the others are. */
export const describeCustomer =
  (tools: Tools): Flows['describeCustomer'] =>
  async (tenant, customerId, modelId) => {
    const model = await findModelOrChampion(tools, tenant, modelId)
    const members = await tools.members.open(tenant, model.id)
    const row = members.rowOf(customerId)
    const segment = row === undefined ? undefined : model.segments[members.segment(row)]
    if (row === undefined || segment === undefined) {
      throw new Problem(
        'customer_not_found',
        `Model ${model.id} has not seen this customer: send its features or orders to POST /assign.`
      )
    }
    const member = memberAt(members, row, segment.id)
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
