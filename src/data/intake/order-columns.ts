import type { ColumnChoice, DatasetOptions } from '../../domain/records/dataset.ts'
import { ORDER_FIELDS, type OrderField } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { findLayout, usualField } from './columns/known-columns.ts'
import type { Layout } from './columns/layout.ts'
import { squeezed } from './columns/squeezed.ts'

/** Index of the file's column for each field that was found. */
export type OrderColumns = Partial<Record<OrderField, number>>

type Mapping = DatasetOptions['mapping']
type Found = Omit<ColumnChoice, 'field'>

/** What a header says: which column holds what, and how surely. */
export interface Header {
  names: readonly string[]
  columns: OrderColumns
  found: Partial<Record<OrderField, Found>>
  /** The known export that it is the header of. */
  layout: Layout | undefined
}

/** Whether a first row that holds this text can be a header. */
export const isKnownColumn = (name: string, mapping: Mapping = {}): boolean =>
  usualField(name) !== undefined || Object.values(mapping).some((column) => column.trim() === name.trim())

/**
 * Which column holds which field: by the caller's mapping, else as in the known export whose header it is, else by our
 * own names, else by usual ones. Something may be missing.
 * @throws Problem column_missing where the mapping is wrong, duplicate_column
 */
export function readHeader(names: readonly string[], mapping: Mapping = {}): Header {
  refuseDuplicates(names)
  const layout = findLayout(names)
  const header: Header = { names, columns: mappedColumns(names, mapping), found: {}, layout }
  for (const field of fieldsOf(header.columns)) {
    header.found[field] = found(header, field, 'given', 'It was named in options.mapping.')
  }
  if (layout) takeLayout(header, layout)
  takeUsualNames(header, new Set(layout?.not?.map(squeezed)))
  takeTimeForDate(header)
  if (layout?.oneEach && header.columns.quantity === undefined) {
    const reason = `Each row is one unit, since the columns are those of ${layout.name}.`
    header.found.quantity = { column: null, confidence: 'assumed', reason, alternatives: [] }
  }
  return header
}

/**
 * As readHeader, with all that orders need.
 * @throws Problem column_missing naming the columns there are, duplicate_column
 */
export function completeHeader(names: readonly string[], mapping: Mapping = {}): Header {
  const header = readHeader(names, mapping)
  requireFields(header)
  return header
}

/** @throws Problem column_missing, duplicate_column */
export const findOrderColumns = (names: readonly string[], mapping: Mapping = {}): OrderColumns =>
  completeHeader(names, mapping).columns

/** The mapping as a dataset shows it: our field to the file's column name. */
export function describeColumns(columns: OrderColumns, names: readonly string[]): Partial<Record<OrderField, string>> {
  return Object.fromEntries(fieldsOf(columns).map((field) => [field, names[columns[field]!]!]))
}

/** How each column was found, and what stands in where there is none. */
export function describeChoices({ found, columns }: Header): ColumnChoice[] {
  const assumed: Partial<Record<OrderField, string>> = {
    ...(columns.order_id === undefined && { order_id: 'Customer and calendar day stand for the order.' }),
    ...(columns.quantity === undefined && { quantity: 'Each row counts as one unit.' })
  }
  return ORDER_FIELDS.flatMap((field): ColumnChoice[] => {
    const choice = found[field]
    if (choice) return [{ field, ...choice }]
    const reason = assumed[field]
    return reason === undefined ? [] : [{ field, column: null, confidence: 'assumed', reason, alternatives: [] }]
  })
}

export function unmappedColumns({ names, columns }: Pick<Header, 'names' | 'columns'>): string[] {
  const taken = new Set(Object.values(columns))
  return names.filter((_, at) => !taken.has(at))
}

const fieldsOf = (columns: OrderColumns): OrderField[] => ORDER_FIELDS.filter((field) => columns[field] !== undefined)

function found(header: Header, field: OrderField, confidence: Found['confidence'], reason: string): Found {
  return { column: header.names[header.columns[field]!]!, confidence, reason, alternatives: [] }
}

const isTaken = ({ columns }: Header, index: number): boolean => Object.values(columns).includes(index)

