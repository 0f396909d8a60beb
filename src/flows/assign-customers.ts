import { featuresFromOrders, isPurchase, type OrderContext } from '../domain/features/order-features.ts'
import type { ModelFit } from '../domain/records/model.ts'
import { Placements } from '../domain/serving/placements.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { FieldError } from '../errors.ts'
import type { Flows } from './flows.ts'
import {
  assignerOf,
  assignRefusal,
  findDataset,
  findModelOrChampion,
  isFeatureName,
  referenceOf,
  takeTurns
} from './lookup.ts'
import type { AssignCustomer, AssignedCustomers, CustomerOrder } from './messages/assigning.ts'
import type { ModelWithState } from './messages/models.ts'
import type { Tools } from './tools.ts'

const DAY_MS = 86_400_000
/** Customers between two turns of other requests. */
const STRETCH = 2000

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
    const { include = ['nearest', 'features'] } = request
    const segments = include.includes('nearest') ? model.segments.length : 0
    const placements = new Placements(request.customers.length, segments)
    const customers: AssignedCustomers['customers'] = []
    const raw: (number | null)[] = model.fit.features.map(() => null)
    for (let index = 0; index < request.customers.length; index++) {
      if (index % STRETCH === STRETCH - 1) await takeTurns()
      const customer = request.customers[index]!
      const features =
        customer.orders === undefined || shop === undefined
          ? checkedFeatures(customer, index, model.fit, errors)
          : featuresOf(customer.orders, index, model, shop, errors)
      if (errors.length > 0) continue
      for (let j = 0; j < raw.length; j++) raw[j] = features[model.fit.features[j]!.name] ?? null
      customers.push({ customer_id: customer.customer_id, features })
      assigner.placeInto(placements, index, raw)
    }
    if (errors.length > 0) throw assignRefusal(errors)
    const included = { nearest: segments > 0, features: include.includes('features') }
    return { model, reference_date: reference, customers, placements, include: included }
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
  for (const name in features) {
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
