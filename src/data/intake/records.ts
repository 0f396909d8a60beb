import { Problem } from '../../errors.ts'
import { LINE_BYTES_MAX } from './dialect.ts'

/** First character of the first value of a row that could not be read; a file's own rows never have it. */
export const MALFORMED_MARK = '\x01'

/** Bytes that no good record of order lines holds. */
export const FORBIDDEN = [0, 1]

/** Takes the rows of a text, in their order. */
export interface RecordSink {
  /**
   * A good record: value v is `bytes` from `bounds[2 * v]` to `bounds[2 * v + 1]`, without quotes around it and with
   * single quotes inside. Both arguments are valid during the call only.
   */
  good(bytes: Uint8Array, bounds: Int32Array): void
  /** A line that is no record: as it stood, cut where it is long, without bytes that no good record holds. */
  malformed(line: Buffer): void
  /**
   * Whether it finds the plain good records of such a text by itself, faster than they are found here: then each part of
   * the text is given to `begin`, and `take` leaves what it does not take to be looked at here.
   */
  divideBy?(shape: RecordShape): boolean
  begin?(text: Uint8Array): void
  /** @returns where the records from `from` on end that it took, and how many these are */
  take?(from: number): { at: number; rows: number }
}

export interface RecordShape {
  /** Bytes; null where a line is one value, as in NDJSON. */
  delimiter: number | null
  quote: number | null
  /** Byte that stands before quotes inside of quotes, beside their doubling; absent where there is none. */
  escape?: number | null
  columns: number
  /** Bytes that no good record holds; the mark is always one of them. */
  forbidden: readonly number[]
}

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const NONE = -1
const PART_BYTES = 1024 * 1024

/** Longest part of a broken row that is kept to be shown. */
const SHOWN_BYTES = 4096
/**
 * Bytes that may be gone through again because a record fell apart: so many, and so many times the text so far. Stray
 * quotes cost about the text once more; only a text made for it costs a hundred times.
 */
const REREAD_BYTES_FREE = 64 * 1024 * 1024
const REREAD_TIMES_MAX = 4

/**
 * Divides a delimited text into records, the one time that it is taken apart: no row can be lost between two readings.
 *
 * A good record has as many values as the header and properly closed quotes. Any other is one malformed row, so rows
 * keep their numbers. A broken record that spans lines counts as its first line alone, and reading goes on with the
 * next: a stray quote cannot swallow the rows below it. LF, CRLF and CR end a record; empty lines are none. Works on
 * bytes of any encoding that agrees with ASCII, and takes doubled quotes out of the chunks where they lie.
 */
export class RecordScan {
  /** Records so far, good and bad. */
  rows = 0
  malformed = 0

  private readonly delimiter: number
  private readonly quote: number
  private readonly escape: number
  private readonly kind = new Uint8Array(256)
  private readonly bounds: Int32Array
  /** Which values of the record last looked at hold doubled or escaped quotes, and whether any does. */
  private readonly doubled: Uint8Array
  private anyDoubled = false
  private rest = Buffer.alloc(0)
  private reread = 0
  private seen = 0
  /** End of the record last looked at, past its line end. */
  private next = 0
  private readonly takes: boolean

  constructor(
    private readonly shape: RecordShape,
    private readonly sink: RecordSink
  ) {
    this.delimiter = shape.delimiter ?? NONE
    this.quote = shape.quote ?? NONE
    this.escape = shape.escape ?? NONE
    this.bounds = new Int32Array(2 * shape.columns)
    this.doubled = new Uint8Array(shape.columns)
    if (shape.delimiter !== null) this.kind[shape.delimiter] = DELIMITER
    this.kind[LF] = LINE_END
    this.kind[CR] = LINE_END
    this.takes = sink.divideBy?.(shape) ?? false
  }

