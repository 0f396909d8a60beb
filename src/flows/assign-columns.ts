import type { ModelFit } from '../domain/records/model.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { FieldError } from '../errors.ts'
import type { Flows } from './flows.ts'
import { assignerOf, assignRefusal, findModelOrChampion, isFeatureName, referenceOf, takeTurns } from './lookup.ts'
import type { AssignColumnsRequest } from './messages/assigning-tables.ts'
import type { Tools } from './tools.ts'

const MOST_ERRORS = 1000

/** Customers between two turns of other requests. */
const STRETCH = 10_000

/** As assignCustomers for features, column by column: the same segments, distances and margins to the last bit. */
export const assignColumns =
  (tools: Tools): Flows['assignColumns'] =>
  async (tenant, request) => {
    const model = await findModelOrChampion(tools, tenant, request.model_id)
    const reference_date = await referenceOf(tools, tenant, model, request.reference_date)
    const given = featureColumns(request.columns, model.fit)
    const assigner = assignerOf(model.fit)
    const placements = new Placements(request.columns.customer_id.length, 0)
    const raw: (number | null)[] = given.map(() => null)
    for (let row = 0; row < placements.n; row++) {
      if (row % STRETCH === STRETCH - 1) await takeTurns()
      for (let j = 0; j < given.length; j++) raw[j] = given[j]![row]!
      assigner.placeInto(placements, row, raw)
    }
    return { model, reference_date, placements }
  }

/**
 * The model's columns in its order.
 * @throws Problem feature_missing, or unassignable_customer where the only fault is a feature that does not exist
 */
function featureColumns(columns: AssignColumnsRequest['columns'], { features }: ModelFit): (number | null)[][] {
  const errors: FieldError[] = []
  for (const { name, impute } of features) {
    const column = columns[name]
    if (column === undefined) {
      errors.push({ pointer: `/columns/${name}`, code: 'feature_missing', message: `the model needs ${name}` })
    } else if (impute === null) {
      for (let row = column.indexOf(null as never); row >= 0 && errors.length < MOST_ERRORS; ) {
        errors.push({
          pointer: `/columns/${name}/${row}`,
          code: 'feature_missing',
          message: `${name} was never absent in training: give a number`
        })
        row = column.indexOf(null as never, row + 1)
      }
    }
  }
  for (const name of Object.keys(columns)) {
    if (name === 'customer_id' || isFeatureName(name)) continue
    errors.push({ pointer: `/columns/${name}`, code: 'unknown_feature', message: 'GET /features lists the features' })
  }
  if (errors.length > 0) throw assignRefusal(errors)
  return features.map(({ name }) => columns[name] as (number | null)[])
}
