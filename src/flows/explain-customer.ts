import type { Model } from '../domain/records/model.ts'
import { writeChange } from '../domain/serving/change-text.ts'
import { type Explanation, explainCustomer as explain } from '../domain/serving/explain.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, findRow } from './lookup.ts'
import type { CustomerExplanation } from './messages/customers.ts'
import type { Tools } from './tools.ts'

/** Why a customer of the training is in its segment, and what would have to be otherwise for each other one. */
export const explainCustomer =
  (tools: Tools): Flows['explainCustomer'] =>
  async (tenant, customerId, modelId) => {
    const model = await findModelOrChampion(tools, tenant, modelId)
    const members = await tools.members.open(tenant, model.id)
    const row = findRow(members, model, customerId)
    const index = members.segment(row)
    // Only for its currency, and the dataset of a model may be gone.
    const dataset = await tools.stores.datasets.get(tenant, model.dataset_id)
    const raw = model.fit.features.map(({ name }) => members.feature(row, members.featureNames.indexOf(name)))
    const { next, contributions, changes, limitations } = explain(model.fit, assignerOf(model.fit), raw, index)
    return {
      customer_id: customerId,
      model_id: model.id,
      reference_date: model.reference_date,
      ...named(model, index),
      next_segment: next === null ? null : named(model, next),
      contributions,
      speaks_for_segment: (contributions?.features ?? [])
        .filter(({ difference }) => difference !== null && difference > 0)
        .map(({ feature }) => feature),
      changes: changes.map((change) => tell(model, change, dataset?.currency ?? null)),
      limitations: [...limitations, ...LIMITATIONS, ...model.limitations]
    }
  }

const LIMITATIONS = [
  'Changes are counted to the reference date of the model. When a later date is asked for, recency_days and tenure_days have grown, and a new order has set recency_days to 0.',
  'A change says where the border of the segment lies, not that a campaign would bring it about. Each feature is changed by itself, while one order changes several.'
]

function tell(model: Model, { segment, change, reason }: Explanation['changes'][number], currency: string | null) {
  const place = named(model, segment)
  if (change === null) return { ...place, change: null, reason }
  const words = { segment: place.segment_name, day: model.reference_date.slice(0, 10), currency }
  return { ...place, change: { ...change, text: writeChange(change.features, words) }, reason: null }
}

function named({ segments }: Model, index: number): Pick<CustomerExplanation, 'segment_id' | 'segment_name'> {
  return { segment_id: segments[index]!.id, segment_name: segments[index]!.name }
}
