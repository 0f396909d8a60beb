import type { RandomSource } from '../numeric/random.ts'
import type { CleansingRule } from '../vocabulary.ts'
import { createChance } from './chance.ts'
import { SAMPLE_COLUMNS, type SampleColumn } from './csv.ts'

/** One row of a file as text, column by column; a malformed one has too few cells. */
export type Row = string[]

/** How an export goes wrong: the rule that must catch it, its share of the rows, and the deed. */
interface Fault {
  rule: CleansingRule
  share: number
  spoil(row: Row, pick: (texts: readonly string[]) => string): Row
}

const set = (row: Row, column: SampleColumn, value: string): Row => row.with(SAMPLE_COLUMNS.indexOf(column), value)

const FAULTS: readonly Fault[] = [
  { rule: 'missing_customer_id', share: 0.02, spoil: (row) => set(row, 'customer_id', '') },
  { rule: 'malformed_row', share: 0.0008, spoil: (row) => row.slice(0, 4) },
  {
    rule: 'invalid_date',
    share: 0.001,
    spoil: (row, pick) => set(row, 'ordered_at', pick(['', '0000-00-00 00:00:00', '2024-02-31 10:00:00', 'pending']))
  },
  { rule: 'invalid_quantity', share: 0.0006, spoil: (row, pick) => set(row, 'quantity', pick(['', 'two', '1 pc'])) },
  { rule: 'invalid_price', share: 0.0006, spoil: (row, pick) => set(row, 'unit_price', pick(['', 'n/a', 'free'])) },
  { rule: 'non_positive_price', share: 0.002, spoil: (row) => set(row, 'unit_price', '0.00') },
  { rule: 'non_positive_quantity', share: 0.0006, spoil: (row) => set(row, 'quantity', '0') }
]

/** Exact repeats of a row: no rule rejects them unless the caller asks for it. */
const REPEATS = 0.002

/**
 * Adds the rows that real exports have and that cleansing must find. The rows given all stay, in their order.
 *
 * @param rows clean rows of purchases and returns
 * @returns the rows, and how many were added for each rule
 */
export function addDirt(
  rows: readonly Row[],
  random: RandomSource
): { rows: Row[]; planted: Partial<Record<CleansingRule, number>> } {
  const chance = createChance(random)
  const planted: Partial<Record<CleansingRule, number>> = {}
  const dirty: Row[] = []
  for (const row of rows) {
    dirty.push(row)
    // A spoiled return would count as cancelled before its own fault is looked at.
    if (row[0]!.startsWith('C')) continue
    if (chance.happens(REPEATS)) dirty.push(row)
    for (const { rule, share, spoil } of FAULTS) {
      if (!chance.happens(share)) continue
      dirty.push(spoil(row, chance.pick))
      planted[rule] = (planted[rule] ?? 0) + 1
    }
  }
  return { rows: dirty, planted }
}
