import { join } from 'node:path'
import { type DuckDb, sqlName, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { copyTo, type Staged } from './stage.ts'

/**
 * Writes orders.parquet and returns.parquet, in the order of the file, and rejected.parquet; makes `kept` and `returned` of
 * the first two.
 * Reads: judged, judged_texts.
 * @param inOrder whether judged is in the order of the file
 * @param furtherReturns SQL of more returned lines, empty where there are none
 */
export async function writeDataset(
  db: DuckDb,
  {
    staged,
    inOrder,
    furtherReturns,
    output
  }: { staged: Staged; inOrder: boolean; furtherReturns: string; output: string }
): Promise<void> {
  const byRow = ' order by row'
  const orders = sqlFile('intake/orders') + (inOrder ? '' : byRow)
  const returns = sqlFile('intake/returns') + furtherReturns + (inOrder && furtherReturns === '' ? '' : byRow)
  for (const [view, file, select] of [
    ['kept', 'orders.parquet', orders],
    ['returned', 'returns.parquet', returns]
  ] as const) {
    const path = join(output, file)
    await copyTo(db, path, select)
    await db.run(`create temp view ${view} as select * from read_parquet(${sqlText(path)})`)
  }
  await copyTo(db, join(output, 'rejected.parquet'), rejectedRows(staged))
}

/**
 * Every row that is not kept, under the first rule it breaks: its values as they came, as columns of the file's own
 * names, or the line that could not be divided. For looking up: in any order.
 */
function rejectedRows(staged: Staged): string {
  const names = new Set(['row', 'rule', 'line'])
  const values = staged.names.map((name, at) => {
    const unique = uniqueName(name, names)
    const value = at === 0 ? 'if(malformed, null, c0)' : `c${at}`
    return `${value} as ${sqlName(unique)}`
  })
  return `
    select row, rule, if(malformed, substr(c0, 2), null) as line, ${values.join(', ')}
    from judged_texts
    where rule is not null`
}

/** Headers may repeat a name, and DuckDB tells no capitals apart. */
function uniqueName(name: string, taken: Set<string>): string {
  let unique = name
  for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}_${count}`
  taken.add(unique.toLowerCase())
  return unique
}
