import { bodyText } from './body-text.ts'
import { takeId } from './customer-id.ts'
import type { JsonBytes } from './json-bytes.ts'
import type { ReadCustomers } from './read-customers.ts'
import { learnPattern, type RowPattern } from './row-pattern.ts'

const COMMA = 0x2c
/** As in the schema. */
const MOST_CUSTOMERS = 10_000
/** Patterns kept: more programs than these seldom call at a time. */
const MOST_PATTERNS = 8

/** The pattern that fitted last comes first. */
const patterns: RowPattern[] = []

/**
 * Reads customers in rows up to the bracket that ends the list.
 * @param json behind the bracket that begins it
 * @returns null for what is not written in the usual way
 */
export function readRows(json: JsonBytes): ReadCustomers | null {
  json.peek()
  const start = json.at
  for (const [index, pattern] of patterns.entries()) {
    const read = readAlike(json, pattern)
    if (read !== null) {
      if (index > 0) patterns.unshift(...patterns.splice(index, 1))
      return read
    }
    json.at = start
    json.failed = false
  }
  const pattern = learnPattern(json)
  if (pattern === null) return null
  json.at = start
  patterns.unshift(pattern)
  if (patterns.length > MOST_PATTERNS) patterns.pop()
  return readAlike(json, pattern)
}

function readAlike(json: JsonBytes, pattern: RowPattern): ReadCustomers | null {
  const { bytes } = json
  const { names, opening, between, closing } = pattern
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!opening.isAt(view, json.at)) return null
  const width = names.length
  // A customer has an id, and a digit a feature, and what stands between; each but the first a comma.
  const least = between.reduce((sum, { length }) => sum + length + 1, opening.length + closing.length + 4)
  const most = Math.min(MOST_CUSTOMERS, Math.floor((bytes.length - json.at + 1) / least))
  const values = new Float64Array(most * width)
  const ids = new Int32Array(2 * most)
  let n = 0
  do {
    n += bodyText().customers(json, pattern, values, ids, n)
    json.peek()
    if (n === most || !opening.isAt(view, json.at)) return null
    json.at += opening.length
    ids[2 * n] = json.at
    if (!takeId(json)) return null
    ids[2 * n + 1] = json.at
    for (let f = 0; f < width; f++) {
      const piece = between[f]!
      if (!piece.isAt(view, json.at)) return null
      json.at += piece.length
      json.numberTo(values, n * width + f)
    }
    if (json.failed || !closing.isAt(view, json.at)) return null
    json.at += closing.length
    n++
  } while (json.peek() === COMMA && ++json.at > 0)
  return { ids, table: { n, names, columns: names.map(() => values), starts: names.map((_, f) => f), step: width } }
}
