import type { AssignedColumns, AssignedCustomers, KnownCustomer, ModelWithState } from '../../flows/flows.ts'
import { JsonText } from './json-text.ts'

/** Rows between two looks at the clock's other work. */
const STRETCH = 2000

/** So many bytes are set aside before they are needed: the first customer may be the only one with a long name. */
const MOST_AHEAD = 1024 * 1024

const phrase = (text: string): Uint8Array => Buffer.from(text)

const COMMA = phrase(',')
const COLON = phrase(':')
const CLOSED = phrase('}')
const TRUE = phrase('true')
const FALSE = phrase('false')
const CUSTOMER = phrase('{"customer_id":')
const NEXT_CUSTOMER = phrase(',{"customer_id":')
const MARGIN = phrase(',"margin":')
const WITHIN = phrase(',"out_of_domain":false')
const BEYOND = phrase(',"out_of_domain":true')
const NEAREST = phrase(',"nearest":[')
const NEAREST_END = phrase('}]')
const FEATURES = phrase(',"features":{')
const SILHOUETTE = phrase(',"silhouette":')
const REVENUE = phrase(',"revenue":')
const ROWS = phrase(',"data":[')
const ROWS_END = phrase('],')
const IDS = phrase(',"columns":{"customer_id":[')
const SEGMENT_IDS = phrase('],"segment_id":[')
const SEGMENT_NAMES = phrase('],"segment_name":[')
const DISTANCES = phrase('],"distance":[')
const MARGINS = phrase('],"margin":[')
const OUT_OF_DOMAIN = phrase('],"out_of_domain":[')
const COLUMNS_END = phrase(']},')

/** What is the same in all answers of a model. */
interface Phrases {
  opening: Uint8Array
  /** With the end of the answer. */
  limitations: Uint8Array
  /** Of a customer of the training, for which the reference date is always the model's. */
  reference: Uint8Array
  segments: SegmentPhrases[]
}

interface SegmentPhrases {
  id: Uint8Array
  name: Uint8Array
  /** Between the id of a customer and the distance: of one that is assigned, and of one of the training. */
  own: Uint8Array
  known: Uint8Array
  /** Before a distance in the list of all: where it is the nearest, and where it follows another. */
  near: Uint8Array
  nextNear: Uint8Array
}

const known = new WeakMap<ModelWithState, Phrases>()

function phrasesOf(model: ModelWithState): Phrases {
  let phrases = known.get(model)
  if (phrases === undefined) {
    phrases = {
      opening: phrase(`{"model_id":${JSON.stringify(model.id)},"reference_date":`),
      limitations: phrase(`"limitations":${JSON.stringify(model.limitations)}}`),
      reference: phrase(
        `,"model_id":${JSON.stringify(model.id)},"reference_date":${JSON.stringify(model.reference_date)},"segment_name":`
      ),
      segments: model.segments.map((segment) => {
        const [id, name] = [JSON.stringify(segment.id), JSON.stringify(segment.name)]
        return {
          id: phrase(id),
          name: phrase(name),
          own: phrase(`,"segment_id":${id},"segment_name":${name},"distance":`),
          known: phrase(`,"segment_id":${id},"distance":`),
          near: phrase(`{"segment_id":${id},"distance":`),
          nextNear: phrase(`},{"segment_id":${id},"distance":`)
        }
      })
    }
    known.set(model, phrases)
  }
  return phrases
}

const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The answer to customers in rows, as JSON.stringify would write it. */
export async function assignmentsText(assigned: AssignedCustomers): Promise<string | Buffer> {
  const { model, customers, places, distances, include } = assigned
  const { opening, limitations, segments } = phrasesOf(model)
  const order = new Int32Array(segments.length)
  const text = new JsonText()
  text.add(opening)
  text.text(assigned.reference_date)
  text.add(ROWS)
  for (let row = 0; row < places.length; row++) {
    if (row % STRETCH === STRETCH - 1) await pause()
    const { customer_id, features } = customers[row]!
    const { segment, distance, margin, outOfDomain } = places[row]!
    text.add(row > 0 ? NEXT_CUSTOMER : CUSTOMER)
    text.text(customer_id)
    text.add(segments[segment]!.own)
    text.distance(distance)
    text.add(MARGIN)
    text.distance(margin)
    text.add(outOfDomain ? BEYOND : WITHIN)
    if (include.nearest) addNearest(text, segments, distances, row * segments.length, order)
    if (include.features) addFeatures(text, features)
    text.add(CLOSED)
    // The others will be about as long as the first.
    if (row === 0) text.reserve(Math.min(MOST_AHEAD, Math.ceil(1.1 * text.length * places.length)))
  }
  text.add(ROWS_END)
  text.add(limitations)
  return text.done()
}

