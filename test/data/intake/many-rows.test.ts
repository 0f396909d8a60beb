import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { query, readFile, temporaryFolder } from '../../helpers/read-file.ts'

/** One more than are held in memory while they are read. */
const LINES = 1_000_001

test('a file of many rows keeps their order, their sums and each of them', { timeout: 300_000 }, async () => {
  const lines = ['order_id,product_id,quantity,ordered_at,unit_price,customer_id']
  let units = 0
  for (let line = 0; line < LINES; line++) {
    // Every tenth line, the first one too, has no customer: 100,001 of them.
    const customer = line % 10 === 0 ? '' : `k${line % 997}`
    const quantity = 1 + (line % 5)
    if (customer !== '') units += quantity
    lines.push(`${line >> 2},p${line % 101},${quantity},2024-01-${10 + (line % 20)},1.10,${customer}`)
  }
  const path = join(temporaryFolder(), 'many.csv')
  writeFileSync(path, lines.join('\n'))
  const { summary, folder } = await readFile({ path })
  expect(summary.counts.rows_read).toBe(LINES)
  expect(summary.counts.rows_kept).toBe(900_000)
  expect(Math.round(summary.revenue * 100)).toBe(units * 110)
  expect(summary.quality.rules.map(({ rule, rows }) => [rule, rows])).toEqual([['missing_customer_id', 100_001]])
  const [found] = await query<{ ordered: boolean; rejected: number }>(
    folder,
    `select bool_and(row > before) as ordered, (select count(*) from '$folder/rejected.parquet')::double as rejected
     from (select row, coalesce(lag(row) over (), 0) as before from read_parquet('$folder/orders.parquet'))`
  )
  expect(found).toEqual({ ordered: true, rejected: 100_001 })
})
