import { featuresFromOrders, isPurchase, type OrderContext } from '../domain/features/order-features.ts'
import type { ModelFit } from '../domain/records/model.ts'
import type { Assigner } from '../domain/serving/assign.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { FieldError } from '../errors.ts'
import type { AssignCustomer, Assignment, CustomerOrder, Flows, ModelWithState } from './flows.ts'
import {
  assignerOf,
  assignRefusal,
  findDataset,
  findModelOrChampion,
  isFeatureName,
  nearestFirst,
  referenceOf
} from './lookup.ts'
import type { Tools } from './tools.ts'

const DAY_MS = 86_400_000

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
    const reference = await referenceOf(tools, tenant, model, request.reference_date)
    const givesOrders = request.customers.some((customer) => customer.orders !== undefined)
    const shop = givesOrders ? await shopOf(tools, tenant, model, reference) : undefined
    const assigner = assignerOf(model.fit)
    const errors: FieldError[] = []
    const data: Assignment[] = []
    for (const [index, customer] of request.customers.entries()) {
      const features =
        customer.orders === undefined || shop === undefined
          ? checkedFeatures(customer, index, model.fit, errors)
          : featuresOf(customer.orders, index, model, shop, errors)
      if (errors.length === 0) data.push(assignOne(customer.customer_id, features, model, assigner))
    }
    if (errors.length > 0) throw assignRefusal(errors)
    return {
      model_id: model.id,
      reference_date: reference,
      data,
      limitations: model.limitations
    }
  }

/** What orders are read against. */
interface Shop extends OrderContext {
  timeOf(date: string): number
}

async function shopOf(tools: Tools, tenant: Tenant, model: ModelWithState, reference: string): Promise<Shop> {
  const { timezone } = await findDataset(tools, tenant, model.dataset_id)
  return {
    referenceMs: Date.parse(reference),
    weekdayOf: tools.calendar.weekdayIn(timezone),
    groups: (await tools.members.open(tenant, model.id)).groups,
    timeOf: (date) => tools.calendar.startOf(date, timezone).getTime()
  }
}

function assignOne(
  customerId: string,
  features: Record<string, number | null>,
  model: ModelWithState,
  assigner: Assigner
): Assignment {
  const raw: (number | null)[] = []
  for (const { name } of model.fit.features) raw.push(features[name] ?? null)
  const found = assigner.assign(raw)
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
    if (isFeatureName(name)) continue
    errors.push({ pointer: `${pointer}/${name}`, code: 'unknown_feature', message: 'GET /features lists the features' })
  }
  return features
}

function featuresOf(
  orders: CustomerOrder[],
  index: number,
  model: ModelWithState,
  shop: Shop,
  errors: FieldError[]
): Record<string, number | null> {
  const pointer = `/customers/${index}/orders`
  const refuse = (message: string) => {
    errors.push({ pointer, code: 'unassignable_customer', message })
    return {}
  }
  const dated = orders.map((order) => ({ ...order, ordered_at_ms: shop.timeOf(order.ordered_at) }))
  const late = dated.find((order) => order.ordered_at_ms > shop.referenceMs)
  if (late !== undefined) {
    return refuse(`order ${late.order_id} is later than the reference date: send a reference_date after it`)
  }
  const { window_days } = model.options
  const earliest = window_days === null ? Number.NEGATIVE_INFINITY : shop.referenceMs - window_days * DAY_MS
  const counted = dated.filter((order) => order.ordered_at_ms > earliest)
  if (!counted.some((order) => order.lines.some(isPurchase))) {
    return refuse(
      window_days === null
        ? 'there is no purchase among the orders'
        : `there is no purchase in the ${window_days} days before the reference date`
    )
  }
  const features = featuresFromOrders(counted, shop)
  const absent = model.fit.features.find(({ name, impute }) => impute === null && (features[name] ?? null) === null)
  return absent === undefined ? features : refuse(`these orders give no ${absent.name}, and the model needs it`)
}