  /** @throws Problem line_too_long, csv_syntax */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += PART_BYTES) this.pushPart(chunk.subarray(at, at + PART_BYTES))
  }

  private pushPart(part: Buffer): void {
    this.seen += part.length
    const bytes = this.rest.length === 0 ? part : Buffer.concat([this.rest, part])
    this.rest = Buffer.from(bytes.subarray(this.scan(bytes, false)))
  }

  /** To be called after the last chunk. */
  end(): void {
    if (this.rest.length > 0) this.scan(this.rest, true)
  }

  /** @returns where the first record begins that is not complete yet */
  private scan(bytes: Buffer, last: boolean): number {
    const forbidden = this.hasForbidden(bytes)
    if (this.takes) this.sink.begin!(bytes)
    let at = 0
    while (at < bytes.length) {
      if (this.takes) {
        const taken = this.sink.take!(at)
        this.rows += taken.rows
        at = taken.at
        if (at === bytes.length) break
      }
      let verdict = this.record(bytes, at, last)
      if (verdict === INCOMPLETE) break
      if (this.next - at > LINE_BYTES_MAX) verdict = BAD
      if (forbidden && verdict === GOOD && this.hasForbidden(bytes.subarray(at, this.next))) verdict = BAD
      if (verdict === BAD) {
        const end = this.firstLine(bytes, at, last)
        if (end < 0) break
        this.rows++
        this.malformed++
        this.sink.malformed(shownLine(bytes.subarray(at, end), this.shape.forbidden))
        at = end
        continue
      }
      if (verdict === GOOD) {
        this.rows++
        if (this.anyDoubled) this.takeOutDoubled(bytes)
        this.sink.good(bytes, this.bounds)
      }
      at = this.next
    }
    return at
  }

  /** Looks at one record from `start`; leaves its end in `next` and its values in `bounds`. */
  private record(bytes: Uint8Array, start: number, last: boolean): number {
    const { delimiter, quote, kind, bounds } = this
    const { columns } = this.shape
    const end = bytes.length
    let at = start
    let values = 0
    this.anyDoubled = false
    while (true) {
      let from = at
      let to = NONE
      if (quote !== NONE && at < end) {
        let open = at
        while (open < end && bytes[open] === SPACE) open++
        if (open < end && bytes[open] === quote) {
          const close = this.closingQuote(bytes, open + 1, values)
          if (close < 0) return this.unclosed(bytes, start, last)
          from = open + 1
          to = close
          at = close + 1
          while (at < end && bytes[at] === SPACE) at++
          if (at < end && kind[bytes[at]!] === ORDINARY) return this.ends(BAD, at)
        }
      }
      while (at < end && kind[bytes[at]!] === ORDINARY) at++
      if (at >= end && !last) return this.incomplete(bytes, start)
      bounds[2 * values] = from
      bounds[2 * values + 1] = to === NONE ? at : to
      values++
      if (at >= end) return this.ends(values === columns ? GOOD : BAD, end)
      if (bytes[at] === delimiter) {
        at++
        if (values === columns) return this.ends(BAD, at)
        continue
      }
      if (at === start) return this.ends(BLANK, afterLineEnds(bytes, at))
      if (values !== columns) return this.ends(BAD, at + 1)
      if (bytes[at] === LF) return this.ends(GOOD, at + 1)
      if (at + 1 >= end && !last) return this.incomplete(bytes, start)
      return this.ends(GOOD, at + 1 < end && bytes[at + 1] === LF ? at + 2 : at + 1)
    }
  }

  /** Index of the quote that ends the value which began before `from`; -1 when it is not there. A doubled one is a quote inside. */
  private closingQuote(bytes: Uint8Array, from: number, value: number): number {
    const { quote, escape: escaping } = this
    const end = bytes.length
    this.doubled[value] = 0
    for (let at = from; at < end; at++) {
      if (bytes[at] === escaping) {
        this.doubled[value] = 1
        this.anyDoubled = true
        at++
        continue
      }
      if (bytes[at] !== quote) continue
      if (at + 1 >= end || bytes[at + 1] !== quote) return at
      this.doubled[value] = 1
      this.anyDoubled = true
      at++
    }
    return -1
  }

  private takeOutDoubled(bytes: Uint8Array): void {
    const { bounds, quote, escape: escaping } = this
    for (let value = 0; value < this.doubled.length; value++) {
      const from = bounds[2 * value]!
      // The flag is of this record only where the value stands in quotes.
      if (this.doubled[value] === 0 || from === 0 || bytes[from - 1] !== quote) continue
      const to = bounds[2 * value + 1]!
      let end = from
      for (let at = from; at < to; at++) {
        if (bytes[at] === escaping && (bytes[at + 1] === quote || bytes[at + 1] === escaping))
          bytes[end++] = bytes[++at]!
        else {
          bytes[end++] = bytes[at]!
          if (bytes[at] === quote) at++
        }
      }
      bounds[2 * value + 1] = end
    }
  }

  private hasForbidden(bytes: Buffer): boolean {
    return this.shape.forbidden.some((byte) => bytes.includes(byte))
  }

  private ends(verdict: number, next: number): number {
    this.next = next
    return verdict
  }

  /** A quoted value without an end: wait for more, or give the record up when there is no more or far too much. */
  private unclosed(bytes: Uint8Array, start: number, last: boolean): number {
    if (!last && bytes.length - start <= LINE_BYTES_MAX) return INCOMPLETE
    return this.ends(BAD, bytes.length)
  }

  private incomplete(bytes: Uint8Array, start: number): number {
    if (bytes.length - start > LINE_BYTES_MAX) throw lineTooLong(this.rows + 1)
    return INCOMPLETE
  }

  /** End of the first line of a broken record, which is all of it that counts; -1 when it is not there yet. */
  private firstLine(bytes: Uint8Array, start: number, last: boolean): number {
    let at = start
    while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++
    if (at - start > LINE_BYTES_MAX) throw lineTooLong(this.rows + 1)
    if (at + 1 >= bytes.length && !last && (at === bytes.length || bytes[at] === CR)) return -1
    if (bytes[at] === CR && bytes[at + 1] === LF) at++
    const end = Math.min(at + 1, bytes.length)
    this.reread += Math.max(0, this.next - end)
    if (this.reread > REREAD_BYTES_FREE + REREAD_TIMES_MAX * this.seen) {
      throw new Problem(
        'csv_syntax',
        `The quotes do not match up from row ${this.rows + 1} on; write a quote inside a quoted value twice.`
      )
    }
    return end
  }
}

// What a byte is, and what a record is.
const ORDINARY = 0
const DELIMITER = 1
const LINE_END = 2
const INCOMPLETE = 0
const GOOD = 1
const BLANK = 2
const BAD = 3

function afterLineEnds(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === LF || bytes[at] === CR) at++
  return at
}

/** The line without its end, cut between two characters of UTF-8 where it is long. */
export function shownLine(line: Buffer, forbidden: readonly number[]): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === LF || line[end - 1] === CR)) end--
  if (end > SHOWN_BYTES) {
    end = SHOWN_BYTES
    while (end > 0 && (line[end]! & 0xc0) === 0x80) end--
  }
  const shown = Buffer.from(line.subarray(0, end))
  for (let at = 0; at < end; at++) if (forbidden.includes(shown[at]!)) shown[at] = SPACE
  return shown
}

const lineTooLong = (row: number): Problem =>
  new Problem('line_too_long', `Row ${row} is longer than 1 MiB; is every order line on a line of its own?`)
