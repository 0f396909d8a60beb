import { Problem } from '../../errors.ts'

/** Longest record, line ends inside quotes included. */
const RECORD_BYTES_MAX = 1024 * 1024

const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

// What a byte outside of quotes is.
const ORDINARY = 0
const DELIMITER = 1
const LINE_END = 2

/** How a cell stands in the text. */
export const PLAIN = 0
export const QUOTED = 1
/** In quotes, and with doubled quotes inside. */
export const DOUBLED = 2

/**
 * Takes a delimited text apart (RFC 4180), record by record, without making strings of it.
 *
 *     cells.push(chunk)                 // as often as there is one
 *     while (cells.next()) …            // cells.bytes, count, starts, ends, forms speak of this record
 *     cells.finish(); while (cells.next()) …
 *
 * LF, CRLF and CR end a record, empty lines are none. A quote inside an unquoted value is an ordinary character. A broken
 * quotation ends the reading: below it nobody can say where a record begins.
 */
export class CsvCells {
  /** The record's text lies in here until the next push. */
  bytes: Buffer = Buffer.alloc(0)
  /** Cells of the record; those beyond `most` are counted and not kept. */
  count = 0
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly forms: Uint8Array
  /** Records so far. */
  records = 0

  readonly #kind = new Uint8Array(256)
  readonly #most: number
  #at = 0
  #last = false

  /** @param most cells of a record that are kept */
  constructor(delimiter: number, most: number) {
    this.#kind[delimiter] = DELIMITER
    this.#kind[LF] = LINE_END
    this.#kind[CR] = LINE_END
    this.#most = most
    this.starts = new Int32Array(most)
    this.ends = new Int32Array(most)
    this.forms = new Uint8Array(most)
  }

  /** To be called once `next` has said that there is no more. */
  push(chunk: Buffer): void {
    this.bytes = this.#at >= this.bytes.length ? chunk : Buffer.concat([this.bytes.subarray(this.#at), chunk])
    this.#at = 0
  }

  /** There will be no more chunks: what is left is the last record, with or without a line end. */
  finish(): void {
    this.#last = true
  }

  /**
   * Goes to the next record.
   * @returns false when more bytes are needed for it
   * @throws Problem csv_syntax, line_too_long
   */
  next(): boolean {
    const { bytes } = this
    while (this.#at < bytes.length && this.#kind[bytes[this.#at]!] === LINE_END) this.#at++
    if (this.#at >= bytes.length) return false
    const end = this.#record(this.#at)
    if (end < 0) {
      if (bytes.length - this.#at > RECORD_BYTES_MAX) throw this.#tooLong()
      return false
    }
    if (end - this.#at > RECORD_BYTES_MAX) throw this.#tooLong()
    this.#at = end
    this.records++
    return true
  }

  /** @returns where the record that begins at `from` has ended; -1 when that is not to be seen yet */
  #record(from: number): number {
    const { bytes, starts, ends, forms } = this
    const kind = this.#kind
    const most = this.#most
    const length = bytes.length
    let at = from
    let count = 0
    while (true) {
      let start = at
      let end: number
      let form = PLAIN
      if (bytes[at] === QUOTE) {
        start = at + 1
        end = start
        while (end < length && (bytes[end] !== QUOTE || bytes[end + 1] === QUOTE)) {
          if (bytes[end] === QUOTE) {
            form = DOUBLED
            end++
          }
          end++
        }
        if (end >= length) return this.#unclosed()
        // The quote that ends a chunk may be the first half of a doubled one.
        if (end + 1 >= length && !this.#last) return -1
        if (form === PLAIN) form = QUOTED
        at = end + 1
        if (at < length && kind[bytes[at]!] === ORDINARY) throw this.#broken('there is text behind a closing quote')
      } else {
        while (at < length && kind[bytes[at]!] === ORDINARY) at++
        end = at
      }
      if (at >= length && !this.#last) return -1
      if (count < most) {
        starts[count] = start
        ends[count] = end
        forms[count] = form
      }
      count++
      if (at >= length || kind[bytes[at]!] === LINE_END) {
        this.count = count
        // What follows of a CRLF is taken for an empty line.
        return Math.min(at + 1, length)
      }
      at++
    }
  }

  #unclosed(): number {
    if (this.#last) throw this.#broken('a quote is opened and never closed')
    return -1
  }

  #broken(what: string): Problem {
    return new Problem(
      'csv_syntax',
      `In ${this.#place()} ${what}: put a value that holds quotes into quotes and write each quote inside twice.`
    )
  }

  #tooLong(): Problem {
    return new Problem(
      'line_too_long',
      `${this.#place()} is longer than 1 MiB: is each customer on a line of its own, and is a quote left open?`
    )
  }

  /** The header is the first record; data rows count from 1. */
  #place(): string {
    return this.records === 0 ? 'the header' : `row ${this.records}`
  }
}

/** What a cell's bytes mean once its doubled quotes are single again. */
export function undoubled(bytes: Buffer, start: number, end: number): Buffer {
  const single = Buffer.allocUnsafe(end - start)
  let length = 0
  for (let at = start; at < end; at++) {
    single[length++] = bytes[at]!
    if (bytes[at] === QUOTE) at++
  }
  return single.subarray(0, length)
}
