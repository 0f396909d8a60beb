import type { DateReading } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { FAMILIES, type Family, formatName, ISO, NAMED, shapeOf } from './date-families.ts'
import { compareReadings, type Rival } from './date-readings.ts'
import { tidyDate, zoneMinutes } from './date-texts.ts'

/** More shapes than this are no way of writing dates. */
const SHAPES_MAX = 100

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
  await readDates(db, 'value')
  const { total, zoned } = await countDates(db)
  const { dateFormat } = options
  const decision = await (dateFormat === undefined
    ? found(db, options, total)
    : askedFor(db, dateFormat, options.timezone, total))
  return { ...decision, zoned: decision.zoned || zoned === total || /%[zZ]/.test(decision.reading.format) }
}

/** Takes the dates together, as they stand or tidied. */
async function readDates(db: DuckDb, text: string): Promise<void> {
  await db.run(`create or replace temp macro date_text(value) as ${text}`)
  await db.run(sqlFile('intake/date_values'))
}

/** How families read texts: as they stand, or tidied, with the zones that these name. */
interface Approach {
  /** SQL of the text from `value`. */
  text: string
  /** SQL of the minutes east of UTC that `value` names, or NULL. */
  zone: string | null
  timezone: string
}

async function found(db: DuckDb, options: { timezone: string; typed: boolean }, total: number): Promise<DateDecision> {
  const { timezone } = options
  const approach: Approach = { text: 'value', zone: null, timezone }
  const plain = await weigh(db, approach)
  let taken = plain
  if (plain.count < total) {
    const tidied: Approach = { text: 'tidy_date(value)', zone: 'zone_minutes(value)', timezone }
    await db.run(`create or replace temp macro tidy_date(value) as ${tidyDate('value')}`)
    await db.run(`create or replace temp macro zone_minutes(value) as ${zoneMinutes('value')}`)
    await readDates(db, tidied.text)
    const other = await weigh(db, tidied)
    if (other.count > plain.count) taken = other
    else await readDates(db, 'value')
  }
  const { candidates, counts, rivals, count, shapes, best } = taken
  const winner = candidates[best]
  if (winner === undefined || count * 2 < total) throw await unreadable(db, winner?.expression)
  const { expression, family } = winner
  const zoned = family.instants === true || (taken !== plain && (await allNameZones(db)))
  if (options.typed && family === ISO) {
    const evidence = `The column holds dates and times, not text; ${of(count, total)} can be used.`
    return { reading: { format: 'timestamp', evidence }, expression, zoned }
  }
  const ruledOut: string[] = []
  for (const [at, candidate] of candidates.entries()) {
    if (at === best || counts[at] === 0) continue
    const rival = rivals(best, at)
    if (counts[at] === count && rival.differ > 0) throw ambiguous(winner, candidate, rival.example, shapes)
    ruledOut.push(reasonAgainst(family, candidate.family, rival))
  }
  const short = winner.formats.some((format) => format.includes('%y'))
    ? ['years of two digits lie in 1969 to 2068']
    : []
  const evidence = [`${of(count, total)} dates read as ${family.name}`, ...ruledOut, ...short].join('; ')
  return {
    reading: { format: formatName(family, winner.formats, shapes), evidence: `${evidence}.` },
    expression,
    zoned
  }
}

interface Candidate {
  family: Family
  /** Those of the family whose shape is there, the commonest first. */
  formats: string[]
  expression: string
}

/** The families that could read some of the values, each with only the formats it needs; and which reads most lines. */
async function weigh(db: DuckDb, approach: Approach) {
  const shapes = (await db.rows<{ shape: string }>(`${sqlFile('intake/date_shapes')} limit ${SHAPES_MAX}`)).map(
    ({ shape }) => shape
  )
  const candidates = FAMILIES.flatMap((family) => asCandidate(family, shapes, approach) ?? [])
  const { counts, rivals } = await compareReadings(db, candidates)
  const count = Math.max(0, ...counts)
  return { candidates, counts, rivals, count, shapes, best: counts.indexOf(count) }
}

function asCandidate(family: Family, shapes: readonly string[], approach: Approach): Candidate | undefined {
  if (family === ISO) {
    if (!shapes.some((shape) => shape.startsWith('Y-'))) return undefined
    return { family, formats: [], expression: isoInstant(approach.timezone) }
  }
  const formats = shapes.flatMap((shape) => family.formats.filter((format) => shapeOf(format) === shape))
  if (formats.length === 0 && !shapes.some((shape) => family.mayRead?.(shape))) return undefined
  return { family, formats, expression: familyInstant(family, formats, approach) }
}

