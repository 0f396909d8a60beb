import type { DateReading } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'

/** One way to understand dates. */
interface Family {
  /** As a person would say it. */
  name: string
  /** strftime formats; none where DuckDB's own cast reads it. */
  formats: readonly string[]
}

const TIMES = ['', ' %H:%M', ' %H:%M:%S', ' %H:%M:%S.%f', ' %I:%M %p', ' %I:%M:%S %p', ' %I:%M%p', ' %I:%M:%S%p']
const timed = (...days: string[]): string[] => days.flatMap((day) => TIMES.map((time) => day + time))

const ISO: Family = { name: 'ISO 8601 (year-month-day)', formats: [] }

/** Of two that read a column equally well and alike, the earlier is taken. */
const FAMILIES: readonly Family[] = [
  ISO,
  { name: 'month/day/year', formats: timed('%m/%d/%Y', '%m/%d/%y') },
  { name: 'day/month/year', formats: timed('%d/%m/%Y', '%d/%m/%y') },
  { name: 'year/month/day', formats: timed('%Y/%m/%d') },
  { name: 'day.month.year', formats: timed('%d.%m.%Y', '%d.%m.%y') },
  { name: 'day-month-year', formats: timed('%d-%m-%Y') },
  { name: 'month-day-year', formats: timed('%m-%d-%Y') },
  { name: 'YYYYMMDD', formats: ['%Y%m%d'] }
]

/** More shapes than this are no way of writing dates. */
const SHAPES_MAX = 100

/** The shape, as date_values.sql makes it, of all texts that a format can read. */
const shapeOf = (format: string): string =>
  format === '%Y%m%d'
    ? 'YY'
    : format
        .replace('%f', 'f')
        .replace('%p', 'P')
        .replace('%Y', 'Y')
        .replace(/%[mdyHMIS]/g, '9')

/** Names under which a caller may ask for ISO; both are what `source.date.format` says of such a file. */
const ISO_NAMES = ['iso8601', 'timestamp']

const ISO_DAY = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}'
const ISO_TIME = '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?'
const ISO_LOCAL = `${ISO_DAY}([T ]${ISO_TIME})?`
const ISO_ZONED = `${ISO_DAY}[T ]${ISO_TIME} ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)`

export interface DateDecision {
  reading: DateReading
  /** SQL of a UTC TIMESTAMP, or NULL, from a text called `value`. */
  expression: string
  /** Every date names its own zone. */
  zoned: boolean
}

/**
 * Decides over all values of the column how its dates are written.
 *
 * @param typed whether the column was a date in the file already
 * @throws Problem ambiguous_date_format, unreadable_date_format
 */
export async function decideDates(
  db: DuckDb,
  options: { dateFormat: string | undefined; timezone: string; typed: boolean }
): Promise<DateDecision> {
  await db.run(sqlFile('intake/date_values'))
  const { total, zoned } = await countDates(db)
  const decision = await (options.dateFormat === undefined
    ? found(db, options, total)
    : askedFor(db, options.dateFormat, options.timezone, total))
  return { ...decision, zoned: zoned === total || /%[zZ]/.test(decision.reading.format) }
}

type Decision = Omit<DateDecision, 'zoned'>

async function found(db: DuckDb, options: { timezone: string; typed: boolean }, total: number): Promise<Decision> {
  const candidates = await possible(db, options.timezone)
  const counts = await countReadings(db, candidates)
  const best = counts.indexOf(Math.max(...counts))
  const winner = candidates[best]
  if (winner === undefined || counts[best]! * 2 < total) throw await unreadable(db, winner?.expression)
  const { expression, family } = winner
  if (options.typed) {
    const evidence = `The column holds dates and times, not text; ${of(counts[best]!, total)} can be used.`
    return { reading: { format: 'timestamp', evidence }, expression }
  }
  const ruledOut: string[] = []
  for (const [at, candidate] of candidates.entries()) {
    if (at === best || counts[at] === 0) continue
    const rival = await compare(db, expression, candidate.expression)
    if (counts[at] === counts[best] && rival.differ > 0) throw ambiguous(winner, candidate, rival.example)
    ruledOut.push(reasonAgainst(family, candidate.family, rival))
  }
  const evidence = [`${of(counts[best]!, total)} dates read as ${family.name}`, ...ruledOut].join('; ')
  return { reading: { format: winner.formats[0] ?? 'iso8601', evidence: `${evidence}.` }, expression }
}

interface Candidate {
  family: Family
  /** Those of the family whose shape is there, the commonest first. */
  formats: string[]
  expression: string
}

/** The families that could read some of the values, each with only the formats it needs. */
async function possible(db: DuckDb, timezone: string): Promise<Candidate[]> {
  const shapes = (
    await db.rows<{ shape: string }>(
      `select shape from date_values group by shape order by sum(lines) desc, shape limit ${SHAPES_MAX}`
    )
  ).map(({ shape }) => shape)
  const candidates: Candidate[] = []
  for (const family of FAMILIES) {
    if (family === ISO) {
      if (!shapes.some((shape) => shape.startsWith('Y-'))) continue
      candidates.push({ family, formats: [], expression: instant(ISO_LOCAL_VALUE, ISO_ZONED_VALUE, timezone) })
      continue
    }
    const formats = shapes.flatMap((shape) => family.formats.filter((format) => shapeOf(format) === shape))
    if (formats.length > 0) candidates.push({ family, formats, expression: formatted(formats, timezone) })
  }
  return candidates
}

