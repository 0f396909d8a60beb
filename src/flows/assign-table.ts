import type { ModelFit } from '../domain/records/model.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { CustomerTable, Flows } from './flows.ts'
import { assignerOf, findModelOrChampion, isFeatureName, referenceOf, takeTurns } from './lookup.ts'
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
    const axes = axesOf(table, model.fit)
    if (axes === undefined) return undefined
    const nearest = include.includes('nearest')
    const assigner = assignerOf(model.fit)
    const placements = new Placements(table.n, nearest ? model.segments.length : 0)
    const raw = new Float64Array(axes.length)
    for (let row = 0; row < table.n; row++) {
      if (row % STRETCH === STRETCH - 1) await takeTurns()
      const at = row * table.step
      for (let j = 0; j < raw.length; j++) raw[j] = axes[j]!.column[axes[j]!.start + at]!
      assigner.placeInto(placements, row, raw)
    }
    return {
      model,
      reference_date: reference,
      placements,
      include: { nearest, features: include.includes('features') }
    }
  }

interface Axis {
  column: Float64Array
  start: number
}

/** Where the model's features are in the table; undefined when one is missing, or one is there that no model has. */
function axesOf(table: CustomerTable, { features }: ModelFit): Axis[] | undefined {
  const { names, columns, starts } = table
  if (!names.every(isFeatureName)) return undefined
  const axes: Axis[] = []
  for (const { name, impute } of features) {
    const index = names.indexOf(name)
    if (index < 0) return undefined
    const axis = { column: columns[index]!, start: starts[index]! }
    if (impute === null && hasGaps(axis, table)) return undefined
    axes.push(axis)
  }
  return axes
}

function hasGaps({ column, start }: Axis, { n, step }: CustomerTable): boolean {
  for (let row = 0, at = start; row < n; row++, at += step) if (Number.isNaN(column[at]!)) return true
  return false
}
