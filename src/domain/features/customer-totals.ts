import { SINGLE_FEATURES } from '../vocabulary.ts'

/**
 * What has to be counted about a customer's purchases before any feature can be said.
 *
 * Two places count: SQL over a whole dataset, and order-features.ts over the orders of one caller. Both count exactly,
 * so the formulas below, which are the only ones there are, give both the same bits.
 * Instants are microseconds since 1970 UTC, money is in the dataset's currency. NaN stands for unknown.
 */
export interface CustomerTotals {
  orders: number
  /** Of these, placed on Saturday or Sunday. */
  weekend_orders: number
  first_order: number
  last_order: number
  spend: number
  /** Money taken off, at least 0. */
  discount: number
  units: number
  /** Worth of cancelled and returned lines, at least 0. */
  returned: number
  /** Different products; NaN when no line names one. */
  products: number
  /** Different categories, or product groups; NaN when no line tells. */
  categories: number
}

export const TOTALS = [
  'orders',
  'weekend_orders',
  'first_order',
  'last_order',
  'spend',
  'discount',
  'units',
  'returned',
  'products',
  'categories'
] as const satisfies readonly (keyof CustomerTotals)[]

const DAY = 86_400_000_000

/** Exact where a quotient of doubles could round up to the next day. */
const wholeDays = (microseconds: number): number => (microseconds - (microseconds % DAY)) / DAY

/** A part as a share of the whole; 0 of nothing. */
export const shareOf = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

/** @param reference the instant that "now" means, in microseconds since 1970 UTC; not before the last order */
type Formula = (totals: CustomerTotals, reference: number) => number

/** The features as vocabulary.ts describes them. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  recency_days: (totals, reference) => wholeDays(reference - totals.last_order),
  frequency: (totals) => totals.orders,
  monetary_value: (totals) => totals.spend,
  average_order_value: (totals) => totals.spend / totals.orders,
  tenure_days: (totals, reference) => wholeDays(reference - totals.first_order),
  average_days_between_orders: ({ orders, first_order, last_order }) =>
    orders > 1 ? (last_order - first_order) / DAY / (orders - 1) : Number.NaN,
  average_basket_size: (totals) => totals.units / totals.orders,
  distinct_products: (totals) => totals.products,
  category_breadth: (totals) => totals.categories,
  return_rate: ({ returned, spend }) => Math.min(1, shareOf(returned, spend)),
  discount_share: ({ discount, spend }) => shareOf(discount, spend + discount),
  weekend_share: (totals) => totals.weekend_orders / totals.orders
}

/** The single features with their formulas, in the order of the catalogue. */
export const singleFeatures: readonly { name: string; of: Formula }[] = SINGLE_FEATURES.map((name) => {
  const formula = FORMULAS[name]
  if (formula === undefined) throw new TypeError(`no formula for ${name}`)
  return { name, of: formula }
})
