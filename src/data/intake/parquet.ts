import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlName, sqlText } from '../duckdb.ts'
import { COLUMNS_MAX } from './dialect.ts'
import { findOrderColumns, listNames } from './order-columns.ts'
import { checkPages } from './parquet-checksums.ts'
import { copyTo, type Staged } from './stage.ts'
import { type TextRequest, tooManyRows } from './text.ts'

const MAGIC = 'PAR1'
/** A footer describes row groups and columns; one larger than this is made to exhaust memory. */
const FOOTER_BYTES_MAX = 32 * 1024 * 1024
/** Rows that are read where the beginning of a file is enough. */
export const PARTIAL_ROWS = 10_000
/** Not BROTLI: untrusted bytes never reach a Brotli decoder. */
const CODECS = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'LZ4', 'LZ4_RAW'])
const DATES = /^(DATE|TIMESTAMP)/
/** Types of DuckDB that hold more than one value. */
const NESTED = /^(STRUCT|MAP|UNION|VARIANT)\b|\]$/
/** Larger files have hundreds; each costs the reader more than it can hold rows. */
const ROW_GROUPS_MAX = 5000

/**
 * Rows of a Parquet file as text. What its footer says is checked before any of its data is read. Columns of lists,
 * maps and records are left out, unless an order field needs them.
 * @throws Problem parquet_invalid, unsupported_codec, column_type, too_many_rows, too_many_columns, no_rows
 */
export async function stageParquet(db: DuckDb, path: string, request: TextRequest): Promise<Staged> {
  await checkEnds(path)
  try {
    return await readParquet(db, path, request)
  } catch (error) {
    if (error instanceof Problem || !isAboutTheFile(error)) throw error
    throw damaged(error)
  }
}

async function readParquet(
  db: DuckDb,
  path: string,
  { work, options, rowsMax, partial }: TextRequest
): Promise<Staged> {
  const file = sqlText(path)
  const [about] = await db.rows<{ rows: number; groups: number }>(
    `select num_rows::double as rows, num_row_groups::double as groups from parquet_file_metadata(${file})`
  )
  if (about!.groups > ROW_GROUPS_MAX) {
    throw new Problem(
      'parquet_invalid',
      `The Parquet file has ${about!.groups} row groups; write it with at most ${ROW_GROUPS_MAX}, of 100,000 rows or more.`
    )
  }
  if (about!.rows > rowsMax && !partial) throw tooManyRows(rowsMax)
  if (about!.rows === 0) throw new Problem('no_rows', 'The Parquet file has no rows; send the order lines.')

  const source = `read_parquet(${file}, binary_as_string = true)`
  const all = await db.rows<Column>(`describe select * from ${source}`)
  if (all.length > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The file has ${all.length} columns; send at most ${COLUMNS_MAX}.`)
  }
  await refuseCodecs(db, file)
  await refuseOtherNames(db, file)
  refuseNested(all, options)
  const checksums = partial ? undefined : await checkPages(db, path)
  const columns = all.filter(({ column_type }) => !NESTED.test(column_type))
  const values = columns.map(({ column_name }, at) => `${sqlName(column_name)}::varchar as c${at}`)
  const staged = join(work, 'staged.parquet')
  const limit = partial ? ` limit ${PARTIAL_ROWS}` : ''
  const rows = await copyTo(db, staged, `select ${values.join(', ')} from ${source}${limit}`)
  if (rows !== (partial ? Math.min(PARTIAL_ROWS, about!.rows) : about!.rows)) throw damaged(undefined)
  return {
    path: staged,
    names: columns.map(({ column_name }) => column_name),
    rows,
    ...(checksums !== undefined && { checksums }),
    typedDates: new Set(columns.filter((each) => DATES.test(each.column_type)).map((each) => each.column_name))
  }
}

async function refuseCodecs(db: DuckDb, file: string): Promise<void> {
  const codecs = await db.rows<{ codec: string }>(`select distinct compression as codec from parquet_metadata(${file})`)
  const refused = codecs.find(({ codec }) => !CODECS.has(codec.toUpperCase()))
  if (refused) {
    throw new Problem(
      'unsupported_codec',
      `The Parquet file is compressed with ${refused.codec.slice(0, 20)}; write it with zstd, snappy, gzip or lz4.`
    )
  }
}

/** A footer says the name of each column twice. */
async function refuseOtherNames(db: DuckDb, file: string): Promise<void> {
  const [found] = await db.rows<{ differ: number }>(`
    select count(*)::double as differ
    from (select distinct column_id, path_in_schema from parquet_metadata(${file})) as chunks
    join (
      select row_number() over () - 1 as column_id, name
      from parquet_schema(${file}) where coalesce(num_children, 0) = 0
    ) as leaves using (column_id)
    where path_in_schema <> name and not ends_with(path_in_schema, ', ' || name)`)
  if (found!.differ > 0) throw damaged(undefined)
}

interface Column {
  column_name: string
  column_type: string
}

function refuseNested(columns: readonly Column[], { mapping }: DatasetOptions): void {
  if (!columns.some(({ column_type }) => NESTED.test(column_type))) return
  const needed = findOrderColumns(
    columns.map(({ column_name }) => column_name),
    mapping
  )
  for (const [field, at] of Object.entries(needed)) {
    const { column_name, column_type } = columns[at]!
    if (!NESTED.test(column_type)) continue
    throw new Problem(
      'column_type',
      `The column ${listNames([column_name])} for ${field} holds lists or records; write one row for each order line, with plain values.`
    )
  }
}

async function checkEnds(path: string): Promise<void> {
  const { size } = await stat(path)
  const handle = await open(path)
  try {
    const tail = Buffer.alloc(8)
    if (size < 12 || (await handle.read(tail, 0, 8, size - 8)).bytesRead < 8) throw damaged(undefined)
    if (tail.toString('latin1', 4) !== MAGIC) throw damaged(undefined)
    const footer = tail.readUInt32LE(0)
    if (footer > FOOTER_BYTES_MAX || footer > size - 12) throw damaged(undefined)
  } finally {
    await handle.close()
  }
}

const isAboutTheFile = (error: unknown): boolean =>
  error instanceof Error && !/^(Out of Memory|INTERRUPT)|No space left|max_temp_directory/i.test(error.message)

const damaged = (cause: unknown): Problem =>
  new Problem('parquet_invalid', 'The Parquet file is damaged or incomplete; write it again and upload it anew.', {
    cause
  })
