import { Problem } from '../../errors.ts'
import { LINE_BYTES_MAX } from './dialect.ts'

/** First character of the first value of a row that could not be read; a file's own rows never have it. */
export const MALFORMED_MARK = '\x01'

/** Takes a text apart that has been looked through: whole good records as they came, and what replaces the others. */
export interface RecordSink {
  keep(bytes: Buffer): void
  replace(bytes: Buffer, by: Buffer): void
}

export interface RecordShape {
  /** Bytes; null where a line is one value, as in NDJSON. */
  delimiter: number | null
  quote: number | null
  columns: number
  /** Bytes that no good record holds; the mark is always one of them. */
  forbidden: readonly number[]
}

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const MARK = 0x01

/** Longest part of a broken row that is kept to be shown. */
const SHOWN_BYTES = 4096
/**
 * Bytes that may be gone through again because a record fell apart: so many, and so many times the text so far. Stray
 * quotes cost about the text once more; only a text made for it costs a hundred times.
 */
const REREAD_BYTES_FREE = 64 * 1024 * 1024
const REREAD_TIMES_MAX = 4

/**
 * Divides a delimited text into records before DuckDB sees it, so that no row can be lost: DuckDB must then find
 * exactly `rows` rows.
 *
 * A good record has as many values as the header and properly closed quotes. Any other becomes one row whose first
 * value is MALFORMED_MARK and the line as it stood, so rows keep their numbers. A broken record that spans lines counts
 * as its first line alone, and reading goes on with the next: a stray quote cannot swallow the rows below it. LF, CRLF and
 * CR end a record; empty lines are none. Works on bytes of any encoding that agrees with ASCII.
 */
export class RecordScan {
  /** Records so far, good and bad. */
  rows = 0
  malformed = 0
  /** Some quoted value goes over the end of a line. */
  spansLines = false

  private readonly kind = new Uint8Array(256)
  private rest = Buffer.alloc(0)
  private reread = 0
  private seen = 0
  /** End of the record last looked at, past its line end. */
  private next = 0

  constructor(
    private readonly shape: RecordShape,
    private readonly sink: RecordSink
  ) {
    if (shape.delimiter !== null) this.kind[shape.delimiter] = DELIMITER
    this.kind[LF] = LINE_END
    this.kind[CR] = LINE_END
  }

  /** @throws Problem line_too_long, csv_syntax */
  push(chunk: Buffer): void {
    this.seen += chunk.length
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    this.rest = Buffer.from(bytes.subarray(this.scan(bytes, false)))
  }

  /** To be called after the last chunk. */
  end(): void {
    if (this.rest.length > 0) this.scan(this.rest, true)
  }

  /** @returns where the first record begins that is not complete yet */
  private scan(bytes: Buffer, last: boolean): number {
    const forbidden = this.hasForbidden(bytes)
    let at = 0
    let goodFrom = 0
    const keep = (to: number) => {
      if (to > goodFrom) this.sink.keep(bytes.subarray(goodFrom, to))
    }
    while (at < bytes.length) {
      let verdict = this.record(bytes, at, last)
      if (verdict === INCOMPLETE) break
      if (this.next - at > LINE_BYTES_MAX) verdict = BAD
      if (forbidden && verdict !== BLANK && this.hasForbidden(bytes.subarray(at, this.next))) verdict = BAD
      if (verdict === GOOD) {
        this.rows++
        at = this.next
        continue
      }
      const lineEnd = verdict === BAD ? this.firstLine(bytes, at, last) : this.next
      if (lineEnd < 0) break
      keep(at)
      this.sink.replace(bytes.subarray(at, lineEnd), this.replacement(verdict, bytes.subarray(at, lineEnd)))
      at = lineEnd
      goodFrom = at
    }
    keep(at)
    return at
  }

  private replacement(verdict: number, line: Buffer): Buffer {
    if (verdict === BLANK) return Buffer.alloc(0)
    this.rows++
    if (verdict === GOOD_BUT_CR) return Buffer.concat([line.subarray(0, -1), Buffer.of(LF)])
    this.malformed++
    return malformedRow(line, this.shape)
  }

