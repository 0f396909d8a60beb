import type { JsonBytes } from './json-bytes.ts'

const SPACE = 0x20
/** As in the schema. */
const LONGEST_ID = 200
/** So many places in a row are looked at: whoever chooses ids may choose them to collide. */
const LONGEST_PROBE = 64

/** Steps over an id that needs no closer look. @returns false for any other */
export function takeId(json: JsonBytes): boolean {
  const from = json.at
  json.text()
  const length = json.at - from - 2
  return !json.failed && length > 0 && length <= LONGEST_ID && json.bytes[from + 1] !== SPACE
}

/**
 * Whether no id is there twice.
 * @param ids of customer i the text in `bytes` from ids[2i] up to ids[2i + 1]
 * @returns false also where that would take long to find out
 */
export function areDistinct(bytes: Uint8Array, ids: Int32Array, n: number): boolean {
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * n + 1)))
  const mask = slots.length - 1
  for (let row = 0; row < n; row++) {
    const [from, to] = [ids[2 * row]!, ids[2 * row + 1]!]
    let slot = hash(bytes, from, to) & mask
    for (let probe = 0; slots[slot] !== 0; probe++) {
      const other = slots[slot]! - 1
      if (probe === LONGEST_PROBE || same(bytes, ids[2 * other]!, ids[2 * other + 1]!, from, to)) return false
      slot = (slot + 1) & mask
    }
    slots[slot] = row + 1
  }
  return true
}

/** FNV-1a, its low bits stirred. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let state = 0x811c9dc5
  for (let at = from; at < to; at++) state = Math.imul(state ^ bytes[at]!, 0x01000193)
  return state ^ (state >>> 15)
}

function same(bytes: Uint8Array, from: number, to: number, otherFrom: number, otherTo: number): boolean {
  if (to - from !== otherTo - otherFrom) return false
  for (let at = 0; at < to - from; at++) if (bytes[from + at] !== bytes[otherFrom + at]) return false
  return true
}