async function askedFor(db: DuckDb, format: string, timezone: string, total: number): Promise<DateDecision> {
  const named = FAMILIES.find(({ label }) => label === format)
  const plain: Approach = { text: 'value', zone: null, timezone }
  let expression: string
  if (ISO_NAMES.includes(format)) expression = isoInstant(timezone)
  else if (named?.read) expression = familyInstant(named, [], plain)
  else if (named === NAMED) {
    expression = familyInstant(NAMED, NAMED.formats, {
      text: tidyDate('value'),
      zone: zoneMinutes('value'),
      timezone
    })
  } else expression = formatted([format], timezone)
  const { counts } = await compareReadings(db, [{ expression }]).catch((cause) => {
    if (!/format specifier|strptime|strftime/i.test(String(cause))) throw cause
    throw new Problem(
      'unreadable_date_format',
      'options.date_format is not valid strftime notation; write it like %d/%m/%Y %H:%M.',
      { cause }
    )
  })
  const [count = 0] = counts
  if (count * 2 < total || total === 0) throw await unreadable(db, expression)
  const evidence = `${of(count, total)} dates read in the format asked for.`
  return { reading: { format, evidence }, expression, zoned: named?.instants === true }
}

const of = (count: number, total: number): string => `${thousands(count)} of ${thousands(total)}`
export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

function reasonAgainst(winner: Family, rival: Family, { onlyWinner, onlyRival }: Rival): string {
  const swapped = winner.formats.length > 0 && isSwapped(winner.name, rival.name)
  const why = swapped
    ? `${thousands(onlyWinner)} have a ${winner.name.startsWith('month') ? 'second' : 'first'} number above 12, so ${rival.name} is ruled out`
    : `${thousands(onlyWinner)} cannot be read as ${rival.name}`
  return onlyRival === 0 ? why : `${why}, though ${thousands(onlyRival)} can be read only so and count as invalid`
}

/** month/day/year against day/month/year, with any mark between. */
const isSwapped = (one: string, other: string): boolean =>
  one !== other && one.replace(/^(month|day)(.)(month|day)/, '$3$2$1') === other

async function allNameZones(db: DuckDb): Promise<boolean> {
  const [row] = await db.rows<{ all_zoned: boolean | null }>(
    'select bool_and(zone_minutes(value) is not null) as all_zoned from date_values'
  )
  return row?.all_zoned === true
}

async function countDates(db: DuckDb): Promise<{ total: number; zoned: number }> {
  const [row] = await db.rows<{ total: number; zoned: number }>(`
    select
      coalesce(sum(lines), 0)::double as total,
      coalesce(sum(lines) filter (regexp_full_match(value, '${ISO_ZONED}')), 0)::double as zoned
    from date_values`)
  return row!
}

const ISO_LOCAL_VALUE = `case when regexp_full_match(value, '${ISO_LOCAL}') then try_cast(replace(value, ',', '.') as timestamp) end`

/** DuckDB reads a zone only behind seconds. */
const ISO_ZONED_VALUE = `case when regexp_full_match(value, '${ISO_ZONED}') then try_cast(
  regexp_replace(
    regexp_replace(replace(value, ',', '.'), '([T ][0-9]{1,2}:[0-9]{2})( ?[A-Z+-])', '\\1:00\\2'),
    ' ?([+-][0-9]{2}):?([0-9]{2})$', '\\1:\\2') as timestamptz)::timestamp end`

function formatted(formats: string[], timezone: string): string {
  const parsed = `try_strptime(value, [${formats.map(sqlText).join(', ')}])`
  // With a zone in the format DuckDB gives the instant itself.
  if (formats.some((format) => /%[zZ]/.test(format))) return inRange(`(${parsed})::timestamptz::timestamp`)
  return inRange(inUtc(parsed, timezone))
}

function familyInstant(family: Family, formats: readonly string[], { text, zone, timezone }: Approach): string {
  const parsed = family.read?.(text) ?? `try_strptime(${text}, [${formats.map(sqlText).join(', ')}])`
  if (family.instants) return inRange(parsed)
  const local = inUtc(parsed, timezone)
  if (zone === null) return inRange(local)
  return inRange(`case when ${zone} is null then ${local} else ${parsed} - to_minutes(${zone}) end`)
}

const isoInstant = (timezone: string): string =>
  inRange(`coalesce(${ISO_ZONED_VALUE}, ${inUtc(ISO_LOCAL_VALUE, timezone)})`)

/** Local times are those of the dataset's timezone. */
const inUtc = (local: string, timezone: string): string =>
  timezone === 'UTC' ? local : `timezone(${sqlText(timezone)}, ${local})::timestamp`

const inRange = (moment: string): string => `usable_instant(${moment})`

function ambiguous(one: Candidate, other: Candidate, example: string | null, shapes: readonly string[]): Problem {
  const shown = example === null ? '' : `, for example "${example.slice(0, 40)}"`
  const formats = [one, other].map((each) => formatName(each.family, each.formats, shapes))
  return new Problem(
    'ambiguous_date_format',
    `Every date reads as ${one.family.name} and as ${other.family.name} alike${shown}; say which by options.date_format: ${formats[0]} or ${formats[1]}.`
  )
}

async function unreadable(db: DuckDb, expression = 'null'): Promise<Problem> {
  const [row] = await db.rows<{ example: string | null }>(
    `select min(value) as example from date_values where (${expression}) is null`
  )
  const shown = row?.example == null ? 'the column is empty' : `for example "${row.example.slice(0, 40)}"`
  return new Problem(
    'unreadable_date_format',
    `Most dates cannot be read (${shown}); say how they are written by options.date_format in strftime notation, like %d/%m/%Y %H:%M. Of zones only UTC and offsets such as +01:00 are read, for EST and the like mean several.`
  )
}
