import { formatDecimals, formatMoney, listed } from '../segments/words.ts'

interface ChangedFeature {
  feature: string
  from: number
  to: number
}

const more = (by: number, one: string, many: string): string => `${formatDecimals(by, 0)} ${by === 1 ? one : many}`
const percent = (share: number): string => `${formatDecimals(share * 100, 1)}%`

/** What a customer would have had to do, in the past tense; amounts are exact as changes are rounded to what is said. */
const DEEDS: Readonly<Record<string, (change: ChangedFeature, currency: string | null) => string>> = {
  recency_days: ({ from, to }) =>
    `ordered last ${more(to, 'day', 'days')} instead of ${formatDecimals(from, 0)} before`,
  frequency: ({ from, to }) => `placed ${more(to - from, 'order', 'orders')} more`,
  monetary_value: ({ from, to }, currency) => `spent ${formatMoney(to - from, currency)} more`,
  average_order_value: ({ from, to }, currency) =>
    `spent ${formatMoney(to, currency)} instead of ${formatMoney(from, currency)} per order`,
  average_days_between_orders: ({ from, to }) =>
    `ordered every ${formatDecimals(to, 1)} instead of every ${formatDecimals(from, 1)} days`,
  average_basket_size: ({ from, to }) =>
    `bought ${formatDecimals(to, 1)} instead of ${formatDecimals(from, 1)} units per order`,
  distinct_products: ({ from, to }) => `bought ${more(to - from, 'product', 'products')} never bought before`,
  category_breadth: ({ from, to }) => `bought from ${more(to - from, 'category', 'categories')} more`,
  return_rate: ({ from, to }) => `returned ${percent(to)} instead of ${percent(from)} of what was bought`,
  discount_share: ({ from, to }) => `bought with ${percent(to)} instead of ${percent(from)} off`,
  weekend_share: ({ from, to }) => `placed ${percent(to)} instead of ${percent(from)} of the orders at weekends`
}

/**
 * One sentence, for example "Had this customer placed 1 order more and spent £120 more by 2011-12-09, the segment would
 * be Reward."
 *
 * @param day of the reference date, to which all features are counted
 */
export function writeChange(
  features: readonly ChangedFeature[],
  { segment, day, currency }: { segment: string; day: string; currency: string | null }
): string {
  const deeds = features.map((change) => DEEDS[change.feature]!(change, currency))
  return `Had this customer, by ${day}, ${listed(deeds)}, the segment would be ${segment}.`
}
