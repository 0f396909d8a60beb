import { join } from 'node:path'
import type {
  CustomerAttribute,
  DatasetOptions,
  QualityReport,
  RejectedExample,
  RuleReport
} from '../../domain/records/dataset.ts'
import { CLEANSING_RULES, type CleansingRule } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlName } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { writeAttributes } from './attributes.ts'
import { withClock } from './columns/clock.ts'
import { findHollowFields } from './columns/fill-down.ts'
import { weighPrices } from './columns/price-meaning.ts'
import { partialReturns, refundColumn } from './columns/refunds.ts'
import { weighStatuses } from './columns/statuses.ts'
import { areMixed, countCurrencies, theCurrency } from './currency.ts'
import { type DateDecision, decideDates } from './dates.ts'
import { type Evidence, weighEvidence } from './evidence.ts'
import { createFields, type FieldsRequest, isMalformed, numberColumns, stagedRows, textOf } from './fields.ts'
import { decideNumbers, type NumberDecision } from './numbers.ts'
import { completeHeader, describeColumns, type Header, listNames, type OrderColumns } from './order-columns.ts'
import { askedPeriod, rollingPeriod } from './period.ts'
import { copyTo, rawRow, type Staged } from './stage.ts'

const SHOWN_CHARACTERS = 200

export interface Cleansed {
  header: Header
  attributes: CustomerAttribute[]
  columns: OrderColumns
  mapping: ReturnType<typeof describeColumns>
  dates: DateDecision
  numbers: NumberDecision['readings']
  /** Of all amounts, null where neither the file nor the caller says it; and what the file leaves open about it. */
  currency: { currency: string | null; note: string | null }
  evidence: Evidence
  /** What was decided about columns by what stands in them, in sentences. */
  columnNotes: string[]
  quality: QualityReport
}

interface CleanseRequest {
  staged: Staged
  options: DatasetOptions
  timezone: string
  /** Where orders.parquet, returns.parquet and rejected.parquet go. */
  output: string
  badRowsMaxShare: number
  onShare(share: number, message: string): void
}

/** From staged rows to kept orders, returns and rejected rows, each row of the file counted exactly once. */
export async function cleanse(db: DuckDb, request: CleanseRequest): Promise<Cleansed> {
  const { staged, options, timezone, output, onShare } = request
  const named = completeHeader(staged.names, fullMapping(staged, options))
  requireFilterColumns(options, named.columns, staged.names)
  const period = askedPeriod(options, timezone)

  await db.run(sqlFile('intake/macros'))
  onShare(0, 'Deciding how numbers and dates are written.')
  const rows = stagedRows(staged)
  const numbers = await decideNumbers(db, {
    rows,
    columns: numberColumns(staged, named.columns),
    asked: options.decimal_separator,
    local: staged.localNumbers === true
  })
  const { header, notes: columnNotes } = await understandColumns(db, staged, named, {
    expressions: numbers.expressions,
    lookForRepeated: options.duplicates === 'drop'
  })
  const { columns } = header
  await setVariables(db, requiringProducts(options, header), columns, timezone)
  const currencyColumn = columns.currency === undefined ? [] : [`upper(as_id(${textOf(columns.currency)}))`]
  const currencyMarks = [...currencyColumn, ...numbers.currencyMarks]
  let currencies = await countCurrencies(db, rows, currencyMarks)
  const dateName = staged.names[columns.ordered_at!]!
  const typed = staged.typedDates.has(dateName)
  const dates = await decideDates(db, { dateFormat: withClock(options.date_format, columns), timezone, typed })
  await db.run(`create temp macro as_instant(value) as ${dates.expression}`)
  const discountName = columns.discount === undefined ? null : staged.names[columns.discount]!
  const evidence = await weighEvidence(db, { orderId: columns.order_id !== undefined, discountName })
  await setVariable(db, 'cancellations', evidence.cancellations !== null, 'boolean')
  await setVariable(db, 'discount_unit', evidence.discountUnit, 'varchar')

  onShare(0.2, 'Applying the cleansing rules.')
  await db.run(sqlFile('intake/classify'))
  await setVariable(db, 'period_to', period.to, 'timestamptz')
  const { from } = await rollingPeriod(db, period, options.window_days)
  await setVariable(db, 'period_from', from, 'timestamptz')
  await db.run(sqlFile('intake/judged'))
  const quality = await reportQuality(db, staged)
  refuseTooMuch(quality, request.badRowsMaxShare)
  if (areMixed(currencies)) {
    const kept = `${rows} as staged join judged using (row) where judged.rule is null`
    currencies = await countCurrencies(db, kept, currencyMarks)
  }
  const currency = theCurrency(currencies, options.currency)

  onShare(0.6, 'Writing the orders.')
  const inOrder = (await keptOrder(db)) ? '' : ' order by row'
  const partly = await partialReturns(db, staged, header)
  const returns = sqlFile('intake/returns') + partly.select
  await copyTo(db, join(output, 'orders.parquet'), sqlFile('intake/orders') + inOrder)
  await copyTo(db, join(output, 'returns.parquet'), returns + (partly.select === '' ? inOrder : ' order by row'))
  await copyTo(db, join(output, 'rejected.parquet'), rejectedRows(staged))
  const attributes = await writeAttributes(db, staged, header, output)
  return {
    header,
    attributes,
    columns,
    mapping: describeColumns(columns, staged.names),
    dates,
    numbers: numbers.readings,
    currency,
    evidence,
    columnNotes: [...columnNotes, ...partly.notes],
    quality
  }
}

