import type { Members } from '../data/members.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, findRow } from './lookup.ts'
import { afterwards } from './messages/at-hand.ts'
import type { KnownCustomer } from './messages/customers.ts'
import type { ModelWithState } from './messages/models.ts'
import type { Tools } from './tools.ts'

/** One customer of the training: the segment that training gave, and how far the others are. */
export const describeCustomer =
  (tools: Tools): Flows['describeCustomer'] =>
  (tenant, customerId, modelId) =>
    afterwards(findModelOrChampion(tools, tenant, modelId), (model) =>
      afterwards(tools.members.open(tenant, model.id), (members) => known(model, members, customerId))
    )

function known(model: ModelWithState, members: Members, customerId: string): KnownCustomer {
  const row = findRow(members, model, customerId)
  const names = members.featureNames
  const values = names.map((_, column) => members.feature(row, column))
  const placements = new Placements(1, model.segments.length)
  const raw = model.fit.features.map(({ name }) => values[names.indexOf(name)] ?? Number.NaN)
  assignerOf(model.fit).placeInto(placements, 0, raw)
  return {
    model,
    customer_id: customerId,
    segment: members.segment(row),
    distance: members.distance(row),
    margin: members.margin(row),
    silhouette: members.silhouette(row),
    revenue: members.revenue(row),
    names,
    values,
    placements
  }
}