/**
 * The segments by their distance. Sorted by insertion: there are few, and equal distances keep the model's order.
 * @param from where the distances of this customer begin, one per segment in the model's order
 * @param order room for as many numbers as there are segments
 */
function addNearest(
  text: JsonText,
  segments: readonly SegmentPhrases[],
  distances: Float64Array,
  from: number,
  order: Int32Array
): void {
  for (let index = 0; index < order.length; index++) {
    const distance = distances[from + index]!
    let place = index
    for (; place > 0 && distances[from + order[place - 1]!]! > distance; place--) order[place] = order[place - 1]!
    order[place] = index
  }
  text.add(NEAREST)
  for (let place = 0; place < order.length; place++) {
    const index = order[place]!
    text.add(place > 0 ? segments[index]!.nextNear : segments[index]!.near)
    text.distance(distances[from + index]!)
  }
  text.add(NEAREST_END)
}

function addFeatures(text: JsonText, features: Readonly<Record<string, number | null>>): void {
  text.add(FEATURES)
  let first = true
  for (const name of Object.keys(features)) {
    if (!first) text.add(COMMA)
    first = false
    text.text(name)
    text.add(COLON)
    // NaN, which JSON does not know, is null as well.
    text.number(features[name] ?? Number.NaN)
  }
  text.add(CLOSED)
}

/** The answer to customers in columns, as JSON.stringify would write it. */
export async function columnsText(assigned: AssignedColumns): Promise<string | Buffer> {
  const { model, customerIds, segments: indices, distances, margins, outOfDomain } = assigned
  const { opening, limitations, segments } = phrasesOf(model)
  const text = new JsonText()
  const column = async (name: Uint8Array, add: (row: number) => void) => {
    text.add(name)
    for (let row = 0; row < customerIds.length; row++) {
      if (row % (10 * STRETCH) === 10 * STRETCH - 1) await pause()
      if (row > 0) text.add(COMMA)
      add(row)
    }
  }
  text.add(opening)
  text.text(assigned.reference_date)
  await column(IDS, (row) => text.text(customerIds[row]!))
  await column(SEGMENT_IDS, (row) => text.add(segments[indices[row]!]!.id))
  await column(SEGMENT_NAMES, (row) => text.add(segments[indices[row]!]!.name))
  await column(DISTANCES, (row) => text.distance(distances[row]!))
  await column(MARGINS, (row) => text.distance(margins[row]!))
  await column(OUT_OF_DOMAIN, (row) => text.add(outOfDomain[row] === 1 ? TRUE : FALSE))
  text.add(COLUMNS_END)
  text.add(limitations)
  return text.done()
}

/** One known customer, as JSON.stringify would write it. */
export function customerText({ model, member, segment, distances }: KnownCustomer): string | Buffer {
  const { reference, limitations, segments } = phrasesOf(model)
  const { known, name } = segments[segment]!
  const text = new JsonText()
  text.add(CUSTOMER)
  text.text(member.customer_id)
  text.add(known)
  text.distance(member.distance)
  text.add(MARGIN)
  text.distance(member.margin)
  text.add(SILHOUETTE)
  text.number(member.silhouette ?? Number.NaN)
  text.add(REVENUE)
  text.number(member.revenue)
  addFeatures(text, member.features)
  text.add(reference)
  text.add(name)
  addNearest(text, segments, distances, 0, new Int32Array(segments.length))
  text.add(COMMA)
  text.add(limitations)
  return text.done()
}
