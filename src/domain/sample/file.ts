import { createRandom } from '../numeric/random.ts'
import type { CleansingRule } from '../vocabulary.ts'
import { renderCsv, toRow } from './csv.ts'
import { addDirt } from './dirt.ts'
import { generateOrders, type SampleCustomer, type SampleOptions } from './orders.ts'

export interface SampleFile {
  csv: string
  /** Rows after the header. */
  rows: number
  customers: SampleCustomer[]
  /** Rows that cleansing must reject, by rule; returns count as `cancelled_order`. */
  planted: Partial<Record<CleansingRule, number>>
}

/**
 * A shop's export as it comes in life: purchases, returns, repeats and rows that are wrong.
 *
 * The same options and seed give the same bytes.
 * @throws RangeError when the options are out of range
 */
export function sampleFile(options: SampleOptions & { seed: number }): SampleFile {
  const { customers, lines } = generateOrders(options, createRandom(options.seed, 0))
  const { rows, planted } = addDirt(lines.map(toRow), createRandom(options.seed, 1))
  const returns = lines.filter(({ quantity }) => quantity < 0).length
  return { csv: renderCsv(rows), rows: rows.length, customers, planted: { cancelled_order: returns, ...planted } }
}
