import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFile, rowsByRule } from '../../helpers/read-file.ts'

// Any rows, written in any dialect with broken lines in between, come to what adding them up by hand gives.

const id = fc.constantFrom('A1', '00123', '77', 'B-2', 'ü9', "O'Neil")
const text = fc.stringMatching(/^[a-zé ,;|"'\n]{0,12}$/)
const row = fc.record({
  order_id: id,
  product_name: text,
  quantity: fc.integer({ min: -3, max: 50 }),
  cents: fc.integer({ min: 0, max: 99_999 }),
  day: fc.integer({ min: 0, max: 364 }),
  customer_id: fc.oneof({ weight: 5, arbitrary: id }, fc.constant('')),
  brokenBefore: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true))
})
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  encoding: fc.constantFrom('utf8' as const, 'latin1' as const),
  gzip: fc.boolean(),
  quoteAll: fc.boolean(),
  lastLineEnd: fc.boolean()
})

type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never
type Dialect = typeof dialect extends fc.Arbitrary<infer Value> ? Value : never

const dayText = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)

function write(rows: Row[], { delimiter, lineEnd, bom, encoding, gzip, quoteAll, lastLineEnd }: Dialect): Buffer {
  const quoted = (value: string) =>
    quoteAll || /[,;\t|"\n]|^ | $/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  const lines = [['order_id', 'product_name', 'quantity', 'price', 'date', 'customer_id'].map(quoted).join(delimiter)]
  for (const each of rows) {
    if (each.brokenBefore) lines.push(['lost', 'line'].join(delimiter))
    const { order_id, product_name, quantity, cents, day, customer_id } = each
    const values = [order_id, product_name, String(quantity), (cents / 100).toFixed(2), dayText(day), customer_id]
    lines.push(values.map(quoted).join(delimiter))
  }
  const content = (bom && encoding === 'utf8' ? '\ufeff' : '') + lines.join(lineEnd) + (lastLineEnd ? lineEnd : '')
  const bytes = Buffer.from(content, encoding)
  return gzip ? gzipSync(bytes) : bytes
}

test('rows written in any dialect are read as they were', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), dialect, async (rows, how) => {
      const withCustomer = rows.filter(({ customer_id }) => customer_id !== '')
      const positive = withCustomer.filter(({ quantity }) => quantity > 0)
      const kept = positive.filter(({ cents }) => cents > 0)
      fc.pre(kept.length > 0)
      const broken = rows.filter(({ brokenBefore }) => brokenBefore).length

      const { summary } = await readFile(write(rows, how), {}, { badRowsMaxShare: 1 })
      const expectedRules = {
        malformed_row: broken,
        missing_customer_id: rows.length - withCustomer.length,
        non_positive_quantity: withCustomer.length - positive.length,
        non_positive_price: positive.length - kept.length
      }
      expect(rowsByRule(summary)).toEqual(
        Object.fromEntries(Object.entries(expectedRules).filter(([, count]) => count > 0))
      )
      expect(summary.counts).toMatchObject({
        rows_read: rows.length + broken,
        rows_kept: kept.length,
        orders: new Set(kept.map(({ order_id }) => order_id)).size,
        customers: new Set(kept.map(({ customer_id }) => customer_id)).size
      })
      expect(Math.round(summary.revenue * 100)).toBe(
        kept.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)
      )
      const days = kept.map(({ day }) => dayText(day)).sort()
      expect(summary.period).toEqual({ from: `${days[0]}T00:00:00Z`, to: `${days.at(-1)}T00:00:00Z` })
    }),
    { numRuns: 30 }
  )
})
