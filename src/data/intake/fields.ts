import { ORDER_FIELDS, type OrderField } from '../../domain/vocabulary.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import type { NumberColumn } from './numbers.ts'
import type { OrderColumns } from './order-columns.ts'
import { MALFORMED_MARK } from './records.ts'
import type { Staged } from './stage.ts'

/** SQL of the staged rows with their numbers. */
export const stagedRows = ({ path }: Staged): string =>
  `(select file_row_number + 1 as row, * from read_parquet(${sqlText(path)}, file_row_number = true))`

export const isMalformed = `coalesce(starts_with(c0, ${sqlText(MALFORMED_MARK)}), false)`

/** SQL of a column's text; the first column has the lines that are no records. */
export const textOf = (at: number): string =>
  at === 0 ? `list_filter([c0], lambda text: not starts_with(text, ${sqlText(MALFORMED_MARK)}))[1]` : `c${at}`

/** Fields whose texts shops repeat. */
export const REPEATED_FIELDS = ['order_id', 'customer_id', 'product_id', 'product_name', 'country', 'category'] as const
export type RepeatedField = (typeof REPEATED_FIELDS)[number]

const NUMBERS: readonly OrderField[] = ['quantity', 'unit_price', 'line_total', 'discount', 'cost']

export const numberColumns = (staged: Staged, columns: OrderColumns): NumberColumn[] =>
  NUMBERS.flatMap((field) => {
    const at = columns[field]
    return at === undefined ? [] : { field, name: staged.names[at]!, text: textOf(at) }
  })

export interface FieldsRequest {
  /** SQL instead of the column for fields whose texts are not plain. */
  expressions: Partial<Record<OrderField, string>>
  /** Fields whose empty values are those of their order in order_heads. */
  hollow?: readonly OrderField[]
}

/**
 * `fields`: row, malformed, called_off, first (the first column, where it is none of REPEATED_FIELDS), and one text column
 * for each order field.
 */
export async function createFields(
  db: DuckDb,
  staged: Staged,
  columns: OrderColumns,
  { expressions, hollow = [] }: FieldsRequest
): Promise<void> {
  const own = (field: OrderField): string => {
    const at = columns[field]
    if (at === undefined) return 'null::varchar'
    if (field === 'ordered_at' && columns.ordered_time !== undefined) {
      return `at_the_clock(${textOf(at)}, ${textOf(columns.ordered_time)})`
    }
    return expressions[field] ?? textOf(at)
  }
  const value = (field: OrderField): string => {
    if (!hollow.includes(field)) return own(field)
    return `coalesce(as_id(${own(field)}), order_heads.${field})`
  }
  const fields = ORDER_FIELDS.map((field) => `${value(field)} as ${field}`)
  const heads = hollow.length === 0 ? '' : ` left join order_heads on order_key = as_id(${textOf(columns.order_id!)})`
  const calledOff = [
    ...(staged.calledOff === undefined ? [] : [`coalesce(c${staged.calledOff} = 'true', false)`]),
    ...(columns.cancelled_at === undefined ? [] : [`says_yes(${value('cancelled_at')})`])
  ]
  if (columns.ordered_time !== undefined || columns.cancelled_at !== undefined) {
    await db.run(sqlFile('intake/order_moments'))
  }
  await db.run(`
    create or replace temp view fields as
    select
      row, ${isMalformed} as malformed, ${calledOff.join(' or ') || 'false'} as called_off,
      ${REPEATED_FIELDS.some((field) => columns[field] === 0) ? 'null::varchar' : 'c0'} as first, ${fields.join(', ')}
    from ${stagedRows(staged)} as staged${heads}`)
}

/**
 * `lines`: fields and, whether or not rows are looked for that say in every column what an earlier one says, repeated.
 * Reads: fields.
 */
export async function markRepeated(db: DuckDb, staged: Staged, lookForRepeated: boolean): Promise<void> {
  if (!lookForRepeated) return db.run('create temp view lines as select *, false as repeated from fields')
  const all = staged.names.map((_, at) => `c${at}`).join(', ')
  await db.run(`
    create temp table repeated_rows as
    select row
    from (select row, row_number() over (partition by ${all} order by row) as place from ${stagedRows(staged)})
    where place > 1`)
  await db.run(`
    create temp view lines as
    select fields.*, repeated_rows.row is not null as repeated
    from fields
    left join repeated_rows on fields.row = repeated_rows.row`)
}
