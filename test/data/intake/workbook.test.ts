import { describe, expect, test } from 'vitest'
import { linesOf, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'
import { type Cell, workbook, workbookOf } from '../../helpers/workbook.ts'

const HEADER = ['Order ID', 'SKU', 'Qty', 'Price', 'Order Date', 'Customer ID', 'Country']
const AT = new Date('2024-01-05T10:30:00Z')
const ROWS: Cell[][] = [
  HEADER,
  ['A1', 'P1', 2, 3.5, AT, 'C1', 'Spain'],
  ['A2', 'P2', 1, 1.25, new Date('2024-01-06T00:00:00Z'), 13085, 'Côte d’Ivoire & <more>']
]
const LINES = [
  {
    row: '1',
    order_id: 'A1',
    product_id: 'P1',
    line_total: '7.0000',
    customer_id: 'C1',
    ordered_at: '2024-01-05 10:30:00',
    country: 'Spain'
  },
  {
    row: '2',
    order_id: 'A2',
    product_id: 'P2',
    line_total: '1.2500',
    customer_id: '13085',
    ordered_at: '2024-01-06 00:00:00',
    country: 'Côte d’Ivoire & <more>'
  }
]
/** A row of HEADER with some of its cells changed. */
const row = (changes: Record<string, Cell> = {}): Cell[] =>
  ROWS[1]!.map((cell, at) => (HEADER[at]! in changes ? changes[HEADER[at]!]! : cell))

describe('a workbook', () => {
  test('is read with the types of its cells, shared texts and inline ones alike', async () => {
    for (const texts of ['shared', 'inline'] as const) {
      const { summary, folder } = await readFile(await workbookOf(ROWS, { texts }))
      expect(summary.source).toEqual({
        format: 'xlsx',
        compression: null,
        encoding: null,
        delimiter: null,
        sheet: 'Orders',
        date: { format: 'timestamp', evidence: 'The column holds dates and times, not text; 2 of 2 can be used.' }
      })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })
})
