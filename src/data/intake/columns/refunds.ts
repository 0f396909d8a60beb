import type { DuckDb } from '../../duckdb.ts'
import { sqlFile } from '../../sql.ts'
import { stagedRows, textOf } from '../fields.ts'
import { type Header, quoted } from '../order-columns.ts'
import type { Staged } from '../stage.ts'
import { squeezed } from './squeezed.ts'

/** The column of a known export that says how much of an order was given back; undefined where there is none. */
export function refundColumn({ layout, names }: Header): number | undefined {
  if (layout?.refunded === undefined) return undefined
  const at = names.map(squeezed).indexOf(squeezed(layout.refunded))
  return at < 0 ? undefined : at
}

/**
 * What was given back of orders that were kept, as further returned lines: of each line the share that was given back of
 * its order. Orders that were refunded as a whole are among the returns already.
 * Reads: judged.
 * @returns SQL to be put behind that of the returns, empty where the file does not say it, and sentences for people
 */
export async function partialReturns(
  db: DuckDb,
  staged: Staged,
  header: Header
): Promise<{ select: string; notes: string[] }> {
  const column = refundColumn(header)
  if (column === undefined) return { select: '', notes: [] }
  await db.run(`
    create temp view given_back as
    select row, ${textOf(column)} as amount from ${stagedRows(staged)} where clean(${textOf(column)}) is not null`)
  await db.run(sqlFile('intake/refunded_orders'))
  const [found] = await db.rows<{ orders: number }>('select count(*)::double as orders from refunded_orders')
  if (found!.orders === 0) return { select: '', notes: [] }
  return {
    select: ` union all ${sqlFile('intake/partial_returns')}`,
    notes: [
      `${quoted(header.names[column]!)} says what was given back of an order, not for which line: each line of it counts as returned by its share.`
    ]
  }
}
