import type { DatasetOptions, NumberReading } from '../../domain/records/dataset.ts'
import type { OrderField } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { thousands } from './dates.ts'
import { bareNumber, CURRENCY_MARK, GROUPED_BY_POINTS, MISSING, PLAIN, READ_WITH } from './number-texts.ts'

export type Separator = '.' | ','

/** A column of numbers of the file. */
export interface NumberColumn {
  field: OrderField
  /** Its name in the file. */
  name: string
  /** SQL of its text. */
  text: string
}

export interface NumberDecision {
  readings: Partial<Record<OrderField, NumberReading>>
  /** SQL of the plain number that a text of the column is; absent where the text is one already. */
  expressions: Partial<Record<OrderField, string>>
  /** SQL of the currency written beside the numbers, or NULL, for each column that has any. */
  currencyMarks: string[]
}

interface NumberRequest {
  /** SQL of the rows. */
  rows: string
  columns: readonly NumberColumn[]
  asked: DatasetOptions['decimal_separator']
  /** Numbers are written for people, so 1.234 may be more than a thousand; in the notation of programs it is not. */
  local: boolean
}

interface Probe {
  values: number
  plain: number
  points: number
  grouped: number
}

/** Lines by what their number could be. */
interface Counts extends Probe {
  only_point: number
  only_comma: number
  either_point: number
  either_comma: number
  readable: number
  settles_point: string | null
  settles_comma: string | null
  settles_nothing: string | null
  grouping: string | null
  marked: number
  mark_before: string | null
  mark_behind: string | null
}

/** A reading whose separator its own column shows or not. */
interface Draft {
  column: NumberColumn
  counts: Counts
  separator: Separator | null
  undecided: boolean
  /** Every text is a plain number. */
  plain: boolean
}

/**
 * Decides over all values of each column how its numbers are written; where a column settles nothing, the others of the
 * file decide.
 * @throws Problem ambiguous_number_format
 */
export async function decideNumbers(db: DuckDb, request: NumberRequest): Promise<NumberDecision> {
  await db.run(`create temp macro bare_number(value) as ${bareNumber('value')}`)
  const drafts: Draft[] = []
  for (const [at, probe] of (await probeColumns(db, request)).entries()) {
    const column = request.columns[at]!
    const settled = probe.plain === probe.values && (probe.points === 0 || probe.grouped < probe.points)
    if (settled && request.asked !== ',') drafts.push(plainDraft(column, probe))
    else drafts.push(draft(column, await countValues(db, request.rows, column, probe)))
  }
  const shown = new Set(drafts.flatMap(({ separator }) => separator ?? []))
  const decision: NumberDecision = { readings: {}, expressions: {}, currencyMarks: [] }
  for (const each of drafts) {
    const { field, text } = each.column
    const { separator, why } = settle(each, request, shown)
    decision.readings[field] = describe(each, separator, why)
    if (each.counts.marked > 0) decision.currencyMarks.push(currencyMark(text))
    if (each.plain && separator !== ',') continue
    decision.expressions[field] = plainNumber(text, separator ?? '.')
  }
  return decision
}

async function probeColumns(db: DuckDb, { rows, columns }: NumberRequest): Promise<Probe[]> {
  if (columns.length === 0) return []
  const matches = (text: string, pattern: string) => `count(*) filter (regexp_full_match(${text}, ${sqlText(pattern)}))`
  const counts = columns.flatMap(({ text }, at) => [
    `(count(${text}) - ${matches(text, MISSING)})::double as values_${at}`,
    `${matches(text, PLAIN)}::double as plain_${at}`,
    `count(*) filter (contains(${text}, '.'))::double as points_${at}`,
    `${matches(text, GROUPED_BY_POINTS)}::double as grouped_${at}`
  ])
  const [found] = await db.rows<Record<string, number>>(`select ${counts.join(', ')} from ${rows}`)
  const of = (name: string, at: number) => found![`${name}_${at}`]!
  return columns.map((_, at) => ({
    values: of('values', at),
    plain: of('plain', at),
    points: of('points', at),
    grouped: of('grouped', at)
  }))
}

async function countValues(db: DuckDb, rows: string, { text }: NumberColumn, probe: Probe): Promise<Counts> {
  await db.run(`
    create or replace temp table number_values as
    select
      value, lines, bare, upper(${currencyMark('value')}) as mark,
      regexp_full_match(bare, ${sqlText(READ_WITH['.'])}) as by_point,
      regexp_full_match(bare, ${sqlText(READ_WITH[','])}) as by_comma,
      regexp_extract(value, ${sqlText(`^[-+( ]*(${CURRENCY_MARK} ?)`)}, 1) as before,
      regexp_extract(value, ${sqlText(`( ?${CURRENCY_MARK})[-) ]*$`)}, 1) as behind
    from (
      select value, lines, bare_number(replace(value, '%', '')) as bare
      from (select ${text} as value, count(*) as lines from ${rows} group by all)
      where not regexp_full_match(value, ${sqlText(MISSING)}))`)
  const [counts] = await db.rows<Omit<Counts, keyof Probe>>(sqlFile('intake/number_values'))
  return { ...probe, ...counts! }
}

