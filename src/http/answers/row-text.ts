import type { Placements } from '../../domain/serving/placements.ts'
import { WasmRoom } from '../wasm-room.ts'
import type { JsonText, Phrase } from './json-text.ts'

/** What is written of each customer: as in assembly/row-text.as. */
export const COLUMN = { distance: 1, margin: 2, segment: 3, name: 4, flag: 5, id: 6, row: 7 } as const

const PAGES = 35
const PAGE = 65_536
const COPIED_AT_ONCE = 16
/** Most bytes of a number, and of an id with its quotes. */
const NUMBER_BYTES = 24
const ID_BYTES = 202
/** Before the distances to all segments. */
const PLACE_BYTES = 32

/** Where everything lies in the memory. The room for text is small enough to stay in the processor's cache. */
const DIGITS = 1024
const ORDER = 8192
const ENTRIES = 16_384
const PHRASES = 65_536
const PLACEMENTS = 4 * PAGE
const VALUES = 8 * PAGE
const IDS = 16 * PAGE
const ID_TEXTS = 17 * PAGE
const OUT = 32 * PAGE
const END = PAGES * PAGE - COPIED_AT_ONCE

/** Phrases in the order that assembly/row-text.as knows. */
export interface PhraseTable {
  rows: readonly Phrase[]
  /** Of each segment, five: before its distance, in the list of all as the first and as another, its id, its name. */
  segments: readonly (readonly Phrase[])[]
  /** Of each feature, with what stands before it. */
  titles: readonly Phrase[]
}

/** What the rows are made of. */
export interface RowSource {
  phrases: PhraseTable
  placements: Placements
  /** A row of numbers for each customer, as many as there are titles; null where they are not told. */
  values: Float64Array | null
  /** The ids as JSON texts: of customer i in `bytes` from ids[2i] up to ids[2i + 1]. */
  bytes: Uint8Array
  ids: Int32Array
}

interface Functions {
  write(kind: number, from: number, to: number, idsFrom: number, at: number): number
}

/**
 * Rows of an answer by WebAssembly, which copies 16 bytes at a time where JavaScript looks at the bounds of each. There is one
 * for the process: it works within a call, and takes up again what it was handed last.
 */
class RowWriter {
  private readonly room = new WasmRoom<Functions>('http/answers/row-text.wasm', PAGES)
  private readonly bytes = this.room.bytes
  private readonly integers = this.room.integers
  private readonly doubles = this.room.doubles
  private loaded: PhraseTable | null = null
  /** Of a row, and of a value in a column, at the most. */
  private rowBytes = 0
  private cellBytes = 0
  private shape = ''
  /** Whose customers lie in the memory, and which of them. */
  private source: RowSource | null = null
  private from = 0
  private to = 0

  constructor() {
    this.room.set({ digits: DIGITS, phrases: ENTRIES, order: ORDER, placements: PLACEMENTS, values: VALUES, ids: IDS })
    for (let group = 0; group < 1000; group++) {
      const digits = String(group).padStart(3, '0')
      this.bytes.set(Buffer.from(digits), DIGITS + 4 * group)
      this.bytes[DIGITS + 4 * group + 3] = digits.replace(/0+$/, '').length
    }
  }

  /**
   * Writes customers from `from` on, as many as have room.
   * @returns the first that is not written: it has to be written otherwise where that is `from`
   */
  append(text: JsonText, kind: number, source: RowSource, from: number): number {
    if (!this.load(source)) return from
    const most = Math.floor((END - OUT) / (kind === COLUMN.row ? this.rowBytes : this.cellBytes))
    if (source !== this.source || from < this.from || from >= this.to) this.take(source, from)
    const to = Math.min(this.to, from + most)
    if (to <= from) return from
    const idsFrom = ID_TEXTS - source.ids[2 * this.from]!
    const written = this.room.functions.write(kind, from - this.from, to - this.from, idsFrom, OUT)
    // Before the first there is no comma.
    if (this.from + written > from) text.copy(this.bytes, from === 0 ? OUT + 1 : OUT, this.room.get('end'))
    return this.from + written
  }

  /** Lets go of what the rows were made of. */
  release(): void {
    this.source = null
  }

  /** Takes over what is said of customers from `from` on, of as many as have room: all columns are written of it. */
  private take(source: RowSource, from: number): void {
    const { placements, values, ids, bytes } = source
    const { numbers, width } = placements
    const told = values === null ? 0 : source.phrases.titles.length
    const first = ids[2 * from]!
    let to = Math.min(
      placements.n,
      from + Math.floor((VALUES - PLACEMENTS) / (8 * width)),
      from + Math.floor((ID_TEXTS - IDS) / 8),
      told === 0 ? placements.n : from + Math.floor((IDS - VALUES) / (8 * told))
    )
    while (to > from && ids[2 * to - 1]! - first > OUT - ID_TEXTS - COPIED_AT_ONCE) to = from + ((to - from) >> 1)
    this.source = source
    this.from = from
    this.to = to
    if (to === from) return
    this.doubles.set(numbers.subarray(from * width, to * width), PLACEMENTS / 8)
    if (values !== null) this.doubles.set(values.subarray(from * told, to * told), VALUES / 8)
    this.integers.set(ids.subarray(2 * from, 2 * to), IDS / 4)
    this.bytes.set(bytes.subarray(first, ids[2 * to - 1]!), ID_TEXTS)
  }

  /** @returns false where there is no room for them */
  private load({ phrases, placements, values }: RowSource): boolean {
    const { width } = placements
    const told = values === null ? 0 : phrases.titles.length
    const shape = `${width} ${placements.segments} ${told}`
    if (shape !== this.shape) this.room.set({ placementBytes: 8 * width, segments: placements.segments, width: told })
    this.shape = shape
    if (phrases === this.loaded) return this.rowBytes > 0
    this.loaded = phrases
    this.rowBytes = 0
    const all = [...phrases.rows, ...phrases.segments.flat(), ...phrases.titles]
    const needed = all.reduce((sum, { bytes }) => sum + bytes.length + COPIED_AT_ONCE, 0)
    const tooMany = 8 * all.length > PHRASES - ENTRIES || 4 * phrases.segments.length > ENTRIES - ORDER
    if (tooMany || needed > PLACEMENTS - PHRASES) return false
    let at = PHRASES
    for (const [index, { bytes }] of all.entries()) {
      this.bytes.set(bytes, at)
      this.integers[ENTRIES / 4 + 2 * index] = at
      this.integers[ENTRIES / 4 + 2 * index + 1] = bytes.length
      at += bytes.length
    }
    this.room.set({ titles: all.length - phrases.titles.length })
    const numbers = 2 + phrases.segments.length + phrases.titles.length
    const longest = Math.max(...all.map(({ bytes }) => bytes.length))
    this.cellBytes = Math.max(longest, ID_BYTES, NUMBER_BYTES) + COPIED_AT_ONCE
    this.rowBytes = needed + ID_BYTES + numbers * NUMBER_BYTES + PLACE_BYTES
    return true
  }
}

let writer: RowWriter | undefined

/** As RowWriter.append, by the one there is. */
export function appendRows(text: JsonText, kind: number, source: RowSource, from: number): number {
  writer ??= new RowWriter()
  return writer.append(text, kind, source, from)
}

/** To be called at the end of an answer. */
export const releaseRows = (): void => writer?.release()
