import type { JsonBytes } from './json-bytes.ts'

const SPACE = 0x20
/** As in the schema. */
const LONGEST_ID = 200

/** Steps over an id that needs no closer look. @returns false for any other */
export function takeId(json: JsonBytes): boolean {
  const from = json.at
  json.text()
  const length = json.at - from - 2
  return !json.failed && length > 0 && length <= LONGEST_ID && json.bytes[from + 1] !== SPACE
}
