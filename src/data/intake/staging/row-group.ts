import { readFileSync } from 'node:fs'
import { entryPoint } from '../../../entry.ts'

/** Rows that stand together: as many as in a group of DuckDB's own files. */
const ROWS_MAX = 122_880
/** The rows of a wide file are fewer. */
const VALUES_MAX = 2 * 1024 * 1024
/** Different texts of one group, all columns together: what is held in memory. */
const TEXT_BYTES = 16 * 1024 * 1024
const COLUMNS_MAX = 16_384

const MIB = 1024 * 1024
const PAGE = 65_536
/** Bytes that may be read behind a text. */
const BEHIND = 64

// Where things lie in the memory of the kernel; what was never written is never resident.
const BOUNDS = 1024
const STATES = BOUNDS + 8 * COLUMNS_MAX
const STATE_BYTES = 24
const OUTPUT = STATES + STATE_BYTES * COLUMNS_MAX
const INPUT = OUTPUT + MIB
const INPUT_BYTES = 2 * MIB
const CODES = INPUT + INPUT_BYTES + BEHIND
const ENTRIES = CODES + 4 * VALUES_MAX
const ENTRY_BYTES = 24
const TABLE = ENTRIES + ENTRY_BYTES * (VALUES_MAX + 1)
const TEXTS = TABLE + 8 * 2 * VALUES_MAX
const FULL = 2

/** What a group knows of one of its columns. */
export interface ColumnState {
  /** Different texts. */
  texts: number
  /** Bytes of these texts, each with its length in front. */
  bytes: number
  /** Rows without a value. */
  empty: number
}

/** What divides a text into records and values: bytes, null where there is none. */
export interface Marks {
  delimiter: number
  quote: number | null
  escaping: number | null
  /** Longer records are not taken. */
  recordBytesMax: number
}

interface Exports {
  clear(): void
  take(from: number, end: number): number
  addRow(): void
  writeTexts(column: number, to: number): void
  writeLevels(column: number, to: number): number
  writeNumbers(column: number, width: number, to: number): number
}

let compiled: WebAssembly.Module | undefined

/**
 * Rows of text columns, each different text of a column kept once: shops repeat themselves, so this is a tenth of the
 * text and spares every later step the repetitions. A text may be there twice, which costs only its room.
 *
 * The work is done by assembly/rows.as; this lays out its memory. What is held is bounded, whatever the file.
 */
export class RowGroup {
  private readonly memory: WebAssembly.Memory
  private readonly kernel: Exports
  private readonly globals: Record<string, WebAssembly.Global>
  private bytes: Uint8Array
  private columns = 0
  /** Rows that fit. */
  private rowsMax = 0
  private inputEnd = INPUT

