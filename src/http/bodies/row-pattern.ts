import { takeId } from './customer-id.ts'
import type { JsonBytes } from './json-bytes.ts'

const OPEN = 0x7b
const CLOSE = 0x7d
const COMMA = 0x2c
/** As in the schema. */
const MOST_FEATURES = 200
/** A longer customer, as of thousands of blanks, is nothing to remember. */
const MOST_BYTES = 65_536

/** Bytes to be found again and again. */
export class Piece {
  readonly bytes: Uint8Array
  readonly length: number
  /** The bytes by fours, as integers. */
  private readonly words: Int32Array
  /** What is left over. */
  private readonly rest: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice()
    this.length = bytes.length
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.words = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(4 * index, true))
    this.rest = bytes.slice(bytes.length & ~3)
  }

  isAt(view: DataView, at: number): boolean {
    const { words, rest, length } = this
    if (at + length > view.byteLength) return false
    for (let index = 0; index < words.length; index++) {
      if (view.getInt32(at + 4 * index, true) !== words[index]) return false
    }
    const from = at + (length & ~3)
    for (let index = 0; index < rest.length; index++) if (view.getUint8(from + index) !== rest[index]) return false
    return true
  }
}

/**
 * How a program writes a customer: `{"customer_id":…,"features":{"…":…,"…":…}}`, with its blanks. It writes all of them
 * alike, so what stands between the values is looked at once, and from then on only compared.
 */
export interface RowPattern {
  names: readonly string[]
  /** Before the id. */
  opening: Piece
  /** Before each value. */
  between: readonly Piece[]
  /** After the last. */
  closing: Piece
}

/** Learns from the customer that begins here, and steps over it. @returns null where it is not written in the usual way */
export function learnPattern(json: JsonBytes): RowPattern | null {
  const { bytes } = json
  const start = json.at
  const piece = (from: number) => new Piece(bytes.subarray(from, json.at))
  json.expect(OPEN)
  if (json.key() !== 'customer_id') return null
  const opening = piece(start)
  if (!takeId(json)) return null
  let end = json.at
  json.expect(COMMA)
  if (json.key() !== 'features') return null
  json.expect(OPEN)
  const names: string[] = []
  const between: Piece[] = []
  const value = new Float64Array(1)
  do {
    if (json.failed || names.length === MOST_FEATURES || json.at - start > MOST_BYTES) return null
    names.push(json.key())
    between.push(piece(end))
    json.numberTo(value, 0)
    end = json.at
  } while (json.peek() === COMMA && ++json.at > 0)
  json.expect(CLOSE)
  json.expect(CLOSE)
  if (json.failed || json.at - start > MOST_BYTES || new Set(names).size !== names.length) return null
  return { names, opening, between, closing: piece(end) }
}