function takeLayout(header: Header, layout: Layout): void {
  const keys = header.names.map(squeezed)
  for (const field of ORDER_FIELDS) {
    const wanted = layout.columns[field]
    if (wanted === undefined || header.columns[field] !== undefined) continue
    const index = [wanted].flat().reduce((at, name) => (at >= 0 ? at : keys.indexOf(squeezed(name))), -1)
    if (index < 0 || isTaken(header, index)) continue
    header.columns[field] = index
    header.found[field] = found(header, field, 'exact', `The columns are those of ${layout.name}.`)
  }
}

function takeUsualNames(header: Header, not: ReadonlySet<string>): void {
  const { names, columns } = header
  const fits: Partial<Record<OrderField, { index: number; rank: number }[]>> = {}
  for (const [index, name] of names.entries()) {
    const known = usualField(name)
    if (known === undefined || isTaken(header, index) || not.has(squeezed(name))) continue
    const others = fits[known.field] ?? []
    others.push({ index, rank: known.rank })
    fits[known.field] = others
  }
  for (const field of ORDER_FIELDS) {
    // The sort is stable: of equals the first of the file.
    const candidates = (fits[field] ?? []).sort((a, b) => a.rank - b.rank)
    if (columns[field] === undefined && isSpokenFor(header, field)) continue
    const best = columns[field] === undefined ? candidates.shift() : undefined
    if (best !== undefined) {
      columns[field] = best.index
      header.found[field] =
        best.rank === 0
          ? found(header, field, 'exact', 'The column has the name of the field.')
          : found(header, field, 'alias', 'The column has a usual name of the field.')
    }
    const choice = header.found[field]
    if (choice) choice.alternatives = candidates.map(({ index }) => names[index]!)
  }
}

/** Where nothing else says when an order was placed, its "time" is more than that of the day. */
function takeTimeForDate({ columns, found }: Header): void {
  if (columns.ordered_at !== undefined || columns.ordered_time === undefined) return
  if (found.ordered_time?.confidence === 'given') return
  columns.ordered_at = columns.ordered_time
  found.ordered_at = found.ordered_time!
  delete columns.ordered_time
  delete found.ordered_time
}

/** Prices of single units are not looked for where a known export gives the lines' amounts. */
const isSpokenFor = ({ layout, columns }: Header, field: OrderField): boolean =>
  (field === 'unit_price' && layout?.columns.line_total !== undefined && columns.line_total !== undefined) ||
  (field === 'line_total' && layout?.columns.unit_price !== undefined && columns.unit_price !== undefined)

function mappedColumns(names: readonly string[], mapping: NonNullable<Mapping>): OrderColumns {
  const columns: OrderColumns = {}
  for (const field of ORDER_FIELDS) {
    const wanted = mapping[field]
    if (wanted === undefined) continue
    const exact = names.indexOf(wanted)
    const index = exact >= 0 ? exact : names.findIndex((name) => name.toLowerCase() === wanted.trim().toLowerCase())
    if (index < 0) throw missing(`The mapping of ${field} names a column that the file does not have.`, names)
    const twice = ORDER_FIELDS.find((other) => columns[other] === index)
    if (twice) throw missing(`The mapping gives one column to both ${twice} and ${field}.`, names)
    columns[field] = index
  }
  return columns
}

function requireFields({ columns, layout, names }: Header): void {
  const has = (field: OrderField) => columns[field] !== undefined
  const lacks: string[] = []
  if (!has('customer_id')) lacks.push('customer_id')
  if (!has('ordered_at')) lacks.push('ordered_at')
  if (!has('line_total')) {
    if (!has('unit_price')) lacks.push('unit_price (or line_total)')
    if (!has('quantity')) lacks.push('quantity (or line_total)')
  }
  if (layout?.lacks && !has(layout.lacks.field)) throw missing(layout.lacks.sentence, names)
  if (lacks.length > 0) {
    throw missing(`No column was found for ${lacks.join(', ')}; name it in options.mapping.`, names)
  }
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (seen.has(key)) {
      throw new Problem('duplicate_column', `The column ${quoted(name)} is there twice; give each column its own name.`)
    }
    seen.add(key)
  }
}

const missing = (sentence: string, names: readonly string[]): Problem =>
  new Problem('column_missing', `${sentence} The file has ${listNames(names)}.`, {
    extensions: { columns: [...names] }
  })

/** Column names for a sentence, cut where there are many or long ones. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(quoted)
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '')
}

export const quoted = (name: string): string => `"${name.length > 60 ? `${name.slice(0, 60)}…` : name}"`
