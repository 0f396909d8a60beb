import { readFileSync } from 'node:fs'

/** Every SQL file below sql/, without `.sql`. A test compares the list to the folder, in src/ and in dist/. */
export const SQL_FILES = [
  'features/baskets',
  'features/category_coverage',
  'features/category_spend',
  'features/customer_products',
  'features/customer_sums',
  'features/customer_totals',
  'features/group_members',
  'features/group_spend',
  'features/leading_categories',
  'features/leading_products',
  'features/order_totals',
  'features/orders',
  'features/purchases',
  'features/returned_lines',
  'intake/classify',
  'intake/date_shapes',
  'intake/date_values',
  'intake/evidence',
  'intake/judged',
  'intake/last_order',
  'intake/macros',
  'intake/number_values',
  'intake/order_moments',
  'intake/orders',
  'intake/partial_returns',
  'intake/prices',
  'intake/quality',
  'intake/refunded_orders',
  'intake/returns',
  'intake/totals',
  'profile/cheap_lines',
  'profile/clock',
  'profile/cohorts',
  'profile/customer_columns',
  'profile/customers',
  'profile/days',
  'profile/gaps',
  'profile/largest_customers',
  'profile/leading',
  'profile/leading_countries',
  'profile/line_quantities',
  'profile/lines',
  'profile/months',
  'profile/offers',
  'profile/order_values',
  'profile/placed',
  'profile/price_jumps',
  'profile/price_levels',
  'profile/product_revenue',
  'profile/products',
  'profile/repeated_lines',
  'profile/returned',
  'profile/returners',
  'profile/reused_orders',
  'profile/service_lines',
  'profile/services',
  'profile/totals',
  'profile/unit_prices',
  'rejected/macros'
] as const
export type SqlFile = (typeof SQL_FILES)[number]

const texts = new Map<SqlFile, string>()

/** The text of one SQL file; it lies beside this module in src/ and in dist/ alike. */
export function sqlFile(name: SqlFile): string {
  let text = texts.get(name)
  if (text === undefined) {
    text = readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8')
    texts.set(name, text)
  }
  return text
}
