import type { OrderField } from '../../../domain/vocabulary.ts'
import type { DuckDb } from '../../duckdb.ts'
import { type Header, quoted } from '../order-columns.ts'

/** What belongs to an order and not to one of its lines. */
const OF_THE_ORDER = [
  'customer_id',
  'ordered_at',
  'country',
  'coupon',
  'channel',
  'currency',
  'status',
  'cancelled_at'
] as const
/** SQL of the rows that are looked at. */
const FIRST_ROWS = '(select * from fields where row <= 100_000)'
/** Orders that must show it where the header is of no export that is known to be written so: a few can be chance. */
const ORDERS_MIN = 10
/** Such an export leaves the further lines empty always; some orders have a line that was mended by hand. */
const SHARE_MIN = 0.9

/**
 * Finds the fields that stand in the first line of each order only, as several shop systems write them, and gathers their
 * values in `order_heads` (order_key and one column a field).
 * Reads: fields.
 */
export async function findHollowFields(db: DuckDb, header: Header): Promise<{ fields: OrderField[]; notes: string[] }> {
  const { columns, layout, names } = header
  const there = columns.order_id === undefined ? [] : await partlyEmpty(db, header)
  if (there.length === 0) return { fields: [], notes: [] }
  const counts = there.flatMap((field) => [
    `count(*) filter (head_${field})::double as heads_${field}`,
    `count(*) filter (head_${field} and values_${field} = 1)::double as hollow_${field}`
  ])
  const orders = there.flatMap((field) => [
    `coalesce(min(row) = min(row) filter (as_id(${field}) is not null), false) as head_${field}`,
    `count(as_id(${field})) as values_${field}`
  ])
  const [row] = await db.rows<Record<string, number>>(`
    select ${counts.join(', ')}
    from (
      select ${orders.join(', ')}
      from ${FIRST_ROWS}
      where not malformed and as_id(order_id) is not null
      group by as_id(order_id)
      having count(*) > 1
    )`)
  const enough = layout?.fillDown ? 1 : ORDERS_MIN
  const hollow = there.filter(
    (field) => row![`hollow_${field}`]! >= enough && row![`hollow_${field}`]! >= SHARE_MIN * row![`heads_${field}`]!
  )
  if (hollow.length === 0) return { fields: [], notes: [] }
  const heads = hollow.map((field) => `arg_min(${field}, row) filter (as_id(${field}) is not null) as ${field}`)
  await db.run(`
    create temp table order_heads as
    select as_id(order_id) as order_key, ${heads.join(', ')}
    from fields
    where not malformed and as_id(order_id) is not null
    group by order_key`)
  const shown = hollow.map((field) => quoted(names[columns[field]!]!)).join(', ')
  return {
    fields: hollow,
    notes: [`In lines that leave it empty, ${shown} was taken from the first line of the same order.`]
  }
}

/** Fields of the order that some lines have and others have not: most columns have a value in every line. */
async function partlyEmpty(db: DuckDb, { columns }: Header): Promise<OrderField[]> {
  const there = OF_THE_ORDER.filter((field) => columns[field] !== undefined)
  const counts = there.map((field) => `count(as_id(${field}))::double as "${field}"`)
  const [row] = await db.rows<Record<string, number>>(
    `select count(*)::double as lines, ${counts.join(', ')} from ${FIRST_ROWS} where not malformed`
  )
  return there.filter((field) => row![field]! > 0 && row![field]! < row!.lines!)
}