  constructor(columns: number) {
    compiled ??= new WebAssembly.Module(readFileSync(entryPoint('data/intake/staging/rows.wasm')))
    const initial = Math.ceil((TEXTS + TEXT_BYTES + 3 * MIB) / PAGE)
    this.memory = new WebAssembly.Memory({ initial, maximum: PAGE, shared: false })
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.memory } })
    this.kernel = exports as unknown as Exports
    this.globals = exports as Record<string, WebAssembly.Global>
    this.bytes = new Uint8Array(this.memory.buffer)
    this.set({
      bounds: BOUNDS,
      states: STATES,
      codes: CODES,
      entries: ENTRIES,
      table: TABLE,
      texts: TEXTS,
      textsMax: TEXT_BYTES
    })
    this.resize(columns)
    this.kernel.clear()
  }

  get rows(): number {
    return this.get('rows')
  }

  get isFull(): boolean {
    return this.rows >= this.rowsMax || this.get('textsEnd') - TEXTS >= TEXT_BYTES
  }

  /** Without rows again. */
  clear(): void {
    this.kernel.clear()
  }

  divideBy({ delimiter, quote, escaping, recordBytesMax }: Marks): void {
    this.set({ delimiter, quote: quote ?? 256, escaping: escaping ?? 256, recordBytesMax })
  }

  /** The text that `take` goes through next. Too long a one is not taken. */
  begin(text: Uint8Array): void {
    const fits = text.length <= INPUT_BYTES
    if (fits) this.bytes.set(text, INPUT)
    this.inputEnd = fits ? INPUT + text.length : INPUT
  }

  /**
   * Adds the good records from `at` on, until the group is full or something is no such record.
   * @returns where the last of them ends
   */
  take(at: number): number {
    return INPUT + at < this.inputEnd ? this.kernel.take(INPUT + at, this.inputEnd) - INPUT : at
  }

  /** Whether the last `take` ended because the group is full. */
  get stoppedFull(): boolean {
    return this.get('stopped') === FULL
  }

  /** Adds one row: value v is `bytes` from `bounds[2 * v]` to `bounds[2 * v + 1]`; nothing is no value. */
  add(bytes: Uint8Array, bounds: Int32Array): void {
    let length = 0
    for (let each = 0; each < bounds.length; each += 2) length += bounds[each + 1]! - bounds[each]!
    const end = this.get('textsEnd')
    // Behind the room that the texts take where all of them are new.
    let at = end + length
    this.reserve(at + length)
    const places = new Uint32Array(this.memory.buffer, BOUNDS, bounds.length)
    for (let each = 0; each < bounds.length; each += 2) {
      const [from, to] = [bounds[each]!, bounds[each + 1]!]
      places[each] = at
      for (let byte = from; byte < to; byte++) this.bytes[at++] = bytes[byte]!
      places[each + 1] = at
    }
    this.kernel.addRow()
  }

  /** One more column, without values in the rows so far. Where `hasRoomForColumn`. */
  addColumn(): void {
    this.resize(this.columns + 1)
    const at = CODES + 4 * (this.columns - 1) * this.rowsMax
    this.bytes.fill(0, at, at + 4 * this.rows)
    const state = STATES + STATE_BYTES * (this.columns - 1)
    this.bytes.fill(0, state, state + STATE_BYTES)
    new Uint32Array(this.memory.buffer, state, 3)[2] = this.rows
  }

  /** Whether the rows so far stay where there is one more column. */
  get hasRoomForColumn(): boolean {
    return this.rows <= rowsFor(this.columns + 1)
  }

  column(at: number): ColumnState {
    const [texts, used, empty] = new Uint32Array(this.memory.buffer, STATES + STATE_BYTES * at, 3)
    return { texts: texts!, bytes: used!, empty: empty! }
  }

  /** Each different text of a column behind its length. Valid until the group is used again, as the next two are. */
  texts(column: number): Uint8Array {
    const { bytes } = this.column(column)
    const at = this.get('textsEnd')
    this.reserve(at + bytes)
    this.kernel.writeTexts(column, at)
    return this.bytes.subarray(at, at + bytes)
  }

  /** One bit a row: whether the column has a value there. */
  levels(column: number): Uint8Array {
    return this.bytes.subarray(OUTPUT, OUTPUT + this.kernel.writeLevels(column, OUTPUT))
  }

  /** The number of each value's text, `width` bits each, in groups of eight. */
  numbers(column: number, width: number): Uint8Array {
    return this.bytes.subarray(OUTPUT, OUTPUT + this.kernel.writeNumbers(column, width, OUTPUT))
  }

  /** Codes lie column by column: with less room for rows, those of later columns move up. */
  private resize(columns: number): void {
    const { rowsMax, rows } = this
    this.rowsMax = rowsFor(columns)
    for (let each = 1; each < this.columns; each++) {
      const from = CODES + 4 * each * rowsMax
      this.bytes.copyWithin(CODES + 4 * each * this.rowsMax, from, from + 4 * rows)
    }
    this.columns = columns
    this.set({ columns, rowsMax: this.rowsMax })
  }

  private reserve(end: number): void {
    const missing = end + BEHIND - this.bytes.length
    if (missing <= 0) return
    this.memory.grow(Math.ceil(missing / PAGE))
    this.bytes = new Uint8Array(this.memory.buffer)
  }

  private get(name: string): number {
    return this.globals[name]!.value
  }

  private set(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.globals[name]!.value = value
  }
}

const rowsFor = (columns: number): number => Math.max(1, Math.min(ROWS_MAX, Math.floor(VALUES_MAX / columns)))
