import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import type { DuckDb } from '../duckdb.ts'
import type { OrderColumns } from './order-columns.ts'

/**
 * What classify.sql wants to know of the columns and of what the caller asks for.
 * @throws Problem invalid_pattern
 */
export async function setVariables(
  db: DuckDb,
  options: DatasetOptions,
  columns: OrderColumns,
  timezone: string
): Promise<void> {
  await setList(db, 'columns', Object.keys(columns))
  await setVariable(db, 'timezone', timezone, 'varchar')
  for (const name of ['order_id_pattern', 'product_id_pattern'] as const) {
    const pattern = options[name] ?? null
    if (pattern !== null) await checkPattern(db, name, pattern)
    await setVariable(db, name, pattern, 'varchar')
  }
  await setList(db, 'countries', options.countries?.map((country) => country.trim().toLowerCase()) ?? null)
}

/** NULL for no list. */
export async function setList(db: DuckDb, name: string, list: readonly string[] | null): Promise<void> {
  if (list === null) return setVariable(db, name, null, 'varchar')
  await db.run(`set variable ${name} = from_json($value::varchar, '["VARCHAR"]')`, { value: JSON.stringify(list) })
}

/** Values of callers reach DuckDB bound, never as text of a statement. */
export async function setVariable(
  db: DuckDb,
  name: string,
  value: string | boolean | null,
  type: 'varchar' | 'boolean' | 'timestamptz'
): Promise<void> {
  const cast = type === 'timestamptz' ? '::timestamptz::timestamp' : `::${type}`
  await db.run(`set variable ${name} = $value${cast}`, { value })
}

/** RE2 matches in linear time whatever the pattern; its length bounds the size of the automaton. */
async function checkPattern(db: DuckDb, name: string, pattern: string): Promise<void> {
  if (pattern.length > 200) {
    throw new Problem('invalid_pattern', `options.${name} is longer than 200 characters; shorten it.`)
  }
  try {
    await db.rows(`select regexp_matches('', $pattern)`, { pattern })
  } catch (cause) {
    throw new Problem(
      'invalid_pattern',
      `options.${name} is not a regular expression of RE2 syntax; look-around and back-references are not part of it.`,
      { cause }
    )
  }
}
