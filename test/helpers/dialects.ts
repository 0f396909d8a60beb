import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A line of the Online Retail file: order, product, name, quantity, date, price, customer, country. */
export type RetailRow = readonly [string, string, string, string, string, string, string, string]

export const RETAIL_HEADER: RetailRow = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country'
]

/** Every `step`-th line of the file, and those that are not ASCII; from the same file always the same. */
export function retailRows(file: string, step = 1): RetailRow[] {
  const lines = gunzipSync(readFileSync(file)).toString('latin1').trimEnd().split('\r\n').slice(1)
  return lines.filter((line, at) => at % step === 0 || line.includes('£')).map(cellsOf)
}

/** Only the description, third from the front, may hold commas and quotes. */
function cellsOf(line: string): RetailRow {
  const cells = line.split(',')
  const description = cells
    .slice(2, -5)
    .join(',')
    .replace(/^"(.*)"$/, '$1')
    .replaceAll('""', '"')
  return [cells[0]!, cells[1]!, description, ...cells.slice(-5)] as unknown as RetailRow
}

export interface Writing {
  delimiter?: string
  quote?: '"' | "'"
  quoteAll?: boolean
  /** Quotes inside of quotes behind a backslash, not doubled. */
  backslash?: boolean
  /** One of them, or several in turn. */
  lineEnds?: readonly string[]
  above?: readonly string[]
  below?: readonly string[]
  header?: boolean
  date?: (date: Date) => string
  quantity?: (text: string) => string
  price?: (text: string) => string
}

/** The rows as another program would have exported them. */
export function writeRows(rows: readonly RetailRow[], how: Writing): string {
  const { delimiter = ',', quote = '"', quoteAll, backslash, lineEnds = ['\n'], above = [], below = [], header } = how
  const special = new RegExp(`[${delimiter.replace(/[\]\\^-]/g, '\\$&')}${quote}\\r\\n]|^ | $`)
  const inside = (text: string) =>
    backslash
      ? text.replace(/["'\\]/g, (mark) => (mark === quote || mark === '\\' ? `\\${mark}` : mark))
      : text.replaceAll(quote, quote + quote)
  const cell = (text: string) =>
    quoteAll || special.test(text) || (backslash && text.includes('\\')) ? quote + inside(text) + quote : text
  const line = (cells: readonly string[]) => cells.map(cell).join(delimiter)
  const lines = rows.map(([order, product, name, quantity, date, price, customer, country]) =>
    line([
      order,
      product,
      name,
      how.quantity?.(quantity) ?? quantity,
      how.date?.(instantOf(date)) ?? date,
      how.price?.(price) ?? price,
      customer,
      country
    ])
  )
  const all = [...above, ...(header === false ? [] : [line(RETAIL_HEADER)]), ...lines, ...below]
  return all.map((each, at) => each + lineEnds[at % lineEnds.length]!).join('')
}

/** The file writes 12/1/2010 8:26. */
export function instantOf(text: string): Date {
  const [month, day, year, hour, minute] = text.split(/[/ :]/).map(Number)
  return new Date(Date.UTC(year!, month! - 1, day!, hour!, minute!))
}

/** Digits of a number with marks before thousands and decimals; `minus` writes a negative one. */
export function numberText(group: string, decimal: string, minus = (text: string) => `-${text}`) {
  return (text: string): string => {
    const [whole, part] = text.replace('-', '').split('.')
    const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, group)
    const written = part === undefined ? grouped : `${grouped}${decimal}${part}`
    return text.startsWith('-') ? minus(written) : written
  }
}