function plainDraft(column: NumberColumn, probe: Probe): Draft {
  const counts: Counts = {
    ...probe,
    only_point: probe.points - probe.grouped,
    only_comma: 0,
    either_point: probe.grouped,
    either_comma: 0,
    readable: probe.plain,
    settles_point: null,
    settles_comma: null,
    settles_nothing: null,
    grouping: null,
    marked: 0,
    mark_before: null,
    mark_behind: null
  }
  return { column, counts, separator: probe.points > 0 ? '.' : null, undecided: false, plain: true }
}

function draft(column: NumberColumn, counts: Counts): Draft {
  const { only_point, only_comma, either_point, either_comma } = counts
  const either = either_point + either_comma
  // Where values contradict each other, those that could be both are settled by none.
  const contradicted = only_point > 0 && only_comma > 0 && either > 0
  const separator = contradicted || only_point === only_comma ? null : only_point > only_comma ? '.' : ','
  const undecided = separator === null && either + only_point + only_comma > 0
  return { column, counts, separator, undecided, plain: counts.plain === counts.values }
}

/** The separator of a column, and where it is known from. */
function settle(each: Draft, { asked, local }: NumberRequest, shown: ReadonlySet<Separator>) {
  const { separator, undecided, counts, column } = each
  if (asked !== undefined) return { separator: asked, why: 'asked' as const }
  if (!undecided) return { separator, why: 'column' as const }
  const contradicted = counts.only_point > 0 || counts.only_comma > 0
  if (!contradicted && shown.size === 1) return { separator: [...shown][0]!, why: 'file' as const }
  if (!contradicted && !local && counts.either_comma === 0) return { separator: '.' as const, why: 'notation' as const }
  const example = counts.settles_nothing ?? counts.settles_comma
  throw new Problem(
    'ambiguous_number_format',
    `The numbers of ${quoted(column.name)} do not tell whether . or , stands before their decimals, for example ${quoted(example ?? '')}; say options.decimal_separator: "." or ",".`
  )
}

function describe(each: Draft, separator: Separator | null, why: ReturnType<typeof settle>['why']): NumberReading {
  const { counts, plain } = each
  const { values, readable } = counts
  const format = plain && separator !== ',' ? 'plain' : formatOf(counts, separator)
  return { format, decimal_separator: separator, evidence: `${evidence()}${unread()}.` }

  function evidence(): string {
    const all = `${thousands(readable)} of ${thousands(values)} values`
    if (why === 'asked') return `${separator} stands before decimals, as asked for`
    if (why === 'file') return `${separator} stands before decimals as in the other columns; none of ${all} settles it`
    if (why === 'notation') return `${separator} stands before decimals, as in the notation of programs`
    if (plain) return `${all} are plain numbers`
    if (separator === null) return `${all} are whole numbers`
    const [settling, example, against] =
      separator === '.'
        ? [counts.only_point, counts.settles_point, counts.only_comma]
        : [counts.only_comma, counts.settles_comma, counts.only_point]
    const shown = example === null ? '' : `, for example ${quoted(example)}`
    const other = against > 0 ? `; ${thousands(against)} contradict it and count as unreadable` : ''
    return `${thousands(settling)} of ${thousands(values)} values have ${separator} before their decimals${shown}${other}`
  }

  function unread(): string {
    const other = values - readable
    return why !== 'asked' && other > 0 && !plain ? `; ${thousands(other)} are no numbers` : ''
  }
}

/** What 1234.5 looks like. */
function formatOf({ grouping, mark_before, mark_behind }: Counts, separator: Separator | null): string {
  const number = `1${grouping ?? ''}234${separator === null ? '' : `${separator}50`}`
  return `${mark_before ?? ''}${number}${mark_behind ?? ''}`
}

/** A text that is no number becomes one that nothing reads. */
function plainNumber(text: string, separator: Separator): string {
  const [grouping, decimal] = separator === '.' ? [`[, '']`, '.'] : [`[. '']`, ',']
  const read = (bare: string) => `case
    when regexp_full_match(${bare}, ${sqlText(READ_WITH[separator])})
    then replace(regexp_replace(${bare}, '${grouping}', '', 'g'), '${decimal}', '.')
    else '?' || ${text} end`
  return `case
    when regexp_full_match(${text}, ${sqlText(MISSING)}) then ${text}
    when contains(${text}, '%') then (${read(`bare_number(replace(${text}, '%', ''))`)}) || '%'
    else ${read(`bare_number(${text})`)} end`
}

/** Only beside digits: "free" says nothing about francs. */
const currencyMark = (text: string): string =>
  `case when regexp_matches(${text}, '[0-9]') then nullif(regexp_extract(${text}, ${sqlText(CURRENCY_MARK)}, 0), '') end`

const quoted = (text: string): string => `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`
