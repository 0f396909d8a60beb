import { expect, test } from 'vitest'
import { linesOf, query, readFile, rowsByRule } from '../../helpers/read-file.ts'

const HEADER = 'order_id,product_id,product_name,quantity,unit_price,ordered_at,customer_id,country'
const file = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`

/** The most different texts that get numbers. */
const FEW = 32_768

for (const ids of [FEW, FEW + 1]) {
  test(`${ids} different ids are kept, each as it stands`, async () => {
    const lines = Array.from({ length: ids }, (_, at) => `o${at},p${at % 7},Cup,1,2.50,2024-01-05,c${at},Spain`)
    const { summary, folder } = await readFile(file(...lines))
    expect(summary.counts).toMatchObject({ rows_kept: ids, orders: ids, customers: ids, products: 7, countries: 1 })
    const [found] = await query<{ as_it_stands: boolean }>(
      folder,
      `select bool_and(order_id = 'o' || (row - 1) and customer_id = 'c' || (row - 1) and product_id = 'p' || (row - 1) % 7
         and product_name = 'Cup' and country = 'Spain') as as_it_stands
       from read_parquet('$folder/orders.parquet')`
    )
    expect(found).toEqual({ as_it_stands: true })
  })
}

test('texts that differ in the blanks around them are one, whichever blanks these are', async () => {
  const { summary, folder } = await readFile(
    file(
      '1,a,Cup,1,1,2024-01-05,k,Österreich',
      '1,\u00a0a,Cup\ufeff,1,1,2024-01-05,k\u00a0, Österreich',
      '1,a\t,  Cup,1,1,2024-01-05, k,Österreich\u00a0\u00a0'
    )
  )
  expect(summary.counts).toMatchObject({ rows_kept: 3, orders: 1, customers: 1, products: 1, countries: 1 })
  const same = { order_id: '1', product_id: 'a', product_name: 'Cup', customer_id: 'k', country: 'Österreich' }
  expect(await linesOf(folder)).toMatchObject([same, same, same])
})

test('a word for a total that only one row of a column has is found there', async () => {
  const good = '1,a,Cup,1,1,2024-01-05,k,Spain'
  const { summary } = await readFile(file(good, good, 'Grand total,,,2,2,,,', ',,,2,2,,,Summe:', good))
  expect(rowsByRule(summary)).toEqual({ not_an_order_line: 2 })
})

test('a row that is repeated is repeated whatever is numbered of it', async () => {
  const line = (at: number) => `o${at},p,Cup,1,2.50,2024-01-05,c${at},Spain`
  // Each of 32,769 lines, and the first ten once more.
  const lines = Array.from({ length: FEW + 11 }, (_, at) => line(at % (FEW + 1)))
  const { summary } = await readFile(file(...lines), { duplicates: 'drop' })
  expect(rowsByRule(summary)).toEqual({ duplicate_row: 10 })
  expect(summary.quality.rules[0]!.examples.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5].map((at) => FEW + 1 + at))
})
