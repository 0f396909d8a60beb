import { isAscii } from 'node:buffer'

const LENGTH_BYTES = 4
/** Room for texts that is kept for the next rows. */
const KEPT_BYTES = 256 * 1024
/** Code of an empty value. */
const EMPTY = -1
/** Places looked at before a text is taken for new: a file made to collide costs room, not time. */
const PROBES_MAX = 24

/**
 * The values of one column, each different text kept once: as Parquet's dictionary pages hold them, every text behind
 * its length. Shops repeat themselves, so this is a tenth of the text and spares every later step the repetitions.
 * A text may be there twice, which costs only its room.
 */
export class TextColumn {
  /** Values so far, of them the empty ones, and different texts. */
  rows = 0
  empty = 0
  texts = 0
  /** Bytes of the dictionary in use. */
  used = 0

  private codes = new Int32Array(4096)
  private dictionary = Buffer.allocUnsafe(16 * 1024)
  /** Where each text begins in the dictionary, behind its length. */
  private starts = new Int32Array(1024)
  private hashes = new Int32Array(1024)
  /** Open addressing, two numbers a place: 1 + the code of a text (0 where free) and its hash. At most half full. */
  private places = new Int32Array(2 * 2048)
  private last = EMPTY

  /** Bytes from `from` to `to`; an empty text is no value. */
  add(bytes: Uint8Array, from: number, to: number): void {
    let code = EMPTY
    if (to === from) this.empty++
    // Neighbouring rows are of one order.
    else if (this.last !== EMPTY && this.is(this.last, bytes, from, to)) code = this.last
    else {
      code = this.find(bytes, from, to)
      this.last = code
    }
    if (this.rows === this.codes.length) this.codes = grown(this.codes)
    this.codes[this.rows++] = code
  }

  /** The dictionary so far; valid until the next value. */
  get page(): Buffer {
    return this.dictionary.subarray(0, this.used)
  }

  /** One code a row, -1 for an empty value; valid until the next value. */
  get rowCodes(): Int32Array {
    return this.codes.subarray(0, this.rows)
  }

  clear(): void {
    this.rows = 0
    this.empty = 0
    this.texts = 0
    this.used = 0
    this.last = EMPTY
    this.places.fill(0)
    if (this.dictionary.length > KEPT_BYTES) this.dictionary = Buffer.allocUnsafe(KEPT_BYTES)
  }

  private find(bytes: Uint8Array, from: number, to: number): number {
    const { places } = this
    const hash = hashOf(bytes, from, to)
    const mask = places.length - 1
    let place = (2 * hash) & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const code = places[place]! - 1
      if (code < 0) {
        places[place] = this.texts + 1
        places[place + 1] = hash
        return this.append(hash, bytes, from, to)
      }
      if (places[place + 1] === hash && this.is(code, bytes, from, to)) return code
      place = (place + 2) & mask
    }
    return this.append(hash, bytes, from, to)
  }

  private is(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { dictionary } = this
    let at = this.starts[code]!
    const end = code + 1 === this.texts ? this.used : this.starts[code + 1]! - LENGTH_BYTES
    if (end - at !== to - from) return false
    for (let each = from; each < to; each++) if (dictionary[at++] !== bytes[each]) return false
    return true
  }

  private append(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    const code = this.texts
    if (code === this.starts.length) {
      this.starts = grown(this.starts)
      this.hashes = grown(this.hashes)
    }
    const start = this.used + LENGTH_BYTES
    if (start + length > this.dictionary.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.dictionary.length, start + length))
      this.dictionary.copy(larger, 0, 0, this.used)
      this.dictionary = larger
    }
    const { dictionary } = this
    dictionary.writeUInt32LE(length, this.used)
    for (let at = start, each = from; each < to; ) dictionary[at++] = bytes[each++]!
    this.starts[code] = start
    this.hashes[code] = hash
    this.used = start + length
    this.texts++
    if (4 * this.texts > this.places.length) this.rehash()
    return code
  }

  private rehash(): void {
    const places = new Int32Array(2 * this.places.length)
    const mask = places.length - 1
    for (let code = 0; code < this.texts; code++) {
      let place = (2 * this.hashes[code]!) & mask
      for (let probe = 0; probe < PROBES_MAX; probe++) {
        if (places[place] === 0) {
          places[place] = code + 1
          places[place + 1] = this.hashes[code]!
          break
        }
        place = (place + 2) & mask
      }
    }
    this.places = places
  }
}

/** A dictionary page with every text put through `decode`; the same page where that changes nothing. */
export function recoded(page: Buffer, decode: (text: Buffer) => Buffer): Buffer {
  const parts: Buffer[] = []
  let keptFrom = 0
  for (let at = 0; at < page.length; ) {
    const from = at + LENGTH_BYTES
    const to = from + page.readUInt32LE(at)
    if (hasHigh(page, from, to)) {
      const text = decode(page.subarray(from, to))
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32LE(text.length)
      parts.push(page.subarray(keptFrom, at), length, text)
      keptFrom = to
    }
    at = to
  }
  return parts.length === 0 ? page : Buffer.concat([...parts, page.subarray(keptFrom)])
}

/** Short texts are told faster here than by a call; long ones are not. */
function hasHigh(page: Buffer, from: number, to: number): boolean {
  if (to - from > 256) return !isAscii(page.subarray(from, to))
  for (let at = from; at < to; at++) if (page[at]! > 0x7f) return true
  return false
}

/** FNV-1a, its high bits folded into the low ones, which choose the place. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash ^ (hash >>> 15)
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