/** Leaves `fields` as its columns are to be read, and the variables that say what statuses mean. */
async function understandColumns(
  db: DuckDb,
  staged: Staged,
  named: Header,
  request: FieldsRequest
): Promise<{ header: Header; notes: string[] }> {
  await createFields(db, staged, named.columns, request)
  const { header, notes } = await weighPrices(db, named)
  // A price that turned out to be the amount of a line is still written as it was.
  const { unit_price: price, line_total: total, ...others } = request.expressions
  const expressions = {
    ...others,
    ...movedExpression('unit_price', named, header, price, total),
    ...movedExpression('line_total', named, header, total, price)
  }
  const hollow = await findHollowFields(db, header)
  if (header !== named || hollow.fields.length > 0) {
    await createFields(db, staged, header.columns, { ...request, expressions, hollow: hollow.fields })
  }
  const hints = {
    pendingIsUnpaid: header.layout?.pendingIsUnpaid === true,
    refundsAreKnown: refundColumn(header) !== undefined
  }
  const statuses = header.columns.status === undefined ? undefined : await weighStatuses(db, hints)
  await setList(db, 'cancelled_statuses', statuses?.cancelled ?? [])
  await setList(db, 'refunded_statuses', statuses?.refunded ?? [])
  return { header, notes: [...notes, ...hollow.notes, ...(statuses?.notes ?? [])] }
}

/** @param own how the field's column was written, @param other how that of the other was, which it may have taken over */
function movedExpression(
  field: 'unit_price' | 'line_total',
  before: Header,
  after: Header,
  own: string | undefined,
  other: string | undefined
): FieldsRequest['expressions'] {
  const expression = before.columns[field] === after.columns[field] ? own : other
  return after.columns[field] === undefined || expression === undefined ? {} : { [field]: expression }
}

const requiringProducts = (options: DatasetOptions, { layout, columns }: Header): DatasetOptions =>
  layout?.productRequired && columns.product_id !== undefined ? { product_id_pattern: '.', ...options } : options

/** What the caller says goes first; a column that it names for one field is no other field's. */
export function fullMapping(
  { mapping = {} }: Staged,
  { mapping: asked = {} }: DatasetOptions
): DatasetOptions['mapping'] {
  const named = Object.values(asked)
  return { ...Object.fromEntries(Object.entries(mapping).filter(([, name]) => !named.includes(name))), ...asked }
}

/** DuckDB keeps the order of the file, but not by contract and not when it looks for repeated rows. */
async function keptOrder(db: DuckDb): Promise<boolean> {
  const [found] = await db.rows<{ kept: boolean | null }>('select bool_and(rowid + 1 = row) as kept from classified')
  return found?.kept === true
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
    select judged.row, judged.rule, if(malformed, substr(c0, 2), null) as line, ${values.join(', ')}
    from judged join (select *, ${isMalformed} as malformed from ${stagedRows(staged)}) as staged using (row)
    where judged.rule is not null`
}

/** Headers may repeat a name, and DuckDB tells no capitals apart. */
function uniqueName(name: string, taken: Set<string>): string {
  let unique = name
  for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}_${count}`
  taken.add(unique.toLowerCase())
  return unique
}

