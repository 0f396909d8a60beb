import type { Placements } from '../../domain/serving/placements.ts'
import type { AssignedCustomers } from '../../flows/messages/assigning.ts'
import type { AssignedColumns } from '../../flows/messages/assigning-tables.ts'
import type { KnownCustomer } from '../../flows/messages/customers.ts'
import { JsonText, type Phrase } from './json-text.ts'
import * as say from './phrases.ts'
import type { COLUMN } from './row-text.ts'

/** Rows between two looks at the clock's other work. */
const STRETCH = 2000

/** So many bytes are set aside before they are needed: the first customer may be the only one with a long name. */
export const MOST_AHEAD = 1024 * 1024

export const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The answer to customers in rows, as JSON.stringify would write it. */
export async function assignmentsText(assigned: AssignedCustomers): Promise<string | Buffer> {
  const { customers, include } = assigned
  return await rowsText(
    assigned,
    (text, row) => text.text(customers[row]!.customer_id),
    include.features ? (text, row) => addFeatures(text, customers[row]!.features) : undefined
  )
}

type Add = (text: JsonText, row: number) => void

async function rowsText(assigned: AssignedColumns, addId: Add, addValues: Add | undefined): Promise<string | Buffer> {
  const { n } = assigned.placements
  const text = new JsonText()
  begin(text, assigned)
  text.add(say.ROWS)
  for (let row = 0; row < n; row++) {
    if (row % STRETCH === STRETCH - 1) await pause()
    addRow(text, assigned, row, addId, addValues)
    // The others will be about as long as the first.
    if (row === 0) text.reserve(Math.min(MOST_AHEAD, Math.ceil(1.1 * text.length * n)))
  }
  text.add(say.ROWS_END)
  return end(text, assigned)
}

/** What comes before the customers. */
export function begin(text: JsonText, { model, reference_date }: AssignedColumns): void {
  text.add(say.phrasesOf(model).opening)
  text.text(reference_date)
}

/** What comes after them. */
export function end(text: JsonText, { model }: AssignedColumns): string | Buffer {
  text.add(say.phrasesOf(model).limitations)
  return text.done()
}

/** One row, with the comma before it where there is one. */
export function addRow(
  text: JsonText,
  { model, placements }: AssignedColumns,
  row: number,
  addId: Add,
  addValues: Add | undefined
): void {
  const { segments } = say.phrasesOf(model)
  text.add(row > 0 ? say.NEXT_CUSTOMER : say.CUSTOMER)
  addId(text, row)
  text.add(segments[placements.segment(row)]!.own)
  text.distance(placements.distance(row))
  text.add(say.MARGIN)
  text.distance(placements.margin(row))
  text.add(placements.outOfDomain(row) ? say.BEYOND : say.WITHIN)
  if (placements.segments > 0) addNearest(text, segments, placements, row)
  addValues?.(text, row)
  text.add(say.CLOSED)
}

/**
 * The segments by their distance. Sorted by insertion: there are few, and equal distances keep the model's order.
 */
function addNearest(
  text: JsonText,
  segments: readonly say.SegmentPhrases[],
  placements: Placements,
  row: number
): void {
  const order = new Int32Array(segments.length)
  for (let index = 0; index < order.length; index++) {
    const distance = placements.distanceTo(row, index)
    let place = index
    for (; place > 0 && placements.distanceTo(row, order[place - 1]!) > distance; place--)
      order[place] = order[place - 1]!
    order[place] = index
  }
  text.add(say.NEAREST)
  for (let place = 0; place < order.length; place++) {
    const index = order[place]!
    text.add(place > 0 ? segments[index]!.nextNear : segments[index]!.near)
    text.distance(placements.distanceTo(row, index))
  }
  text.add(say.NEAREST_END)
}

function addFeatures(text: JsonText, features: Readonly<Record<string, number | null>>): void {
  text.add(say.FEATURES)
  let first = true
  for (const name of Object.keys(features)) {
    if (!first) text.add(say.COMMA)
    first = false
    text.text(name)
    text.add(say.COLON)
    // NaN, which JSON does not know, is null as well.
    text.number(features[name] ?? Number.NaN)
  }
  text.add(say.CLOSED)
}

/** The answer to customers in columns, as JSON.stringify would write it. */
export async function columnsText(assigned: AssignedColumns, customerIds: readonly string[]): Promise<string | Buffer> {
  const text = new JsonText()
  begin(text, assigned)
  for (const { title, add } of columnsOf(assigned, (each, row) => each.text(customerIds[row]!))) {
    text.add(title)
    for (let row = 0; row < assigned.placements.n; row++) {
      if (row % (10 * STRETCH) === 10 * STRETCH - 1) await pause()
      if (row > 0) text.add(say.COMMA)
      add(text, row)
    }
  }
  text.add(say.COLUMNS_END)
  return end(text, assigned)
}

/** One column of an answer. */
export interface Column {
  kind: keyof typeof COLUMN
  title: Phrase
  add: Add
}

/** The columns of the answer in their order. */
export function columnsOf({ model, placements }: AssignedColumns, addId: Add): Column[] {
  const { segments } = say.phrasesOf(model)
  return [
    { kind: 'id', title: say.IDS, add: addId },
    { kind: 'segment', title: say.SEGMENT_IDS, add: (text, row) => text.add(segments[placements.segment(row)]!.id) },
    { kind: 'name', title: say.SEGMENT_NAMES, add: (text, row) => text.add(segments[placements.segment(row)]!.name) },
    { kind: 'distance', title: say.DISTANCES, add: (text, row) => text.distance(placements.distance(row)) },
    { kind: 'margin', title: say.MARGINS, add: (text, row) => text.distance(placements.margin(row)) },
    {
      kind: 'flag',
      title: say.OUT_OF_DOMAIN,
      add: (text, row) => text.add(placements.outOfDomain(row) ? say.TRUE : say.FALSE)
    }
  ]
}

/** One known customer, as JSON.stringify would write it. */
export function customerText(customer: KnownCustomer): string | Buffer {
  const { reference, limitations, segments } = say.phrasesOf(customer.model)
  const { known, name } = segments[customer.segment]!
  const text = new JsonText()
  text.add(say.CUSTOMER)
  text.text(customer.customer_id)
  text.add(known)
  text.distance(customer.distance)
  text.add(say.MARGIN)
  text.distance(customer.margin)
  text.add(say.SILHOUETTE)
  text.number(customer.silhouette)
  text.add(say.REVENUE)
  text.number(customer.revenue)
  const titles = say.titlesOf(customer.names)
  if (titles.length === 0) text.add(say.FEATURES)
  for (let f = 0; f < titles.length; f++) {
    text.add(titles[f]!)
    text.number(customer.values[f]!)
  }
  text.add(say.CLOSED)
  text.add(reference)
  text.add(name)
  addNearest(text, segments, customer.placements, 0)
  text.add(say.COMMA)
  text.add(limitations)
  return text.done()
}
