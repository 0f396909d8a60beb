import { readFileSync } from 'node:fs'

/** Every SQL file below sql/, without `.sql`. A test compares the list to the folder, in src/ and in dist/. */
export const SQL_FILES = [
  'features/baskets',
  'features/category_coverage',
  'features/category_spend',
  'features/customer_products',
  'features/customer_totals',
  'features/group_members',
  'features/group_spend',
  'features/leading_categories',
  'features/leading_products',
  'features/order_totals',
  'features/purchases',
  'features/returned_lines',
  'intake/classify',
  'intake/date_values',
  'intake/evidence',
  'intake/judged',
  'intake/last_order',
  'intake/macros',
  'intake/orders',
  'intake/quality',
  'intake/returns',
  'intake/totals'
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
