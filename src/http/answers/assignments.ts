import type { AssignedColumns, AssignedCustomers, KnownCustomer, ModelWithState } from '../../flows/flows.ts'
import { JsonText, numeral, quoted, record } from './json-text.ts'

/** Rows between two looks at the clock's other work. */
const STRETCH = 2000

/** What is the same in all answers of a model. */
interface Phrases {
  opening: string
  limitations: string
  segments: { id: string; name: string; own: string; near: string }[]
}

const known = new WeakMap<ModelWithState, Phrases>()

function phrasesOf(model: ModelWithState): Phrases {
  let phrases = known.get(model)
  if (phrases === undefined) {
    phrases = {
      opening: `"model_id":${quoted(model.id)},"reference_date":`,
      limitations: `"limitations":${JSON.stringify(model.limitations)}}`,
      segments: model.segments.map((segment) => {
        const [id, name] = [quoted(segment.id), quoted(segment.name)]
        return {
          id,
          name,
          own: `,"segment_id":${id},"segment_name":${name},"distance":`,
          near: `{"segment_id":${id},"distance":`
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
  text.add(`{${opening}${quoted(assigned.reference_date)},"data":[`)
  for (let row = 0; row < places.length; row++) {
    if (row % STRETCH === STRETCH - 1) await pause()
    const { customer_id, features } = customers[row]!
    const { segment, distance, margin, outOfDomain } = places[row]!
    let line = `${row > 0 ? ',' : ''}{"customer_id":${quoted(customer_id)}${segments[segment]!.own}${numeral(distance)}`
    line += `,"margin":${numeral(margin)},"out_of_domain":${outOfDomain}`
    if (include.nearest) line += `,"nearest":${nearest(segments, distances, row * segments.length, order)}`
    if (include.features) line += `,"features":${record(features)}`
    text.add(`${line}}`)
  }
  text.add(`],${limitations}`)
  return text.done()
}

/**
 * The segments by their distance. Sorted by insertion: there are few, and equal distances keep the model's order.
 * @param from where the distances of this customer begin, one per segment in the model's order
 * @param order room for as many numbers as there are segments
 */
function nearest(segments: Phrases['segments'], distances: Float64Array, from: number, order: Int32Array): string {
  for (let index = 0; index < order.length; index++) {
    const distance = distances[from + index]!
    let place = index
    for (; place > 0 && distances[from + order[place - 1]!]! > distance; place--) order[place] = order[place - 1]!
    order[place] = index
  }
  let text = '['
  for (let place = 0; place < order.length; place++) {
    const index = order[place]!
    text += `${place > 0 ? ',' : ''}${segments[index]!.near}${numeral(distances[from + index]!)}}`
  }
  return `${text}]`
}

/** The answer to customers in columns, as JSON.stringify would write it. */
export async function columnsText(assigned: AssignedColumns): Promise<string | Buffer> {
  const { model, customerIds, segments: indices, distances, margins, outOfDomain } = assigned
  const { opening, limitations, segments } = phrasesOf(model)
  const text = new JsonText()
  const column = async (name: string, textOf: (row: number) => string) => {
    text.add(`"${name}":[`)
    for (let row = 0; row < customerIds.length; row++) {
      if (row % (10 * STRETCH) === 10 * STRETCH - 1) await pause()
      text.add(row > 0 ? `,${textOf(row)}` : textOf(row))
    }
    text.add(']')
  }
  text.add(`{${opening}${quoted(assigned.reference_date)},"columns":{`)
  await column('customer_id', (row) => quoted(customerIds[row]!))
  text.add(',')
  await column('segment_id', (row) => segments[indices[row]!]!.id)
  text.add(',')
  await column('segment_name', (row) => segments[indices[row]!]!.name)
  text.add(',')
  await column('distance', (row) => numeral(distances[row]!))
  text.add(',')
  await column('margin', (row) => numeral(margins[row]!))
  text.add(',')
  await column('out_of_domain', (row) => (outOfDomain[row] === 1 ? 'true' : 'false'))
  text.add(`},${limitations}`)
  return text.done()
}

/** One known customer, as JSON.stringify would write it. */
export function customerText({ model, member, segment, distances }: KnownCustomer): string {
  const { opening, limitations, segments } = phrasesOf(model)
  const { id, name } = segments[segment]!
  return `{"customer_id":${quoted(member.customer_id)},"segment_id":${id},"distance":${numeral(member.distance)},"margin":${numeral(member.margin)},"silhouette":${numeral(member.silhouette ?? Number.NaN)},"revenue":${numeral(member.revenue)},"features":${record(member.features)},${opening}${quoted(model.reference_date)},"segment_name":${name},"nearest":${nearest(segments, distances, 0, new Int32Array(segments.length))},${limitations}`
}
