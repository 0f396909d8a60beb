import { join } from 'node:path'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { COLUMNS_MAX, LINE_BYTES_MAX } from './dialect.ts'
import { MALFORMED_MARK } from './records.ts'
import { tooManyRows } from './text.ts'

/** The file's rows as text, one Parquet column c0, c1, … for each of its own, in the order of the file. */
export interface Staged {
  path: string
  names: string[]
  rows: number
  /** Columns that hold dates by their type. */
  typedDates: ReadonlySet<string>
  /** Sentences about what of the file was not taken over as it stands. */
  limitations?: readonly string[]
}

export const NO_TYPES: ReadonlySet<string> = new Set()

/** Lines of JSON: `lines` is the one column of the staged text. */
export function stageLines(db: DuckDb, work: string, lines: string): Promise<Staged> {
  return stageObjects(db, work, `select c0 as json from read_parquet(${sqlText(lines)})`)
}

export async function stageJson(db: DuckDb, work: string, text: string, rowsMax: number): Promise<Staged> {
  const array = `select json from read_json_objects(${sqlText(text)}, format = 'array', maximum_object_size = ${LINE_BYTES_MAX})`
  try {
    const staged = await stageObjects(db, work, array)
    if (staged.rows > rowsMax) throw tooManyRows(rowsMax)
    return staged
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/maximum_object_size/.test(message)) {
      throw new Problem('line_too_long', 'An element of the JSON array is larger than 1 MiB; send one order line each.')
    }
    if (/JSON|json/.test(message) && !(error instanceof Problem)) {
      throw new Problem('json_syntax', 'The JSON array is broken; it must be one array of objects, from [ to ].', {
        cause: error
      })
    }
    throw error
  }
}

/** Objects to columns: every key of any of them is one. What is no object becomes a malformed row. */
async function stageObjects(db: DuckDb, work: string, source: string): Promise<Staged> {
  // Nothing may look into a text before it is known to be JSON.
  const objects = `(
    select json, case when json_valid(json) then if(json_type(json) = 'OBJECT', json, null) end as object
    from (${source}))`
  const names = (
    await db.rows<{ name: string }>(`
      select name
      from (select unnest(json_keys(object)) as name, place from (select object, row_number() over () as place from ${objects}))
      group by name order by min(place) limit ${COLUMNS_MAX + 1}`)
  ).map(({ name }) => name)
  if (names.length === 0) throw await withoutObjects(db, source)
  if (names.length > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The objects have more than ${COLUMNS_MAX} different keys.`)
  }
  const mark = sqlText(MALFORMED_MARK)
  const values = names.map((name, at) => {
    const value = `json_extract_string(object, ${sqlText(pointer(name))})`
    return at === 0
      ? `if(object is null, ${mark} || ltrim(json::varchar, ${mark}), ${value}) as c0`
      : `${value} as c${at}`
  })
  const path = join(work, 'staged.parquet')
  const rows = await copyTo(db, path, `select ${values.join(', ')} from ${objects}`)
  return { path, names, rows, typedDates: NO_TYPES }
}

async function withoutObjects(db: DuckDb, source: string): Promise<Problem> {
  const [counted] = await db.rows<{ rows: number }>(`select count(*)::double as rows from (${source})`)
  if (counted?.rows === 0) return new Problem('no_rows', 'The JSON array is empty; send the order lines.')
  return new Problem('json_syntax', 'No line is a JSON object; send one object a line, or one array of objects.')
}

/** RFC 6901. */
const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`

export async function copyTo(db: DuckDb, path: string, select: string): Promise<number> {
  const [copied] = await db.rows<{ Count: bigint }>(
    `copy (${select}) to ${sqlText(path)} (format parquet, compression zstd)`
  )
  return Number(copied!.Count)
}

/** The staged rows under their own names as one JSON text: what an example shows. */
export function rawRow(names: readonly string[], shorten: (value: string) => string = (value) => value): string {
  const values = names.map((name, at) => `${sqlText(name)}, ${shorten(`c${at}`)}`).join(', ')
  const line = shorten('substr(c0, 2)')
  return `case when starts_with(c0, ${sqlText(MALFORMED_MARK)}) then json_object('line', ${line}) else json_object(${values}) end`
}
