import type { ModelFit } from '../domain/records/model.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { FeatureRun } from '../domain/serving/scale-rows.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, isFeatureName, referenceOf, takeTurns } from './lookup.ts'
import type { AssignedTable, AssignTableRequest, CustomerTable } from './messages/assigning-tables.ts'
import { type AtHand, afterwards } from './messages/at-hand.ts'
import type { ModelWithState } from './messages/models.ts'
import type { Tools } from './tools.ts'

/** Customers between two turns of other requests. */
const STRETCH = 10_000
/** Fewer are placed before WebAssembly has been handed all that it needs. */
const WORTH = 8

/** As assignCustomers and assignColumns, to the last bit, where nothing stands in the way of any customer. */
export const assignTable =
  (tools: Tools): Flows['assignTable'] =>
  (tenant, request) =>
    afterwards(findModelOrChampion(tools, tenant, request.model_id), (model) =>
      afterwards(referenceOf(tools, tenant, model, request.reference_date), (reference) =>
        assigned(tools, model, reference, request)
      )
    )

function assigned(
  tools: Tools,
  model: ModelWithState,
  reference_date: string,
  { table, include = ['nearest', 'features'] }: AssignTableRequest
): AtHand<AssignedTable | undefined> {
  const runs = runsOf(table, model.fit.features)
  if (runs === undefined) return undefined
  const nearest = include.includes('nearest')
  const placements = new Placements(table.n, nearest ? model.segments.length : 0)
  const result = { model, reference_date, placements, include: { nearest, features: include.includes('features') } }
  return afterwards(placeFrom(0, tools, model.fit, placements, runs), (placed) => (placed ? result : undefined))
}

/** @returns false where a value is absent that the model needs */
function placeFrom(
  from: number,
  tools: Tools,
  fit: ModelFit,
  placements: Placements,
  runs: readonly FeatureRun[]
): AtHand<boolean> {
  const to = Math.min(placements.n, from + STRETCH)
  const { placing } = tools
  const placed =
    to - from >= WORTH && placing.takes(fit)
      ? placing.placeRows(fit, placements, from, to, runs)
      : assignerOf(fit).placeRows(placements, from, to, runs)
  return placed && to < placements.n ? takeTurns().then(() => placeFrom(to, tools, fit, placements, runs)) : placed
}

/** Where the model's features are in the table; undefined when one is missing, or one is there that no model has. */
function runsOf(
  { names, columns, starts, step }: CustomerTable,
  features: ModelFit['features']
): FeatureRun[] | undefined {
  if (!names.every(isFeatureName)) return undefined
  const runs: FeatureRun[] = []
  for (const { name } of features) {
    const index = names.indexOf(name)
    if (index < 0) return undefined
    runs.push({ column: columns[index]!, start: starts[index]!, step })
  }
  return runs
}
