import type { ModelFit } from '../domain/records/model.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { FeatureRun } from '../domain/serving/scale-rows.ts'
import type { Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, isFeatureName, referenceOf, takeTurns } from './lookup.ts'
import type { CustomerTable } from './messages/assigning-tables.ts'
import type { Tools } from './tools.ts'

/** Customers between two turns of other requests. */
const STRETCH = 10_000

/** As assignCustomers and assignColumns, to the last bit, where nothing stands in the way of any customer. */
export const assignTable =
  (tools: Tools): Flows['assignTable'] =>
  async (tenant, { table, model_id, reference_date, include = ['nearest', 'features'] }) => {
    const model = await findModelOrChampion(tools, tenant, model_id)
    const reference =
      reference_date === undefined ? model.reference_date : await referenceOf(tools, tenant, model, reference_date)
    const runs = runsOf(table, model.fit)
    if (runs === undefined) return undefined
    const nearest = include.includes('nearest')
    const assigner = assignerOf(model.fit)
    const placements = new Placements(table.n, nearest ? model.segments.length : 0)
    for (let row = 0; row < table.n; row += STRETCH) {
      if (row > 0) await takeTurns()
      assigner.placeRows(placements, row, Math.min(table.n, row + STRETCH), runs)
    }
    return {
      model,
      reference_date: reference,
      placements,
      include: { nearest, features: include.includes('features') }
    }
  }

/** Where the model's features are in the table; undefined when one is missing, or one is there that no model has. */
function runsOf(table: CustomerTable, { features }: ModelFit): FeatureRun[] | undefined {
  const { names, columns, starts, step } = table
  if (!names.every(isFeatureName)) return undefined
  const runs: FeatureRun[] = []
  for (const { name, impute } of features) {
    const index = names.indexOf(name)
    if (index < 0) return undefined
    const run = { column: columns[index]!, start: starts[index]!, step }
    if (impute === null && hasGaps(run, table.n)) return undefined
    runs.push(run)
  }
  return runs
}

function hasGaps({ column, start, step }: FeatureRun, n: number): boolean {
  for (let row = 0, at = start; row < n; row++, at += step) if (Number.isNaN(column[at]!)) return true
  return false
}
