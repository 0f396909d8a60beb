import type { CustomerAttribute, DatasetOptions, QualityReport } from '../../domain/records/dataset.ts'
import { CLEANSING_RULES } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { writeAttributes } from './attributes.ts'
import { classify } from './classified.ts'
import { withClock } from './columns/clock.ts'
import { findHollowFields } from './columns/fill-down.ts'
import { weighPrices } from './columns/price-meaning.ts'
import { partialReturns, refundColumn } from './columns/refunds.ts'
import { weighStatuses } from './columns/statuses.ts'
import { areMixed, countCurrencies, theCurrency } from './currency.ts'
import { writeDataset } from './dataset-files.ts'
import { type DateDecision, decideDates } from './dates.ts'
import { type Evidence, weighEvidence } from './evidence.ts'
import { createFields, type FieldsRequest, markRepeated, numberColumns, stagedRows, textOf } from './fields.ts'
import { decideNumbers, type NumberDecision } from './numbers.ts'
import { completeHeader, describeColumns, type Header, listNames, type OrderColumns } from './order-columns.ts'
import { askedPeriod, rollingPeriod } from './period.ts'
import { refuseTooMuch, reportQuality } from './quality.ts'
import type { Staged } from './stage.ts'
import { codeTexts } from './text-codes.ts'
import { setList, setVariable, setVariables } from './variables.ts'

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
  /** Folder for what is not kept. */
  work: string
  /** Where orders.parquet, returns.parquet and rejected.parquet go. */
  output: string
  badRowsMaxShare: number
  onShare(share: number, message: string): void
}

/** From staged rows to kept orders, returns and rejected rows, each row of the file counted exactly once. */
export async function cleanse(db: DuckDb, request: CleanseRequest): Promise<Cleansed> {
  const { staged, options, timezone, work, output, onShare } = request
  const named = completeHeader(staged.names, fullMapping(staged, options))
  requireFilterColumns(options, named.columns, staged.names)
  const period = askedPeriod(options, timezone)

  await db.run(sqlFile('intake/macros'))
  await db.run(`create type cleansing_rule as enum (${CLEANSING_RULES.map(sqlText).join(', ')})`)
  onShare(0, 'Deciding how numbers and dates are written.')
  const rows = stagedRows(staged)
  const numbers = await decideNumbers(db, {
    rows,
    columns: numberColumns(staged, named.columns),
    asked: options.decimal_separator,
    local: staged.localNumbers === true
  })
  const { header, notes: columnNotes } = await understandColumns(db, staged, named, {
    expressions: numbers.expressions
  })
  const { columns } = header
  await setVariables(db, requiringProducts(options, header), columns, timezone)
  const currencyColumn = columns.currency === undefined ? [] : [`upper(as_id(${textOf(columns.currency)}))`]
  const currencyMarks = [...currencyColumn, ...numbers.currencyMarks]
  let currencies = await countCurrencies(db, rows, currencyMarks)
  const dateName = staged.names[columns.ordered_at!]!
  const typed = staged.typedDates.has(dateName)
  const dates = await decideDates(db, { dateFormat: withClock(options.date_format, columns), timezone, typed })
  await db.run(`create temp macro instant_of(value) as ${dates.expression}`)
  await db.run('create temp macro as_instant(value) as list_transform([value], lambda text: instant_of(text))[1]')
  const discountName = columns.discount === undefined ? null : staged.names[columns.discount]!
  await codeTexts(db, columns, staged.rows)
  const evidence = await weighEvidence(db, { orderId: columns.order_id !== undefined, discountName })
  await setVariable(db, 'cancellations', evidence.cancellations !== null, 'boolean')
  await setVariable(db, 'discount_unit', evidence.discountUnit, 'varchar')

  onShare(0.2, 'Applying the cleansing rules.')
  await markRepeated(db, staged, options.duplicates === 'drop')
  const inOrder = await classify(db, staged, columns, work)
  await setVariable(db, 'period_to', period.to, 'timestamptz')
  const { from } = await rollingPeriod(db, period, options.window_days)
  await setVariable(db, 'period_from', from, 'timestamptz')
  const quality = await reportQuality(db, staged)
  refuseTooMuch(quality, request.badRowsMaxShare)
  if (areMixed(currencies)) {
    currencies = await countCurrencies(db, 'judged_texts where rule is null', currencyMarks)
  }
  const currency = theCurrency(currencies, options.currency)

  onShare(0.6, 'Writing the orders.')
  const partly = await partialReturns(db, staged, header)
  await writeDataset(db, { staged, inOrder, furtherReturns: partly.select, output })
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
