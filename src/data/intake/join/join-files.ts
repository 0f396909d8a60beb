import { join } from 'node:path'
import { Problem } from '../../../errors.ts'
import { type DuckDb, sqlText } from '../../duckdb.ts'
import { thousands } from '../dates.ts'
import { COLUMNS_MAX } from '../dialect.ts'
import { listNames, quoted } from '../order-columns.ts'
import { MALFORMED_MARK } from '../records.ts'
import { copyTo, type Staged } from '../stage.ts'
import { tooManyRows } from '../text.ts'
import { continuedParts, looksLikeId, type Part, partOfLines, type SharedColumn, sharedColumns } from './plan-join.ts'

/** One of several files, its rows staged. */
export interface StagedPart extends Part {
  staged: Staged
}

/** A column of the table that is put together. */
interface JoinedColumn {
  name: string
  sql: string
}

interface Joined {
  columns: JoinedColumn[]
  from: string
  /** SQL that is true on a line without a match, of each part. */
  unmatched: { filename: string; key: string; sql: string }[]
}

/**
 * Makes one table of order lines of several files: those with the same columns continue each other; of the others each
 * is looked up by an id that it has once. Every line stays, with or without a match.
 * @throws Problem files_unrelated, duplicate_key, too_many_rows, too_many_columns
 */
export async function joinFiles(
  db: DuckDb,
  given: readonly StagedPart[],
  { work, rowsMax }: { work: string; rowsMax: number }
): Promise<{ staged: Staged; lines: number }> {
  const notes: string[] = []
  const parts: (StagedPart & { first: number })[] = []
  for (const group of continuedParts(given)) {
    const members = group.map((at) => given[at]!)
    parts.push({
      ...(await appended(db, members, join(work, `appended-${parts.length}.parquet`), notes)),
      first: group[0]!
    })
  }
  const lines = parts[partOfLines(parts)]!
  if (lines.rows > rowsMax) throw tooManyRows(rowsMax)
  const limitations = () => [...parts.flatMap(({ staged }) => staged.limitations ?? []), ...notes]
  if (parts.length === 1) return { staged: { ...lines.staged, limitations: limitations() }, lines: lines.first }

  const joined: Joined = {
    columns: lines.names.map((name, at) => ({ name, sql: `lines.c${at}` })),
    from: `(select *, file_row_number as row from read_parquet(${sqlText(lines.staged.path)}, file_row_number = true)) as lines`,
    unmatched: []
  }
  const pending = parts.filter((part) => part !== lines)
  while (pending.length > 0) {
    const next = await nextJoin(db, joined, pending)
    notes.push(`${quoted(next.part.filename)} was joined to the lines by ${quoted(next.part.names[next.key.right]!)}.`)
    await lookUp(db, joined, next, parts.indexOf(next.part as (typeof parts)[number]), notes)
    pending.splice(pending.indexOf(next.part as (typeof parts)[number]), 1)
  }
  if (joined.columns.length > COLUMNS_MAX) {
    throw new Problem(
      'too_many_columns',
      `The files together have ${joined.columns.length} columns; send at most ${COLUMNS_MAX}.`
    )
  }
  const path = join(work, 'joined.parquet')
  const values = joined.columns.map(({ sql }, at) => `${sql} as c${at}`).join(', ')
  await copyTo(db, path, `select ${values} from ${joined.from} order by lines.row`)
  notes.push(...(await unmatchedNotes(db, joined, lines.rows)))
  const typedDates = new Set(parts.flatMap(({ staged }) => [...staged.typedDates]))
  const staged: Staged = {
    ...lines.staged,
    path,
    names: joined.columns.map(({ name }) => name),
    typedDates,
    limitations: limitations()
  }
  return { staged, lines: lines.first }
}

const isMalformed = (column: string): string => `coalesce(starts_with(${column}, ${sqlText(MALFORMED_MARK)}), false)`

/** Ids that agree: blanks around them and the .0 of a number do not matter. */
const asKey = (column: string): string =>
  `nullif(regexp_replace(trim(if(${isMalformed(column)}, null, ${column})), '^([0-9]+)[.]0+$', '\\1'), '')`

