import { bodyText } from './body-text.ts'
import { takeId } from './customer-id.ts'
import type { JsonBytes } from './json-bytes.ts'
import type { ReadCustomers } from './read-customers.ts'

const CLOSE = 0x7d
const BRACKET = 0x5b
const BRACKET_CLOSED = 0x5d
const COMMA = 0x2c
/** As in the schema. */
const MOST_CUSTOMERS = 100_000
const MOST_FEATURES = 200
const FIRST_ROOM = 1024

/**
 * Reads `"customer_id":["…",…],"…":[1,…],…}` up to the brace that ends the columns.
 * @param json behind the brace that begins them
 * @returns null for all else
 */
export function readColumns(json: JsonBytes): ReadCustomers | null {
  let ids: Int32Array | null = null
  let n = -1
  const names: string[] = []
  const columns: Float64Array[] = []
  do {
    const name = json.key()
    json.expect(BRACKET)
    if (json.failed || names.includes(name) || names.length > MOST_FEATURES) return null
    const room = n < 0 ? FIRST_ROOM : n
    if (name === 'customer_id') {
      if (ids !== null) return null
      ids = readIds(json, room)
      if (n < 0) n = ids.length / 2
      if (json.failed || ids.length !== 2 * n) return null
    } else {
      const column = readNumbers(json, room)
      if (n < 0) n = column.length
      if (json.failed || column.length !== n) return null
      names.push(name)
      columns.push(column)
    }
  } while (json.peek() === COMMA && ++json.at > 0)
  json.expect(CLOSE)
  if (json.failed || ids === null || names.length > MOST_FEATURES) return null
  if (n > MOST_CUSTOMERS || !bodyText().differ(json.bytes, ids, n)) return null
  return { ids, table: { n, names, columns, starts: names.map(() => 0), step: 1 } }
}

/** `many` behind the first `count` numbers, with room for `more`: in the same array, or in one of twice the length. */
function append<Numbers extends Float64Array | Int32Array>(
  numbers: Numbers,
  count: number,
  many: Numbers,
  more: number
): Numbers {
  const needed = count + many.length + more
  let kept = numbers
  if (needed > numbers.length) {
    kept = new (numbers.constructor as new (length: number) => Numbers)(2 * needed)
    kept.set(numbers)
  }
  kept.set(many, count)
  return kept
}

function readNumbers(json: JsonBytes, room: number): Float64Array {
  let values: Float64Array = new Float64Array(room)
  let count = 0
  do {
    const many = bodyText().numbers(json)
    values = append(values, count, many, 1)
    count += many.length + 1
    json.peek()
    json.numberTo(values, count - 1)
  } while (!json.failed && json.peek() === COMMA && ++json.at > 0)
  json.expect(BRACKET_CLOSED)
  return values.subarray(0, count)
}

function readIds(json: JsonBytes, room: number): Int32Array {
  let ids: Int32Array = new Int32Array(2 * room)
  let count = 0
  do {
    const many = bodyText().ids(json)
    ids = append(ids, count, many, 2)
    count += many.length + 2
    json.peek()
    ids[count - 2] = json.at
    if (!takeId(json)) json.failed = true
    ids[count - 1] = json.at
  } while (!json.failed && json.peek() === COMMA && ++json.at > 0)
  json.expect(BRACKET_CLOSED)
  return ids.subarray(0, count)
}
