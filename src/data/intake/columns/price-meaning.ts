import type { OrderField } from '../../../domain/vocabulary.ts'
import type { DuckDb } from '../../duckdb.ts'
import { sqlFile } from '../../sql.ts'
import { thousands } from '../dates.ts'
import { type Header, quoted } from '../order-columns.ts'

interface Counts {
  /** Lines whose quantity, price and total can all be read, and of them those whose total is quantity times price. */
  lines: number
  products: number
  /** The same of lines of several units, and those of them whose total is the price. */
  several: number
  several_products: number
  several_prices: number
  /** Orders of several lines; those with one total for all, or a total in their first line only. */
  orders: number
  same_total: number
  single_total: number
  /** Different prices, and different prices per unit, of products that were bought in different quantities. */
  compared: number
  price_levels: number
  unit_levels: number
  /** The same of totals. */
  totals_compared: number
  total_levels: number
  unit_total_levels: number
}

/** Names that say of no amount whether it is one unit's or the line's. */
const AMBIGUOUS = /^(price|preis|prix|precio|amount|value|betrag|montant|importe|monto)$/i
const PRODUCTS_MIN = 2

/**
 * Decides by what stands in the columns whether a price is that of a unit or of a line, and whether a total is that of a
 * line or of its order. What the caller named, or a known export says, is believed.
 * Reads: fields, of which the first rows are looked at.
 */
export async function weighPrices(db: DuckDb, header: Header): Promise<{ header: Header; notes: string[] }> {
  const { columns, found, names } = header
  const open = (field: OrderField) => columns[field] !== undefined && found[field]?.confidence === 'alias'
  if (columns.quantity === undefined || (!open('unit_price') && !open('line_total'))) return { header, notes: [] }
  const [counts] = await db.rows<Counts>(sqlFile('intake/prices'))
  const name = (field: OrderField) => names[columns[field]!]!

  if (columns.unit_price !== undefined && columns.line_total !== undefined) {
    const { lines, products, several, several_products, several_prices, orders, same_total, single_total } = counts!
    const isProduct = products * 2 > lines
    if (open('line_total') && !isProduct && orders > 0 && (same_total + single_total) * 10 >= orders * 9) {
      return without(header, 'line_total', 'unit_price', [
        `${quoted(name('line_total'))} is the total of the whole order, not of its lines: it stands alike in, or only in the first of, the lines of ${thousands(same_total + single_total)} of ${thousands(orders)} orders. Revenue is quantity times price.`
      ])
    }
    if (open('unit_price') && several_prices * 2 > several && several_products * 2 <= several) {
      return without(header, 'unit_price', 'line_total', [
        `${quoted(name('unit_price'))} is the amount of the line, like ${quoted(name('line_total'))}, also where several units were bought; the price of a unit was found by dividing.`
      ])
    }
    const reason = `It is quantity times price in ${thousands(products)} of ${thousands(lines)} lines.`
    if (!open('line_total') || !isProduct) return { header, notes: [] }
    const total = { ...found.line_total!, confidence: 'content' as const, reason }
    return { header: { ...header, found: { ...found, line_total: total } }, notes: [] }
  }

  const { compared, price_levels, unit_levels, totals_compared, total_levels, unit_total_levels } = counts!
  if (
    open('unit_price') &&
    isAmbiguous(name('unit_price')) &&
    compared >= PRODUCTS_MIN &&
    unit_levels * 2 <= price_levels
  ) {
    const reason = `It grows with the quantity: ${thousands(compared)} products bought in different quantities have ${thousands(price_levels)} different amounts, but ${thousands(unit_levels)} when divided by the quantity.`
    return swapped(header, 'unit_price', 'line_total', reason)
  }
  if (
    open('line_total') &&
    isAmbiguous(name('line_total')) &&
    totals_compared >= PRODUCTS_MIN &&
    total_levels * 2 <= unit_total_levels
  ) {
    const reason = `It does not grow with the quantity: ${thousands(totals_compared)} products bought in different quantities have ${thousands(total_levels)} different amounts.`
    return swapped(header, 'line_total', 'unit_price', reason)
  }
  return { header, notes: [] }
}

const isAmbiguous = (name: string): boolean => AMBIGUOUS.test(name.replace(/[^\p{L}]/gu, ''))

type Weighed = Awaited<ReturnType<typeof weighPrices>>

function without(header: Header, field: OrderField, kept: OrderField, notes: string[]): Weighed {
  const { header: rest, index } = taken(header, field)
  const choice = rest.found[kept]!
  rest.found[kept] = { ...choice, alternatives: [...choice.alternatives, header.names[index]!] }
  return { header: rest, notes }
}

function swapped(header: Header, from: OrderField, to: OrderField, reason: string): Weighed {
  const { header: rest, index } = taken(header, from)
  const what = to === 'line_total' ? 'the amount of the line' : 'the price of one unit'
  rest.columns[to] = index
  rest.found[to] = { ...header.found[from]!, confidence: 'content', reason }
  return { header: rest, notes: [`${quoted(header.names[index]!)} was read as ${what}. ${reason}`] }
}

/** A copy of the header in which no column holds the field. */
function taken(header: Header, field: OrderField): { header: Header; index: number } {
  const rest: Header = { ...header, columns: { ...header.columns }, found: { ...header.found } }
  delete rest.columns[field]
  delete rest.found[field]
  return { header: rest, index: header.columns[field]! }
}