/** Files of the same columns, in whatever order, one behind the other. */
async function appended(db: DuckDb, parts: readonly StagedPart[], path: string, notes: string[]): Promise<StagedPart> {
  const first = parts[0]!
  if (parts.length === 1) return first
  const key = (name: string) =>
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}%#]+/gu, '')
  const selects = parts.map(({ names, staged }, part) => {
    const at = first.names.map((name) => names.findIndex((each) => key(each) === key(name)))
    const values = at.map((column, place) => {
      const text = column === 0 ? `if(${isMalformed('c0')}, null, c0)` : `c${column}`
      return `${place === 0 ? `if(${isMalformed('c0')}, c0, ${text})` : text} as v${place}`
    })
    return `select ${part} as part, file_row_number as row, ${values.join(', ')} from read_parquet(${sqlText(staged.path)}, file_row_number = true)`
  })
  const values = first.names.map((_, at) => `v${at} as c${at}`).join(', ')
  const rows = await copyTo(db, path, `select ${values} from (${selects.join(' union all ')}) order by part, row`)
  notes.push(
    `${listNames(parts.map(({ filename }) => filename))} have the same columns and were read one after the other.`
  )
  const limitations = parts.flatMap(({ staged }) => staged.limitations ?? [])
  return { ...first, rows, staged: { ...first.staged, path, rows, limitations } }
}

/** The next part that has, once each, an id that is known already. */
async function nextJoin(
  db: DuckDb,
  { columns }: Joined,
  pending: readonly StagedPart[]
): Promise<{ part: StagedPart; key: SharedColumn }> {
  const names = columns.map(({ name }) => name)
  let repeated: Problem | undefined
  for (const part of pending) {
    for (const key of sharedColumns(names, part)) {
      const twice = await repeatedKey(db, part, key.right)
      if (twice === null) return { part, key }
      if (looksLikeId(part.names[key.right]!)) repeated ??= duplicateKey(part, key.right, twice)
    }
  }
  if (repeated) throw repeated
  const [part] = pending
  throw new Problem(
    'files_unrelated',
    `${quoted(part!.filename)} has no id in common with the other files: it has ${listNames(part!.names)}, the others ${listNames(names)}. Give the column that joins them the same name in both, or leave the file out.`
  )
}

/** A value that the column has twice; null when it has each once. */
async function repeatedKey(db: DuckDb, { staged }: StagedPart, column: number): Promise<string | null> {
  const [found] = await db.rows<{ value: string }>(`
    select min(value) as value
    from (
      select ${asKey(`c${column}`)} as value
      from read_parquet(${sqlText(staged.path)})
      group by value having value is not null and count(*) > 1
    ) having count(*) > 0`)
  return found?.value ?? null
}

const duplicateKey = ({ filename, names }: StagedPart, column: number, value: string): Problem =>
  new Problem(
    'duplicate_key',
    `${quoted(filename)} has ${quoted(names[column]!)} ${quoted(value)} more than once, so a line cannot be joined to one row of it; keep one row for each, or leave the file out.`,
    { extensions: { file: filename, column: names[column], value: value.slice(0, 200) } }
  )

async function lookUp(
  db: DuckDb,
  joined: Joined,
  { part, key }: { part: StagedPart; key: SharedColumn },
  number: number,
  notes: string[]
): Promise<void> {
  const alias = `part_${number}`
  const source = `read_parquet(${sqlText(part.staged.path)})`
  const left = asKey(joined.columns[key.left]!.sql)
  const values = part.names.map((_, at) => `c${at}`).join(', ')
  joined.from += ` left join (
    select ${asKey(`c${key.right}`)} as join_key, ${values}
    from ${source} where not ${isMalformed('c0')} and ${asKey(`c${key.right}`)} is not null
  ) as ${alias} on ${alias}.join_key = ${left}`
  joined.unmatched.push({
    filename: part.filename,
    key: part.names[key.right]!,
    sql: `${alias}.join_key is null and not ${isMalformed('lines.c0')}`
  })
  const taken = new Set(joined.columns.map(({ name }) => name.toLowerCase()))
  const stem = part.filename.replace(/\.[^/]*$/, '')
  for (const [at, name] of part.names.entries()) {
    if (at === key.right) continue
    let unique = taken.has(name.toLowerCase()) ? `${stem}_${name}` : name
    while (taken.has(unique.toLowerCase())) unique = `${unique}_`
    taken.add(unique.toLowerCase())
    joined.columns.push({ name: unique, sql: `${alias}.c${at}` })
  }
  const [bad] = await db.rows<{ rows: number }>(
    `select count(*) filter (${isMalformed('c0')})::double as rows from ${source}`
  )
  if (bad!.rows > 0)
    notes.push(`${thousands(bad!.rows)} rows of ${quoted(part.filename)} cannot be read and were left out.`)
}

async function unmatchedNotes(db: DuckDb, { from, unmatched }: Joined, rows: number): Promise<string[]> {
  const counts = unmatched.map(({ sql }, at) => `count(*) filter (${sql})::double as n${at}`)
  const [found] = await db.rows<Record<string, number>>(`select ${counts.join(', ')} from ${from}`)
  return unmatched.flatMap(({ filename, key }, at) => {
    const count = found![`n${at}`]!
    if (count === 0) return []
    return `${thousands(count)} of ${thousands(rows)} lines have no row in ${quoted(filename)} of their ${quoted(key)}: they stay, without what it says.`
  })
}
