import {
  countCoPurchases,
  fillBaskets,
  groupCategories,
  groupProducts,
  MOST_GROUPS,
  type ProductGroups
} from '../domain/features/product-groups.ts'
import { readColumns } from './columns.ts'
import type { DuckDb } from './duckdb.ts'
import { sqlFile } from './sql.ts'

/** Products that groups are made of: enough to tell tastes apart, few enough to compare each with each. */
const LEADING_PRODUCTS = 300
/** What fewer customers bought is one customer's habit, not what customers buy together. */
const LEAST_BUYERS = 3
/** An order of more lines of leading products restocks a shop and says little about what belongs together. */
const WIDEST_BASKET = 40
/** Plenty to count on, and a bound on the work whatever the data. */
const LATEST_ORDERS = 50_000

/**
 * What the preferences and category_breadth of this dataset speak of: its leading categories when more than half of
 * the lines name one, else groups of products found from co-purchase; null when neither can be found.
 *
 * Reads purchases, orders and customer_products; leaves shelf_spend and the variable by_category.
 */
export async function findProductGroups(db: DuckDb): Promise<ProductGroups | null> {
  const coverage = await readColumns(db, sqlFile('features/category_coverage'))
  const byCategory = coverage.numbers('with_category')[0]! * 2 > coverage.numbers('lines')[0]!

  await db.run('set variable by_category = $by_category', { by_category: byCategory })
  const groups = byCategory ? await leadingCategories(db) : await coPurchaseGroups(db)
  const members = (groups?.members ?? []).map(([key, index]) => ({ key, group_index: index }))
  await db.run(sqlFile('features/group_members'), { members: JSON.stringify(members) })
  await db.run(sqlFile(byCategory ? 'features/category_spend' : 'features/group_spend'))
  return groups
}

async function leadingCategories(db: DuckDb): Promise<ProductGroups> {
  const leading = await readColumns(db, sqlFile('features/leading_categories'), { most: MOST_GROUPS })
  return groupCategories(leading.text('category'))
}

async function coPurchaseGroups(db: DuckDb): Promise<ProductGroups | null> {
  await db.run(sqlFile('features/leading_products'), { most: LEADING_PRODUCTS, least: LEAST_BUYERS })
  const leading = await readColumns(db, 'select product, name from leading_products order by rank')
  const names = leading.text('name')
  const products = leading.text('product').map((id, rank) => ({ id, name: names[rank]! }))
  const lines = await readColumns(db, sqlFile('features/baskets'), { orders: LATEST_ORDERS })
  const baskets = fillBaskets(lines.numbers('basket'), lines.numbers('rank'), WIDEST_BASKET)
  return groupProducts(products, countCoPurchases(baskets, products.length))
}
