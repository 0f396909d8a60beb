import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { continuedParts, partOfLines, sharedColumns } from '../../../src/data/intake/join/plan-join.ts'
import { readOrders } from '../../../src/data/intake/read-orders.ts'
import type { ReadRequest } from '../../../src/data/intake/request.ts'
import type { Problem } from '../../../src/errors.ts'
import { linesOf, NO_HOOKS, readRequest, rowsByRule } from '../../helpers/read-file.ts'

const table = (...lines: string[]) => `${lines.join('\n')}\n`

/** A request to read several files, `{name: content}`, in their order. */
function requestOf(files: Record<string, string>): ReadRequest {
  const [[filename, content], ...others] = Object.entries(files) as [[string, string], ...[string, string][]]
  const request = readRequest(content)
  return {
    ...request,
    filename,
    others: others.map(([name, text], at) => {
      const upload = join(request.work, '..', `other-${at}`)
      writeFileSync(upload, text)
      return { upload, filename: name }
    })
  }
}

async function readFiles(files: Record<string, string>) {
  const request = requestOf(files)
  return { summary: await readOrders(request, NO_HOOKS), folder: request.output }
}

async function refusalOf(files: Record<string, string>): Promise<Problem> {
  return await readOrders(requestOf(files), NO_HOOKS).then(
    () => {
      throw new Error('the files were read')
    },
    (problem: Problem) => problem
  )
}

const CUSTOMERS = table('customer_id,name,country', 'C1,Ann,Germany', 'C2,Ben,France')
const PRODUCTS = table('id;title;category;price', 'P1;Mug;Kitchen;9.5', 'P2;Tea;Food;5')
const TRANSACTIONS = table(
  'transaction_id,customer_id,product_id,quantity,date',
  'T1,C1,P1,2,2024-03-14',
  'T1,C1,P2,1,2024-03-14',
  'T2,C9,P2,3,2024-03-25',
  'T3,C2,P1,1.0,2024-03-26,broken'
)

describe('several files', () => {
  test('customers, products and transactions are joined to the lines, in whatever order they come', async () => {
    const { summary, folder } = await readFiles({
      'customers.csv': CUSTOMERS,
      'products.csv': PRODUCTS,
      'transactions.csv': TRANSACTIONS
    })
    // 2 × 9.50 + 5 + 3 × 5; the customer without a row stays.
    expect(summary.revenue).toBe(39)
    expect(rowsByRule(summary)).toEqual({ malformed_row: 1 })
    expect(await linesOf(folder)).toMatchObject([
      { row: '1', order_id: 'T1', product_id: 'P1', product_name: 'Mug', category: 'Kitchen', country: 'Germany' },
      { row: '2', order_id: 'T1', product_id: 'P2', product_name: 'Tea', category: 'Food', country: 'Germany' },
      { row: '3', order_id: 'T2', product_id: 'P2', unit_price: '5.0000', customer_id: 'C9', country: null }
    ])
    expect(summary.source.files).toEqual([
      { filename: 'customers.csv', format: 'csv', rows: 2, lines: false },
      { filename: 'products.csv', format: 'csv', rows: 2, lines: false },
      { filename: 'transactions.csv', format: 'csv', rows: 4, lines: true }
    ])
    expect(summary.limitations).toContain(
      '1 of 4 lines have no row in "customers.csv" of their "customer_id": they stay, without what it says.'
    )
  })

  test("Olist's tables are joined over several steps", async () => {
    const { summary } = await readFiles({
      'olist_order_items_dataset.csv': table(
        'order_id,order_item_id,product_id,seller_id,price,freight_value',
        'o1,1,p1,s1,29.99,8.72',
        'o2,1,p1,s1,19.99,8.72'
      ),
      'olist_customers_dataset.csv': table(
        'customer_id,customer_unique_id,customer_city',
        'c1,u1,franca',
        'c2,u1,franca'
      ),
      'olist_orders_dataset.csv': table(
        'order_id,customer_id,order_status,order_purchase_timestamp',
        'o1,c1,delivered,2017-10-02 10:56:33',
        'o2,c2,delivered,2017-10-13 10:56:33'
      ),
      'olist_products_dataset.csv': table('product_id,product_category_name', 'p1,moveis'),
      'product_category_name_translation.csv': table(
        'product_category_name,product_category_name_english',
        'moveis,furniture'
      )
    })
    expect(summary.counts).toMatchObject({ rows_kept: 2, orders: 2, customers: 1 })
    expect(summary.mapping).toMatchObject({
      customer_id: 'customer_unique_id',
      category: 'product_category_name_english'
    })
    expect(summary.revenue).toBe(49.98)
  })

  test('of the same columns, in whatever order, continue each other', async () => {
    const { summary, folder } = await readFiles({
      '2023.csv': table('order id,customer id,date,quantity,price', '1,C1,2023-05-20,1,2'),
      '2024.csv': table('Price,Date,Order ID,Customer ID,Quantity', '3,2024-05-20,2,C2,4', 'broken')
    })
    expect(summary.counts).toMatchObject({ rows_read: 3, rows_kept: 2 })
    expect(rowsByRule(summary)).toEqual({ malformed_row: 1 })
    expect(await linesOf(folder)).toMatchObject([
      { order_id: '1', line_total: '2.0000' },
      { order_id: '2', line_total: '12.0000', customer_id: 'C2' }
    ])
  })

  test('an id that a joined file has twice is refused, naming it', async () => {
    const problem = await refusalOf({
      'transactions.csv': TRANSACTIONS,
      'products.csv': PRODUCTS,
      'customers.csv': table('customer_id,country', 'C1,Germany', 'C1.0,France', ' C1 ,Spain')
    })
    expect(problem.code).toBe('duplicate_key')
    expect(problem.message).toMatch(/"customers.csv" has "customer_id" "C1" more than once/)
  })

  test('a file with no id of the others is refused', async () => {
    const problem = await refusalOf({
      'transactions.csv': TRANSACTIONS,
      'products.csv': PRODUCTS,
      'stores.csv': table('store_id,market', 'S1,North')
    })
    expect(problem.code).toBe('files_unrelated')
    expect(problem.message).toMatch(/"stores.csv" has no id in common/)
  })
})

describe('the plan', () => {
  const part = (filename: string, ...names: string[]) => ({ filename, names, rows: 1 })

  test('finds the lines by what makes a line, and of equals the longest file', () => {
    const orders = part('orders.csv', 'order_id', 'customer_id', 'order date', 'total')
    const items = part('items.csv', 'order_id', 'product_id', 'quantity', 'price')
    expect(partOfLines([orders, items])).toBe(1)
    expect(partOfLines([items, { ...items, rows: 2 }])).toBe(1)
  })

  test('knows files of the same columns', () => {
    expect(continuedParts([part('a', 'x', 'Y z'), part('b', 'q'), part('c', 'y_z', 'X')])).toEqual([[0, 2], [1]])
  })

  test('shares ids of the same meaning, and the id of the file that is called after it', () => {
    expect(sharedColumns(['Country', 'CustomerNo'], part('c', 'country', 'customer_id'))).toEqual([
      { left: 1, right: 1 },
      { left: 0, right: 0 }
    ])
    expect(sharedColumns(['product_id'], part('products.csv', 'id', 'price'))).toEqual([{ left: 0, right: 0 }])
    expect(sharedColumns(['product_id'], part('stores.csv', 'id', 'price'))).toEqual([])
  })
})
