import { PREFERENCE_PREFIX } from '../vocabulary.ts'
import { type CustomerTotals, shareOf, singleFeatures } from './customer-totals.ts'
import { divideRounded, fromDecimal, toDecimal } from './decimals.ts'
import { groupOf, type ProductGroups } from './product-groups.ts'

export interface LineOfOrder {
  product_id?: string | undefined
  category?: string | undefined
  quantity: number
  unit_price: number
  discount?: number | undefined
}

/** Orders of one customer in any order; lines with the same order id are of one order. */
export type CustomerOrders = readonly {
  order_id: string
  /** Milliseconds since 1970 UTC. */
  ordered_at_ms: number
  lines: readonly LineOfOrder[]
}[]

export interface OrderContext {
  /** The instant that "now" means; no order is later. */
  referenceMs: number
  /** 0 Sunday to 6 Saturday, in the dataset's timezone. */
  weekdayOf(epochMs: number): number
  /** Those of the model's training data: what category_breadth and the preferences count. */
  groups: ProductGroups | null
}

/** Decimal places of quantities and of money in the stored order lines. */
const QUANTITY_PLACES = 3
const MONEY_PLACES = 4

/** What cleansing keeps as a purchase: something was bought, and it cost something. @throws RangeError as featuresFromOrders */
export const isPurchase = (line: LineOfOrder): boolean => readLine(line).purchase

/**
 * The features of one customer from raw orders: bit for bit those that training computes in SQL from the same lines.
 *
 * A line of quantity 0 or less gives goods back: it feeds return_rate and nothing else. A line that cleansing would
 * reject for its price counts for nothing. The caller leaves out orders that lie outside the model's window.
 *
 * @returns every single feature and one preference_<slug> per group; null where absent
 * @throws RangeError when there is no purchase line, an order is later than the reference, or an amount is out of range
 */
export function featuresFromOrders(orders: CustomerOrders, context: OrderContext): Record<string, number | null> {
  const reference = toMicroseconds(context.referenceMs)
  if (orders.some((order) => !(toMicroseconds(order.ordered_at_ms) <= reference))) {
    throw new RangeError('every order must be placed at or before the reference date')
  }
  const { totals, spendByGroup } = countOrders(orders, context)
  const features: Record<string, number | null> = {}
  for (const { name, of } of singleFeatures) {
    const value = of(totals, reference)
    features[name] = Number.isNaN(value) ? null : value
  }
  context.groups?.groups.forEach(({ slug }, group) => {
    features[PREFERENCE_PREFIX + slug] = shareOf(fromDecimal(spendByGroup[group]!, MONEY_PLACES), totals.spend)
  })
  return features
}

function countOrders(orders: CustomerOrders, { weekdayOf, groups }: OrderContext) {
  const placedAt = new Map<string, number>()
  const products = new Set<string>()
  const categories = new Set<string | number>()
  const spendByGroup = (groups?.groups ?? []).map(() => 0n)
  const byCategory = groups?.kind === 'category'
  let [spend, discount, units, returned] = [0n, 0n, 0n, 0n]

  for (const { order_id, ordered_at_ms, lines } of orders) {
    for (const line of lines) {
      const { quantity, money, purchase } = readLine(line)
      if (quantity <= 0n) returned += magnitude(money)
      if (!purchase) continue

      spend += money
      units += quantity
      discount += magnitude(toDecimal(line.discount ?? 0, MONEY_PLACES))
      placedAt.set(order_id, Math.min(placedAt.get(order_id) ?? Number.POSITIVE_INFINITY, ordered_at_ms))

      if (line.product_id !== undefined) products.add(line.product_id)
      const key = byCategory ? line.category : line.product_id
      const group = groups === null || key === undefined ? undefined : groupOf(groups).get(key)
      if (group !== undefined) spendByGroup[group]! += money
      const counted = byCategory ? line.category : group
      if (counted !== undefined) categories.add(counted)
    }
  }
  if (placedAt.size === 0) throw new RangeError('there must be at least one line with a quantity and a price above 0')

  const times = [...placedAt.values()]
  const unknownCategories = groups === null || (byCategory ? categories.size === 0 : products.size === 0)
  const totals: CustomerTotals = {
    orders: times.length,
    weekend_orders: times.filter((time) => weekdayOf(time) % 6 === 0).length,
    first_order: toMicroseconds(times.reduce((a, b) => Math.min(a, b))),
    last_order: toMicroseconds(times.reduce((a, b) => Math.max(a, b))),
    spend: fromDecimal(spend, MONEY_PLACES),
    discount: fromDecimal(discount, MONEY_PLACES),
    units: fromDecimal(units, QUANTITY_PLACES),
    returned: fromDecimal(returned, MONEY_PLACES),
    products: products.size || Number.NaN,
    categories: unknownCategories ? Number.NaN : categories.size
  }
  return { totals, spendByGroup }
}

/** A line in the decimals of the stored order lines; its money is quantity times price, rounded to the places of money. */
function readLine(line: LineOfOrder): { quantity: bigint; money: bigint; purchase: boolean } {
  const quantity = toDecimal(line.quantity, QUANTITY_PLACES)
  const price = toDecimal(line.unit_price, MONEY_PLACES)
  const money = divideRounded(quantity * price, 10n ** BigInt(QUANTITY_PLACES))
  return { quantity, money, purchase: quantity > 0n && price > 0n }
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

const toMicroseconds = (milliseconds: number): number => Math.round(milliseconds * 1000)
