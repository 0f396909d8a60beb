import { join } from 'node:path'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { copyTo, type Staged } from './stage.ts'

/** As many rows can be in memory; more are quicker read from a file than from where DuckDB puts what does not fit. */
const TABLE_ROWS = 1_000_000

/**
 * Makes `classified` and `judged`. Reads: fields.
 * @param work folder for what is written
 * @returns whether both are in the order of the file: DuckDB keeps it, but not by contract and not when it looks for
 * repeated rows
 */
export async function classify(db: DuckDb, staged: Staged, work: string): Promise<boolean> {
  const select = sqlFile('intake/classify')
  const inMemory = staged.rows <= TABLE_ROWS
  const path = join(work, 'classified.parquet')
  if (inMemory) await db.run(`create temp table classified as ${select}`)
  else {
    await copyTo(db, path, select, 'lz4_raw')
    await db.run(`create temp view classified as select * from read_parquet(${sqlText(path)})`)
  }
  await db.run(sqlFile('intake/judged'))
  const [found] = await db.rows<{ kept: boolean | null }>(
    inMemory
      ? 'select bool_and(rowid + 1 = row) as kept from classified'
      : `select bool_and(file_row_number + 1 = row) as kept from read_parquet(${sqlText(path)}, file_row_number = true)`
  )
  return found?.kept === true
}
