import { WasmRoom } from '../wasm-room.ts'
import type { JsonBytes } from './json-bytes.ts'
import type { RowPattern } from './row-pattern.ts'

/** What is read: as in assembly/body-text.as. */
const KIND = { customers: 0, numbers: 1, ids: 2 } as const

const PAGE = 65_536
const LOOKED_AHEAD = 16

/** Bytes of a body that are read at a time: with all that is read of them they stay in the processor's cache. */
const PART = PAGE
/** Where everything lies in the memory. */
const MASKS = 1024
const POWERS = 1088
const ENTRIES = 2048
const PIECES = 4096
const TEXT = 2 * PAGE
/** A number takes two bytes of a body at the least, with its comma. */
const VALUES = 4 * PAGE
/** And an id four. */
const IDS = 8 * PAGE
const MOST_IDS = PART / 4
const SLOTS = 10 * PAGE
/** Two for each of 100,000 customers, in powers of two. */
const MOST_SLOTS = 262_144
const PAGES = (SLOTS + 8 * MOST_SLOTS) / PAGE

/** Less is not worth the way there. */
const WORTH = 256

interface Functions {
  read(kind: number, from: number, end: number, most: number): number
  addHashes(count: number): number
}

/**
 * Reading by WebAssembly, which compares 16 bytes at a time where JavaScript looks at the bounds of each. There is one for
 * the process: it works within a call, and from call to call it keeps nothing but a pattern.
 *
 * It reads on from where a body was read to, and only what a comma follows: it leaves the last of a list, and whatever it
 * does not know. Who calls it reads one more in JavaScript, and comes again.
 */
class BodyText {
  private readonly room = new WasmRoom<Functions>('http/bodies/body-text.wasm', PAGES)
  private readonly bytes = this.room.bytes
  private readonly integers = this.room.integers
  private readonly doubles = this.room.doubles
  /** What lies in the memory, and where in its body that is. */
  private owner: JsonBytes | null = null
  private from = 0
  private to = 0
  private pattern: RowPattern | null = null
  private patternFits = false

  constructor() {
    this.bytes.fill(0xff, MASKS, MASKS + LOOKED_AHEAD)
    for (let power = 0; power <= 7; power++) this.doubles[POWERS / 8 + power] = Number(`1e${power}`)
    this.room.set({ masks: MASKS, powers: POWERS, pieces: ENTRIES, text: TEXT, values: VALUES, ids: IDS, slots: SLOTS })
  }

  /**
   * Reads customers who are written so.
   * @param values of customer i from values[i * names] on, and the place of its id in ids[2i] and ids[2i + 1]; there is room
   *   for all that may follow
   * @param n customers that are there already
   * @returns how many were added
   */
  customers(json: JsonBytes, pattern: RowPattern, values: Float64Array, ids: Int32Array, n: number): number {
    if (!this.load(json) || !this.loadPattern(pattern)) return 0
    const width = pattern.names.length
    const count = this.readOn(json, KIND.customers, ids.length / 2 - n)
    values.set(this.doubles.subarray(VALUES / 8, VALUES / 8 + count * width), n * width)
    ids.set(this.integers.subarray(IDS / 4, IDS / 4 + 2 * count), 2 * n)
    return count
  }

  /** Reads numbers of a column. @returns them, until the next call */
  numbers(json: JsonBytes): Float64Array {
    const count = this.load(json) ? this.readOn(json, KIND.numbers, PART) : 0
    return this.doubles.subarray(VALUES / 8, VALUES / 8 + count)
  }

  /** Reads ids. @returns where each begins and ends, until the next call */
  ids(json: JsonBytes): Int32Array {
    const count = this.load(json) ? this.readOn(json, KIND.ids, PART) : 0
    return this.integers.subarray(IDS / 4, IDS / 4 + 2 * count)
  }

  /** Whether the ids, at most 100,000 in the order of the body, have hashes that all differ. */
  differ(bytes: Uint8Array, ids: Int32Array, n: number): boolean {
    this.owner = null
    const slots = 2 ** Math.ceil(Math.log2(2 * n + 1))
    this.doubles.fill(0, SLOTS / 8, SLOTS / 8 + slots)
    this.room.set({ slotMask: slots - 1 })
    for (let row = 0; row < n; ) {
      const first = ids[2 * row]!
      let to = Math.min(n, row + MOST_IDS)
      while (ids[2 * to - 1]! - first > PART) to = row + ((to - row) >> 1)
      this.bytes.set(bytes.subarray(first, ids[2 * to - 1]!), TEXT)
      this.integers.set(ids.subarray(2 * row, 2 * to), IDS / 4)
      this.room.set({ base: first })
      if (this.room.functions.addHashes(to - row) === 0) return false
      row = to
    }
    return true
  }

  /** Lets go of the body. */
  release(): void {
    this.owner = null
  }

  private readOn(json: JsonBytes, kind: number, most: number): number {
    const count = this.room.functions.read(kind, TEXT + json.at - this.from, TEXT + this.to - this.from, most)
    json.at = this.from + this.room.get('at') - TEXT
    return count
  }

  /** @returns false where too little follows */
  private load(json: JsonBytes): boolean {
    const { bytes, at } = json
    if (json === this.owner && at >= this.from && at < this.to) return true
    if (bytes.length - at < WORTH) return false
    const to = Math.min(bytes.length, at + PART)
    this.bytes.set(bytes.subarray(at, to), TEXT)
    this.bytes[TEXT + to - at] = 0
    this.room.set({ base: at })
    this.owner = json
    this.from = at
    this.to = to
    return true
  }

  /** @returns false where there is no room for it */
  private loadPattern(pattern: RowPattern): boolean {
    if (pattern === this.pattern) return this.patternFits
    this.pattern = pattern
    const pieces = [pattern.opening, ...pattern.between, pattern.closing]
    const needed = pieces.reduce((sum, { length }) => sum + length + LOOKED_AHEAD, 0)
    this.patternFits = needed <= TEXT - PIECES && 8 * pieces.length <= PIECES - ENTRIES
    if (!this.patternFits) return false
    let place = PIECES
    for (const [index, { bytes, length }] of pieces.entries()) {
      this.bytes.set(bytes, place)
      this.integers[ENTRIES / 4 + 2 * index] = place
      this.integers[ENTRIES / 4 + 2 * index + 1] = length
      place += length
    }
    this.room.set({ width: pattern.names.length })
    return true
  }
}

let reader: BodyText | undefined

/** The one there is. */
export function bodyText(): BodyText {
  reader ??= new BodyText()
  return reader
}