  /** Looks at one record from `start`; leaves its end in `next`. */
  private record(bytes: Buffer, start: number, last: boolean): number {
    const { quote, columns } = this.shape
    const { kind } = this
    const end = bytes.length
    let at = start
    let values = 1
    while (true) {
      // At the start of a value.
      let open = at
      if (quote !== null) {
        while (open < end && bytes[open] === SPACE) open++
        if (bytes[open] === quote) {
          const close = closingQuote(bytes, open + 1, quote)
          if (close < 0) return this.unclosed(bytes, start, last)
          at = close + 1
          while (at < end && bytes[at] === SPACE) at++
          if (at < end && kind[bytes[at]!] === ORDINARY) return this.ends(BAD, at)
        }
      }
      while (at < end && kind[bytes[at]!] === ORDINARY) at++
      if (at >= end) {
        if (!last) return this.incomplete(bytes, start)
        return this.ends(values === columns ? GOOD : BAD, end)
      }
      if (kind[bytes[at]!] === DELIMITER) {
        values++
        at++
        if (values > columns) return this.ends(BAD, at)
        continue
      }
      if (at === start) return this.ends(BLANK, afterLineEnds(bytes, at))
      if (values !== columns) return this.ends(BAD, at + 1)
      if (bytes[at] === LF) return this.endsGood(bytes, start, at + 1)
      if (at + 1 >= end && !last) return this.incomplete(bytes, start)
      if (bytes[at + 1] === LF) return this.endsGood(bytes, start, at + 2)
      return this.ends(GOOD_BUT_CR, at + 1)
    }
  }

  private hasForbidden(bytes: Buffer): boolean {
    return this.shape.forbidden.some((byte) => bytes.includes(byte))
  }

  private ends(verdict: number, next: number): number {
    this.next = next
    return verdict
  }

  private endsGood(bytes: Buffer, start: number, next: number): number {
    if (!this.spansLines && this.shape.quote !== null) {
      const lineEnd = bytes.indexOf(LF, start)
      if (lineEnd >= 0 && lineEnd < next - 1) this.spansLines = true
    }
    return this.ends(GOOD, next)
  }

  /** A quoted value without an end: wait for more, or give the record up when there is no more or far too much. */
  private unclosed(bytes: Buffer, start: number, last: boolean): number {
    if (!last && bytes.length - start <= LINE_BYTES_MAX) return INCOMPLETE
    return this.ends(BAD, bytes.length)
  }

  private incomplete(bytes: Buffer, start: number): number {
    if (bytes.length - start > LINE_BYTES_MAX) throw lineTooLong(this.rows + 1)
    return INCOMPLETE
  }

  /** End of the first line of a broken record, which is all of it that counts; -1 when it is not there yet. */
  private firstLine(bytes: Buffer, start: number, last: boolean): number {
    let at = start
    while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++
    if (at - start > LINE_BYTES_MAX) throw lineTooLong(this.rows + 1)
    if (at === bytes.length && !last) return -1
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
const GOOD_BUT_CR = 2
const BLANK = 3
const BAD = 4

function afterLineEnds(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] === LF || bytes[at] === CR) at++
  return at
}

/** Index of the quote that ends the value which began before `from`; -1 when it is not there. A doubled one is a quote inside. */
function closingQuote(bytes: Buffer, from: number, quote: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 2)) {
    if (bytes[at + 1] !== quote) return at
  }
  return -1
}

/** A row of the right number of values whose first is the mark and the line. */
function malformedRow(line: Buffer, { delimiter, quote, columns, forbidden }: RecordShape): Buffer {
  const shown = [...withoutLineEnd(line)].map((byte) => (forbidden.includes(byte) ? SPACE : byte))
  if (delimiter === null || quote === null) return Buffer.from([MARK, ...shown, LF])
  const doubled = shown.flatMap((byte) => (byte === quote ? [byte, byte] : [byte]))
  return Buffer.from([quote, MARK, ...doubled, quote, ...new Array(columns - 1).fill(delimiter), LF])
}

/** The line without its end, cut between two characters of UTF-8 where it is long. */
function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === LF || line[end - 1] === CR)) end--
  if (end <= SHOWN_BYTES) return line.subarray(0, end)
  end = SHOWN_BYTES
  while (end > 0 && (line[end]! & 0xc0) === 0x80) end--
  return line.subarray(0, end)
}

const lineTooLong = (row: number): Problem =>
  new Problem('line_too_long', `Row ${row} is longer than 1 MiB; is every order line on a line of its own?`)
