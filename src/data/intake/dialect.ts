import { Problem } from '../../errors.ts'
import { listNames } from './order-columns.ts'

export const COLUMNS_MAX = 200
/** Longest line, and longest record where a quoted value spans lines. */
export const LINE_BYTES_MAX = 1024 * 1024

export interface Dialect {
  delimiter: string
  quote: '"' | "'"
  /** Names as they stand in the file, one character a byte: still in the file's own encoding. */
  header: string[]
  /** Where the first data row begins, in bytes. */
  dataStart: number
}

interface Candidate extends Dialect {
  /** Names of the header that are known. */
  known: number
  /** Share of the first rows that have as many values as the header. */
  consistent: number
  /** Values of the first rows that stand in quotes, from delimiter to delimiter. */
  quotedValues: number
}

const DELIMITERS = [',', ';', '\t', '|']
const SAMPLE_RECORDS = 100

/**
 * Delimiter, quote and header of a delimited text.
 *
 * A dialect is right when its header has names we know and the rows below have as many values as the header;
 * the single quote is believed only where it does better, for it is an apostrophe in most files.
 *
 * @param head the first bytes of the text
 * @param isKnown whether a text is a column name we know
 * @throws Problem header_missing, too_many_columns, line_too_long
 */
export function findDialect(head: Buffer, isKnown: (name: string) => boolean): Dialect {
  const text = head.toString('latin1')
  const start = /^(\xef\xbb\xbf)?[\r\n]*/.exec(text)![0].length
  if (!/[\r\n]/.test(text.slice(start, start + LINE_BYTES_MAX)) && text.length - start >= LINE_BYTES_MAX) {
    throw new Problem('line_too_long', 'The first line is longer than 1 MiB; a header names up to 200 columns.')
  }
  let best: Candidate | undefined
  for (const quote of ['"', "'"] as const) {
    for (const delimiter of DELIMITERS) {
      const candidate = tryDialect(text, start, delimiter, quote, isKnown)
      if (candidate && (best === undefined || isBetter(candidate, best))) best = candidate
    }
  }
  if (best === undefined || best.known === 0) throw headerMissing(best?.header ?? [])
  if (best.header.length > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The file has ${best.header.length} columns; send at most ${COLUMNS_MAX}.`)
  }
  const { delimiter, quote, header, dataStart } = best
  return { delimiter, quote, header, dataStart }
}

function isBetter(candidate: Candidate, best: Candidate): boolean {
  if (candidate.known !== best.known) return candidate.known > best.known
  if (candidate.quote !== best.quote) return candidate.quotedValues > 0 && candidate.consistent >= best.consistent
  if (candidate.consistent !== best.consistent) return candidate.consistent > best.consistent
  return candidate.header.length > best.header.length
}

function tryDialect(
  text: string,
  start: number,
  delimiter: string,
  quote: '"' | "'",
  isKnown: (name: string) => boolean
): Candidate | undefined {
  const first = readRecord(text, start, delimiter, quote)
  if (first === undefined) return undefined
  let rows = 0
  let even = 0
  let quotedValues = first.quotedValues
  for (let at = first.end; rows < SAMPLE_RECORDS; ) {
    const record = readRecord(text, at, delimiter, quote)
    if (record === undefined) break
    at = record.end
    if (record.values.length === 1 && record.values[0] === '') continue
    rows++
    if (record.wellQuoted && record.values.length === first.values.length) even++
    quotedValues += record.quotedValues
  }
  const header = first.values.map((value) => value.trim())
  return {
    delimiter,
    quote,
    header,
    dataStart: first.end,
    known: header.filter((name) => isKnown(name)).length,
    consistent: rows === 0 ? 1 : even / rows,
    quotedValues
  }
}

/** One record of a text of one character a byte; undefined at the end. A quote that is not closed takes all the rest. */
function readRecord(text: string, start: number, delimiter: string, quote: string) {
  if (start >= text.length) return undefined
  const values: string[] = []
  let quotedValues = 0
  let wellQuoted = true
  let at = start
  while (true) {
    let value = ''
    let open = at
    while (text[open] === ' ') open++
    if (text[open] === quote) {
      at = open + 1
      while (true) {
        const close = text.indexOf(quote, at)
        if (close < 0) return { values, quotedValues, wellQuoted: false, end: text.length }
        value += text.slice(at, close)
        at = close + 1
        if (text[at] !== quote) break
        value += quote
        at++
      }
      while (text[at] === ' ') at++
      const behind = text[at]
      if (behind === undefined || behind === delimiter || behind === '\n' || behind === '\r') quotedValues++
      else wellQuoted = false
    }
    const rest = at
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
    values.push(value + text.slice(rest, at))
    if (text[at] === delimiter) {
      at++
      continue
    }
    const end = text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : Math.min(at + 1, text.length)
    return { values, quotedValues, wellQuoted, end }
  }
}

function headerMissing(firstRow: string[]): Problem {
  const seen = firstRow.length > 0 ? ` The first row has ${listNames(firstRow)}.` : ''
  return new Problem(
    'header_missing',
    `The first row must name the columns, and none of its names is known: looked for customer_id, ordered_at (or order date), quantity, unit_price, line_total, order_id and their usual names.${seen} Add a header line, or name the columns in options.mapping.`
  )
}