async function askedFor(db: DuckDb, format: string, timezone: string, total: number): Promise<Decision> {
  const iso = ISO_NAMES.includes(format)
  const expression = iso ? instant(ISO_LOCAL_VALUE, ISO_ZONED_VALUE, timezone) : formatted([format], timezone)
  const [count] = await countReadings(db, [{ expression }]).catch((cause) => {
    if (!/format specifier|strptime|strftime/i.test(String(cause))) throw cause
    throw new Problem(
      'unreadable_date_format',
      'options.date_format is not valid strftime notation; write it like %d/%m/%Y %H:%M.',
      { cause }
    )
  })
  if (count! * 2 < total || total === 0) throw await unreadable(db, expression)
  return { reading: { format, evidence: `${of(count!, total)} dates read in the format asked for.` }, expression }
}

const of = (count: number, total: number): string => `${thousands(count)} of ${thousands(total)}`
export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

interface Rival {
  /** Values that only the winner reads. */
  onlyWinner: number
  /** Values that only the rival reads. */
  onlyRival: number
  /** Values that both read, as different instants. */
  differ: number
  example: string | null
}

function reasonAgainst(winner: Family, rival: Family, { onlyWinner, onlyRival }: Rival): string {
  const swapped = winner.formats.length > 0 && rival.formats.length === winner.formats.length
  const why = swapped
    ? `${thousands(onlyWinner)} have a ${winner.name.startsWith('month') ? 'second' : 'first'} number above 12, so ${rival.name} is ruled out`
    : `${thousands(onlyWinner)} cannot be read as ${rival.name}`
  return onlyRival === 0 ? why : `${why}, though ${thousands(onlyRival)} can be read only so and count as invalid`
}

async function countDates(db: DuckDb): Promise<{ total: number; zoned: number }> {
  const [row] = await db.rows<{ total: number; zoned: number }>(`
    select
      coalesce(sum(lines), 0)::double as total,
      coalesce(sum(lines) filter (regexp_full_match(value, '${ISO_ZONED}')), 0)::double as zoned
    from date_values`)
  return row!
}

async function countReadings(db: DuckDb, candidates: { expression: string }[]): Promise<number[]> {
  if (candidates.length === 0) return []
  const counts = candidates.map(
    ({ expression }, at) => `coalesce(sum(lines) filter ((${expression}) is not null), 0)::double as n${at}`
  )
  const [row] = await db.rows<Record<string, number>>(`select ${counts.join(', ')} from date_values`)
  return candidates.map((_, at) => row![`n${at}`]!)
}

async function compare(db: DuckDb, winner: string, rival: string): Promise<Rival> {
  const [row] = await db.rows<Rival>(`
    select
      coalesce(sum(lines) filter (a is not null and b is null), 0)::double as "onlyWinner",
      coalesce(sum(lines) filter (a is null and b is not null), 0)::double as "onlyRival",
      coalesce(sum(lines) filter (a <> b), 0)::double as differ,
      min(value) filter (a <> b) as example
    from (select lines, value, ${winner} as a, ${rival} as b from date_values)`)
  return row!
}

const ISO_LOCAL_VALUE = `case when regexp_full_match(value, '${ISO_LOCAL}') then try_cast(replace(value, ',', '.') as timestamp) end`

/** DuckDB reads a zone only behind seconds. */
const ISO_ZONED_VALUE = `case when regexp_full_match(value, '${ISO_ZONED}') then try_cast(
  regexp_replace(replace(value, ',', '.'), '([T ][0-9]{1,2}:[0-9]{2})( ?[A-Z+-])', '\\1:00\\2') as timestamptz)::timestamp end`

function formatted(formats: string[], timezone: string): string {
  const parsed = `try_strptime(value, [${formats.map(sqlText).join(', ')}])`
  // With a zone in the format DuckDB gives the instant itself.
  if (formats.some((format) => /%[zZ]/.test(format))) return inRange(`(${parsed})::timestamptz::timestamp`)
  return instant(parsed, null, timezone)
}

/** Local times are those of the dataset's timezone. */
function instant(local: string, zoned: string | null, timezone: string): string {
  const utc = timezone === 'UTC' ? local : `timezone(${sqlText(timezone)}, ${local})::timestamp`
  return inRange(zoned === null ? utc : `coalesce(${zoned}, ${utc})`)
}

const inRange = (moment: string): string => `usable_instant(${moment})`

function ambiguous(one: Candidate, other: Candidate, example: string | null): Problem {
  const shown = example === null ? '' : `, for example "${example.slice(0, 40)}"`
  return new Problem(
    'ambiguous_date_format',
    `Every date reads as ${one.family.name} and as ${other.family.name} alike${shown}; say which by options.date_format: ${one.formats[0]} or ${other.formats[0]}.`
  )
}

async function unreadable(db: DuckDb, expression = 'null'): Promise<Problem> {
  const [row] = await db.rows<{ example: string | null }>(
    `select min(value) as example from date_values where (${expression}) is null`
  )
  const shown = row?.example == null ? 'the column is empty' : `for example "${row.example.slice(0, 40)}"`
  return new Problem(
    'unreadable_date_format',
    `Most dates cannot be read (${shown}); say how they are written by options.date_format in strftime notation, like %d/%m/%Y %H:%M.`
  )
}
