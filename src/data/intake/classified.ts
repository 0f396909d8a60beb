import { join } from 'node:path'
import type { OrderField } from '../../domain/vocabulary.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { isMalformed, stagedRows } from './fields.ts'
import type { OrderColumns } from './order-columns.ts'
import { copyTo, type Staged } from './stage.ts'

/** As many rows can be in memory; more are quicker read from a file than from where DuckDB puts what does not fit. */
const TABLE_ROWS = 1_000_000

/** Columns of `classified` that come from one column of the file alone, with their types: where it has none, they are not stored. */
const OWN_COLUMNS: Partial<Record<OrderField, string>> = {
  product_id: 'varchar',
  product_name: 'varchar',
  country: 'varchar',
  category: 'varchar',
  coupon: 'varchar',
  channel: 'varchar',
  currency: 'varchar',
  status: 'varchar',
  discount: 'decimal(18, 4)',
  cost: 'decimal(18, 4)'
}

/**
 * Makes `classified`, `judged` and `judged_texts`: row, rule, customer_id, ordered_at and country as in judged, malformed,
 * and the texts of the row, c0, c1, …
 * Reads: fields.
 * @param work folder for what is written
 * @returns whether all are in the order of the file: DuckDB keeps it, but not by contract and not when it looks for
 * repeated rows
 */
export async function classify(db: DuckDb, staged: Staged, columns: OrderColumns, work: string): Promise<boolean> {
  const absent = Object.entries(OWN_COLUMNS).filter(([field]) => columns[field as OrderField] === undefined)
  const left = absent.length === 0 ? '' : ` exclude (${absent.map(([field]) => field).join(', ')})`
  const select = `select *${left} from (${sqlFile('intake/classify')})`
  const inMemory = staged.rows <= TABLE_ROWS
  const path = join(work, 'classified.parquet')
  if (inMemory) await db.run(`create temp table classified_rows as ${select}`)
  else {
    await copyTo(db, path, select, 'lz4_raw')
    await db.run(`create temp view classified_rows as select * from read_parquet(${sqlText(path)})`)
  }
  const empty = absent.map(([field, type]) => `, null::${type} as ${field}`).join('')
  await db.run(`create temp view classified as select *${empty} from classified_rows`)
  await db.run(sqlFile('intake/judged'))
  const [found] = await db.rows<{ kept: boolean | null }>(
    inMemory
      ? 'select bool_and(rowid + 1 = row) as kept from classified_rows'
      : `select bool_and(file_row_number + 1 = row) as kept from read_parquet(${sqlText(path)}, file_row_number = true)`
  )
  const inOrder = found?.kept === true
  // A join is quicker, but holds the texts of what it joins. Side by side takes no memory, whatever the file: of columns as
  // they lie in files only, so one that the file has not is added behind.
  const both =
    inOrder && !inMemory
      ? `classified_rows positional join read_parquet(${sqlText(staged.path)}) as staged`
      : `classified_rows join ${stagedRows(staged)} as staged using (row)`
  const country = columns.country === undefined ? 'null::varchar as country' : 'country'
  await db.run(`
    create temp view judged_texts as
    select
      classified_rows.row, last_rule(rule, ordered_at) as rule, customer_id, ordered_at, ${country}, ${isMalformed} as malformed,
      ${staged.names.map((_, at) => `c${at}`).join(', ')}
    from ${both}`)
  return inOrder
}
