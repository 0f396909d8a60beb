import { join } from 'node:path'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { COLUMNS_MAX, type Dialect, LINE_BYTES_MAX } from './dialect.ts'
import { MALFORMED_MARK } from './records.ts'
import { type PreparedText, tooManyRows, UNIT_SEPARATOR } from './text.ts'

/** The file's rows as text, one Parquet column c0, c1, … for each of its own, in the order of the file. */
export interface Staged {
  path: string
  names: string[]
  rows: number
  /** Columns that hold dates by their type. */
  typedDates: ReadonlySet<string>
}

const NO_TYPES: ReadonlySet<string> = new Set()

/** A doubled quote can make a shown line twice as long; DuckDB's own limit is only a second fence. */
const DUCKDB_LINE_BYTES = LINE_BYTES_MAX + 64 * 1024
const DUCKDB_BUFFER_BYTES = 8 * 1024 * 1024

export async function stageCsv(
  db: DuckDb,
  work: string,
  text: PreparedText & { dialect: Dialect; header: string[] }
): Promise<Staged> {
  const path = join(work, 'staged.parquet')
  const { delimiter, quote } = text.dialect
  const read = (parallel: boolean) =>
    copyTo(db, path, `select * from ${readText(text, text.header.length, { delimiter, quote, parallel })}`)
  const rows = await asMany(text.rows!, [() => read(!text.spansLines), () => read(false)])
  return { path, names: text.header, rows, typedDates: NO_TYPES }
}

export async function stageLines(db: DuckDb, work: string, text: PreparedText): Promise<Staged> {
  const lines = readText(text, 1, { delimiter: UNIT_SEPARATOR, quote: '', parallel: true })
  const staged = await stageObjects(db, work, `select c0 as json from ${lines}`)
  if (staged.rows !== text.rows) throw disagreement()
  return staged
}

export async function stageJson(db: DuckDb, work: string, text: PreparedText, rowsMax: number): Promise<Staged> {
  const array = `select json from read_json_objects(${sqlText(text.path)}, format = 'array', maximum_object_size = ${LINE_BYTES_MAX})`
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

/** Runs the readings in turn until one finds the rows that our own division of the text has found. */
async function asMany(rows: number, readings: (() => Promise<number>)[]): Promise<number> {
  let reason: unknown
  for (const read of readings) {
    try {
      if ((await read()) === rows) return rows
    } catch (error) {
      if (!/CSV/.test(String(error))) throw error
      reason = error
    }
  }
  throw disagreement(reason)
}

const disagreement = (cause?: unknown): Problem =>
  new Problem('csv_syntax', 'The file cannot be divided into rows with certainty; check its quotes and line ends.', {
    cause
  })

function readText(
  text: PreparedText,
  columns: number,
  dialect: { delimiter: string; quote: string; parallel: boolean }
): string {
  const types = Array.from({ length: columns }, (_, at) => `c${at}: 'VARCHAR'`).join(', ')
  return `read_csv(${sqlText(text.path)}, columns = {${types}}, auto_detect = false, header = false, skip = ${text.skip},
    delim = ${sqlText(dialect.delimiter)}, quote = ${sqlText(dialect.quote)}, escape = ${sqlText(dialect.quote)},
    strict_mode = false, parallel = ${dialect.parallel},
    max_line_size = ${DUCKDB_LINE_BYTES}, buffer_size = ${DUCKDB_BUFFER_BYTES})`
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
