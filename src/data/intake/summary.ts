import type { DatasetOptions, IntakeSummary } from '../../domain/records/dataset.ts'
import type { DuckDb } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import type { Cleansed } from './cleanse.ts'
import { thousands } from './dates.ts'
import { describeChoices, listNames, type OrderColumns, quoted, unmappedColumns } from './order-columns.ts'
import type { Staged } from './stage.ts'

export type About = Omit<IntakeSummary['source'], 'date' | 'numbers'>

interface Totals {
  rows_kept: number
  orders: number
  customers: number
  products: number
  countries: number
  revenue: number
  net_revenue: number
  /** Microseconds since 1970, UTC. */
  first_order: number
  last_order: number
  /** Lines more than a day ahead of now. */
  future: number
}

interface Findings {
  about: About
  staged: Staged
  cleansed: Cleansed
  options: DatasetOptions
  timezone: string
}

/**
 * What the finished files say about the dataset: counted from what will be published, not from what was meant to be.
 * Reads: kept, returned.
 */
export async function summarise(db: DuckDb, findings: Findings): Promise<IntakeSummary> {
  const { about, cleansed, timezone, staged } = findings
  const [totals] = await db.rows<Totals>(sqlFile('intake/totals'))
  const { rows_kept, orders, customers, products, countries, revenue, net_revenue, first_order, last_order } = totals!
  return {
    source: { ...about, date: cleansed.dates.reading, numbers: cleansed.numbers },
    mapping: cleansed.mapping,
    columns: describeChoices(cleansed.header),
    attributes: cleansed.attributes,
    unmapped_columns: unmappedColumns(cleansed.header),
    timezone,
    currency: cleansed.currency.currency,
    period: { from: rfc3339(first_order), to: rfc3339(last_order) },
    counts: { rows_read: staged.rows, rows_kept, orders, customers, products, countries },
    revenue,
    net_revenue,
    cancellations: cleansed.evidence.cancellations,
    quality: cleansed.quality,
    limitations: [...(staged.limitations ?? []), ...cleansed.columnNotes, ...limitations(findings, totals!.future)]
  }
}

/** To the second where there is nothing finer, else to the millisecond. */
function rfc3339(microseconds: number): string {
  return new Date(Math.floor(microseconds / 1000)).toISOString().replace('.000Z', 'Z')
}

function limitations({ cleansed, options, timezone }: Findings, future: number): string[] {
  const { columns, evidence, dates, header } = cleansed
  const has = (field: keyof OrderColumns) => columns[field] !== undefined
  const others = describeChoices(header).filter(
    ({ column, alternatives }) => column !== null && alternatives.length > 0
  )
  const notes: [boolean, string][] = [
    [header.layout?.note !== undefined, header.layout?.note ?? ''],
    [
      others.length > 0,
      `Several columns would fit: ${others.map(({ field, column, alternatives }) => `for ${field} ${quoted(column!)} was taken, not ${listNames(alternatives)}`).join('; ')}.`
    ],
    [!has('order_id'), 'The file has no order id: all lines of a customer on one calendar day count as one order.'],
    [
      options.timezone === undefined && !dates.zoned,
      `Times without a zone were read as ${timezone}; say options.timezone if the shop keeps another.`
    ],
    [
      !has('quantity'),
      'The file has no quantity: every line counts as one unit, and a negative total as one unit returned.'
    ],
    [!has('unit_price') && has('quantity'), 'Unit prices were found by dividing the line total by the quantity.'],
    [
      has('line_total') && has('unit_price'),
      'Revenue is the line total of the file, which may differ from quantity times price.'
    ],
    [!has('product_id'), 'The file has no product id: products cannot be counted or recommended by id.'],
    [!has('country'), 'The file has no country: nothing can be said by country.'],
    [!has('category'), 'The file has no category.'],
    [!has('discount'), 'The file has no discounts: prices are taken as they were paid.'],
    [evidence.cancellations !== null, evidence.cancellations ?? ''],
    [evidence.discountNote !== null, evidence.discountNote ?? ''],
    [
      future > 0,
      `${thousands(future)} order lines lie in the future, and the last of them is what recency counts from.`
    ],
    [cleansed.currency.note !== null, cleansed.currency.note ?? '']
  ]
  return notes.filter(([applies]) => applies).map(([, sentence]) => sentence)
}
