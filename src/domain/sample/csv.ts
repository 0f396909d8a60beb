import type { SampleLine } from './orders.ts'

export const SAMPLE_COLUMNS = [
  'order_id',
  'product_id',
  'product_name',
  'category',
  'quantity',
  'unit_price',
  'discount',
  'ordered_at',
  'customer_id',
  'country'
] as const satisfies readonly (keyof SampleLine)[]
export type SampleColumn = (typeof SAMPLE_COLUMNS)[number]

const money = (hundredths: number): string => (hundredths / 100).toFixed(2)

/** The cells of one line in the order of the columns. */
export const toRow = (line: SampleLine): string[] =>
  SAMPLE_COLUMNS.map((column) =>
    column === 'unit_price' || column === 'discount' ? money(line[column]) : String(line[column])
  )

/** RFC 4180: header first, CRLF after each row, quotes where a cell needs them. */
export function renderCsv(rows: readonly (readonly string[])[]): string {
  return [SAMPLE_COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