async function setVariables(
  db: DuckDb,
  options: DatasetOptions,
  columns: OrderColumns,
  timezone: string
): Promise<void> {
  for (const field of ['order_id', 'quantity', 'unit_price', 'line_total'] as const) {
    await setVariable(db, `has_${field}`, columns[field] !== undefined, 'boolean')
  }
  await setVariable(db, 'timezone', timezone, 'varchar')
  for (const name of ['order_id_pattern', 'product_id_pattern'] as const) {
    const pattern = options[name] ?? null
    if (pattern !== null) await checkPattern(db, name, pattern)
    await setVariable(db, name, pattern, 'varchar')
  }
  await setList(db, 'countries', options.countries?.map((country) => country.trim().toLowerCase()) ?? null)
}

async function setList(db: DuckDb, name: string, list: readonly string[] | null): Promise<void> {
  await setVariable(db, name, list === null ? null : JSON.stringify(list), 'varchar')
  if (list !== null) await db.run(`set variable ${name} = from_json(getvariable('${name}'), '["VARCHAR"]')`)
}

/** Values of callers reach DuckDB bound, never as text of a statement. */
async function setVariable(
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

function requireFilterColumns(options: DatasetOptions, columns: OrderColumns, names: readonly string[]): void {
  const needs = [
    ['countries', 'country'],
    ['order_id_pattern', 'order_id'],
    ['product_id_pattern', 'product_id']
  ] as const
  for (const [option, field] of needs) {
    if (options[option] === undefined || columns[field] !== undefined) continue
    throw new Problem(
      'column_missing',
      `options.${option} needs a column for ${field}; name it in options.mapping or leave the option out. The file has ${listNames(names)}.`,
      { extensions: { columns: [...names] } }
    )
  }
}

async function reportQuality(db: DuckDb, staged: Staged): Promise<QualityReport> {
  const found = await db.rows<{
    rule: CleansingRule | null
    rows: number
    revenue: number
    first_rows: { items: number[] }
  }>(sqlFile('intake/quality'))
  const kept = found.find(({ rule }) => rule === null)?.rows ?? 0
  const examples = await readExamples(
    db,
    staged,
    found.flatMap((each) => (each.rule === null ? [] : listItems(each.first_rows)))
  )
  const rules: RuleReport[] = CLEANSING_RULES.flatMap((rule) => {
    const report = found.find((each) => each.rule === rule)
    if (report === undefined) return []
    return {
      rule,
      rows: report.rows,
      share: report.rows / staged.rows,
      revenue: report.revenue,
      examples: listItems(report.first_rows).map((row) => examples.get(row)!)
    }
  })
  return { rows_read: staged.rows, rows_kept: kept, kept_share: kept / staged.rows, rules }
}

/** DuckDB hands a list over as an array or wrapped, by its version. */
const listItems = (list: number[] | { items: number[] }): number[] => (Array.isArray(list) ? list : list.items)

async function readExamples(db: DuckDb, staged: Staged, rows: number[]): Promise<Map<number, RejectedExample>> {
  if (rows.length === 0) return new Map()
  const shorten = (value: string) => `substr(${value}, 1, ${SHOWN_CHARACTERS})`
  const found = await db.rows<{ row: number; raw: string }>(`
    select row::double as row, ${rawRow(staged.names, shorten)} as raw
    from ${stagedRows(staged)}
    where row in (${rows.join(', ')})`)
  return new Map(found.map(({ row, raw }) => [row, { row, values: JSON.parse(raw) }]))
}

/** Rules that say the file was not understood, rather than that its shop has such orders. */
const UNREADABLE: readonly CleansingRule[] = ['malformed_row', 'invalid_date', 'invalid_quantity', 'invalid_price']

/** @throws Problem too_many_bad_rows, no_rows_kept, each with the report */
function refuseTooMuch(quality: QualityReport, badRowsMaxShare: number): void {
  const bad = quality.rules.filter(({ rule }) => UNREADABLE.includes(rule))
  const share = bad.reduce((sum, { rows }) => sum + rows, 0) / quality.rows_read
  if (share > badRowsMaxShare) {
    const worst = bad.reduce((a, b) => (b.rows > a.rows ? b : a))
    throw new Problem(
      'too_many_bad_rows',
      `${percent(share)} of the rows cannot be read, more than the ${percent(badRowsMaxShare)} allowed; most of them fall under ${worst.rule}, first in row ${worst.examples[0]?.row}. Correct the file or the options; the report is in quality.`,
      { extensions: { quality } }
    )
  }
  if (quality.rows_kept === 0) {
    throw new Problem('no_rows_kept', 'No row is left after cleansing and filters; the report in quality says why.', {
      extensions: { quality }
    })
  }
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
