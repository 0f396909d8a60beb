import { ORDER_FIELDS, type OrderField } from '../../domain/vocabulary.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import type { NumberColumn } from './numbers.ts'
import type { OrderColumns } from './order-columns.ts'
import { MALFORMED_MARK } from './records.ts'
import type { Staged } from './stage.ts'

/** SQL of the staged rows with their numbers. */
export const stagedRows = ({ path }: Staged): string =>
  `(select file_row_number + 1 as row, * from read_parquet(${sqlText(path)}, file_row_number = true))`

export const isMalformed = `coalesce(starts_with(c0, ${sqlText(MALFORMED_MARK)}), false)`

/** SQL of a column's text; the first column has the lines that are no records. */
export const textOf = (at: number): string => (at === 0 ? `if(${isMalformed}, null, c0)` : `c${at}`)

const NUMBERS: readonly OrderField[] = ['quantity', 'unit_price', 'line_total', 'discount', 'cost']

export const numberColumns = (staged: Staged, columns: OrderColumns): NumberColumn[] =>
  NUMBERS.flatMap((field) => {
    const at = columns[field]
    return at === undefined ? [] : { field, name: staged.names[at]!, text: textOf(at) }
  })

export interface FieldsRequest {
  /** SQL instead of the column for fields whose texts are not plain. */
  expressions: Partial<Record<OrderField, string>>
  lookForRepeated: boolean
  /** Fields whose empty values are those of their order in order_heads. */
  hollow?: readonly OrderField[]
}

/**
 * `fields`: row, malformed, repeated, called_off, first (the first column), and one text column for each order field.
 */
export async function createFields(
  db: DuckDb,
  staged: Staged,
  columns: OrderColumns,
  { expressions, lookForRepeated, hollow = [] }: FieldsRequest
): Promise<void> {
  const all = staged.names.map((_, at) => `c${at}`).join(', ')
  const fields = ORDER_FIELDS.map((field) => {
    const at = columns[field]
    if (hollow.includes(field)) return `coalesce(as_id(${textOf(at!)}), order_heads.${field}) as ${field}`
    return `${at === undefined ? 'null::varchar' : (expressions[field] ?? `c${at}`)} as ${field}`
  })
  const heads = hollow.length === 0 ? '' : ` left join order_heads on order_key = as_id(${textOf(columns.order_id!)})`
  const calledOff = staged.calledOff === undefined ? 'false' : `coalesce(c${staged.calledOff} = 'true', false)`
  const repeated = lookForRepeated ? `row_number() over (partition by ${all} order by row) > 1` : 'false'
  await db.run(`
    create or replace temp view fields as
    select
      row, ${isMalformed} as malformed, ${repeated} as repeated, ${calledOff} as called_off, c0 as first,
      ${fields.join(', ')}
    from ${stagedRows(staged)} as staged${heads}`)
}
