import { featuresFromOrders, isPurchase, type OrderContext } from '../domain/features/order-features.ts'
import type { ModelFit } from '../domain/records/model.ts'
import type { Assigner } from '../domain/serving/assign.ts'
import { FEATURES, PREFERENCE_PREFIX } from '../domain/vocabulary.ts'
import { type FieldError, Problem } from '../errors.ts'
import type { AssignCustomer, Assignment, CustomerOrder, Flows, ModelWithState } from './flows.ts'
import { assignerOf, findDataset, findModelOrChampion, nearestFirst } from './lookup.ts'
import type { Tools } from './tools.ts'

const DAY_MS = 86_400_000
const KNOWN_FEATURES = new Set<string>(FEATURES.map((feature) => feature.name))

/**
 * Customers to segments, by the model's own transforms and fences.
 *
 * All or none: when one customer cannot be assigned the call fails and names each such customer, so that nothing is
 * guessed and no caller has to look for holes in an answer.
 */
export const assignCustomers =
  (tools: Tools): Flows['assignCustomers'] =>
  async (tenant, request) => {
    const model = await findModelOrChampion(tools, tenant, request.model_id)
    const { timezone } = await findDataset(tools, tenant, model.dataset_id)
    const reference =
      request.reference_date === undefined
        ? model.reference_date
        : tools.calendar.endOf(request.reference_date, timezone).toISOString()
    const givesOrders = request.customers.some((customer) => customer.orders !== undefined)
    const context: OrderContext = {
      referenceMs: Date.parse(reference),
      weekdayOf: tools.calendar.weekdayIn(timezone),
      groups: givesOrders ? (await tools.members.open(tenant, model.id)).groups : null
    }

    const orderTime = (text: string) => tools.calendar.startOf(text, timezone).getTime()
    const assigner = assignerOf(model.fit)
    const errors: FieldError[] = []
    const data: Assignment[] = []
    for (const [index, customer] of request.customers.entries()) {
      const features =
        customer.orders === undefined
          ? checkedFeatures(customer, index, model.fit, errors)
          : featuresOf(customer.orders, index, model, context, orderTime, errors)
      if (errors.length === 0) data.push(assignOne(customer.customer_id, features, model, assigner))
    }
    if (errors.length > 0) throw refusal(errors)
    return {
      model_id: model.id,
      reference_date: reference,
      data,
      limitations: model.limitations
    }
  }

function assignOne(
  customerId: string,
  features: Record<string, number | null>,
  model: ModelWithState,
  assigner: Assigner
): Assignment {
  const found = assigner.assign(model.fit.features.map(({ name }) => features[name] ?? null))
  const segment = model.segments[found.segment]
  if (segment === undefined) throw new RangeError(`the model has no segment ${found.segment}`)
  return {
    customer_id: customerId,
    segment_id: segment.id,
    segment_name: segment.name,
    distance: found.distance,
    margin: found.margin,
    out_of_domain: found.outOfDomain,
    nearest: nearestFirst(model, found.distances),
    features
  }
}

/** The features as given, when each that the model needs is there; an absent value must be said with null. */
function checkedFeatures(
  { features = {} }: AssignCustomer,
  index: number,
  fit: ModelFit,
  errors: FieldError[]
): Record<string, number | null> {
  const pointer = `/customers/${index}/features`
  for (const { name, impute } of fit.features) {
    const value = features[name]
    if (value === undefined) {
      errors.push({ pointer: `${pointer}/${name}`, code: 'feature_missing', message: `the model needs ${name}` })
    } else if (value === null && impute === null) {
      errors.push({
        pointer: `${pointer}/${name}`,
        code: 'feature_missing',
        message: `${name} was never absent in training: give a number`
      })
    }
  }
  for (const name of Object.keys(features)) {
    if (KNOWN_FEATURES.has(name) || name.startsWith(PREFERENCE_PREFIX)) continue
    errors.push({ pointer: `${pointer}/${name}`, code: 'unknown_feature', message: 'GET /features lists the features' })
  }
  return features
}

function featuresOf(
  orders: CustomerOrder[],
  index: number,
  model: ModelWithState,
  context: OrderContext,
  orderTime: (text: string) => number,
  errors: FieldError[]
): Record<string, number | null> {
  const pointer = `/customers/${index}/orders`
  const refuse = (message: string) => {
    errors.push({ pointer, code: 'unassignable_customer', message })
    return {}
  }
  const dated = orders.map((order) => ({ ...order, ordered_at_ms: orderTime(order.ordered_at) }))
  const late = dated.find((order) => order.ordered_at_ms > context.referenceMs)
  if (late !== undefined) {
    return refuse(`order ${late.order_id} is later than the reference date: send a reference_date after it`)
  }
  const { window_days } = model.options
  const earliest = window_days === null ? Number.NEGATIVE_INFINITY : context.referenceMs - window_days * DAY_MS
  const counted = dated.filter((order) => order.ordered_at_ms > earliest)
  if (!counted.some((order) => order.lines.some(isPurchase))) {
    return refuse(
      window_days === null
        ? 'there is no purchase among the orders'
        : `there is no purchase in the ${window_days} days before the reference date`
    )
  }
  const features = featuresFromOrders(counted, context)
  const absent = model.fit.features.find(({ name, impute }) => impute === null && (features[name] ?? null) === null)
  return absent === undefined ? features : refuse(`these orders give no ${absent.name}, and the model needs it`)
}

/** The first code decides the kind of answer: a list of customers that lack a feature reads as that. */
function refusal(errors: FieldError[]): Problem {
  const code = errors[0]?.code === 'feature_missing' ? 'feature_missing' : 'unassignable_customer'
  return new Problem(code, `${errors.length} values stand in the way, see errors; no customer was assigned.`, {
    errors: errors.slice(0, 1000)
  })
}
