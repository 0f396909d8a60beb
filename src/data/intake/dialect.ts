import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { cdnowColumns } from './cdnow.ts'
import { listNames } from './order-columns.ts'
import { type DialectRecord, lineStarts, readRecord } from './record-text.ts'

export const COLUMNS_MAX = 200
/** Longest line, and longest record where a quoted value spans lines. */
export const LINE_BYTES_MAX = 1024 * 1024
/** What stands for a delimiter where runs of blanks and tabs divide the values. */
export const WHITESPACE = 'whitespace'

export interface Dialect {
  /** One ASCII character, or WHITESPACE. */
  delimiter: string
  quote: '"' | "'"
  /** A backslash where it stands before quotes inside of quotes; null where these are doubled. */
  escape: '\\' | null
  /** Names as they stand in the file, one character a byte: still in the file's own encoding. */
  header: string[]
  /** Where the first data row begins, in bytes; with WHITESPACE, of the text that squeezeBlanks makes. */
  dataStart: number
  /** Sentences about what was not read as a header line and rows. */
  notes: string[]
}

export interface DialectRequest {
  /** Whether a text is a column name we know. */
  isKnown(name: string): boolean
  options: Pick<DatasetOptions, 'delimiter' | 'columns'>
}

interface Candidate {
  delimiter: string
  quote: '"' | "'"
  header: DialectRecord
  /** Lines above the header that hold something. */
  preamble: string[]
  /** Names of the header that are known. */
  known: number
  /** Share of the first rows that have as many values as the header. */
  consistent: number
  /** Values of the first rows that stand in quotes, from delimiter to delimiter. */
  quotedValues: number
  /** All rows end with a delimiter that the header lacks. */
  trailing: boolean
}

/** The likely ones first: of two that fit alike the earlier is taken. */
const DELIMITERS = [...',;\t|:^~#!*&@=/%$+?\\<>[]{}`\x02\x1c\x1d\x1e\x1f']
const QUOTES = ['"', "'"] as const
const SAMPLE_RECORDS = 100
/** Rows among which a backslash before a quote shows what it means. */
const ESCAPE_RECORDS = 5000
const PREAMBLE_LINES_MAX = 50

/**
 * Delimiter, quotes and header of a delimited text.
 *
 * A dialect is right when a line has names we know and the rows below have as many values; lines above it are titles
 * and dates of an export. The single quote is believed only where it does better, for it is an apostrophe in most files.
 *
 * @param head the first bytes of the text
 * @throws Problem header_missing, too_many_columns, line_too_long
 */
export function findDialect(head: Buffer, request: DialectRequest): Dialect {
  const { delimiter, columns } = request.options
  const text = head.toString('latin1')
  const start = /^(\xef\xbb\xbf)?[\r\n]*/.exec(text)![0].length
  if (!/[\r\n]/.test(text.slice(start, start + LINE_BYTES_MAX)) && text.length - start >= LINE_BYTES_MAX) {
    throw new Problem('line_too_long', 'The first line is longer than 1 MiB; a header names up to 200 columns.')
  }
  if (columns !== undefined) return withoutHeader(text, start, columns, delimiter)

  const asked = delimiter === undefined ? DELIMITERS : delimiter === WHITESPACE ? [] : [delimiter]
  let best = bestHeader(text, start, asked, request)
  if (delimiter === WHITESPACE || (delimiter === undefined && (best?.known ?? 0) < 2)) {
    const squeezed = squeezeText(text)
    const blank = bestHeader(squeezed, /^(\xef\xbb\xbf)?[\r\n]*/.exec(squeezed)![0].length, ['\t'], request)
    if (blank && blank.known > (best?.known ?? 0)) {
      best = blank
      best.delimiter = WHITESPACE
    }
    if (best === undefined || best.known === 0) {
      const known = cdnowColumns(squeezed)
      if (known) return { ...withoutHeader(text, start, known.columns, WHITESPACE), notes: [known.note] }
    }
  }
  if (best === undefined || best.known === 0) throw headerMissing(text, start, best)
  const header = best.header.values.map((value) => value.trim())
  if (best.trailing) header.push('')
  refuseTooMany(header.length)
  const { quote, preamble } = best
  const dialect = { delimiter: best.delimiter, quote, header, dataStart: best.header.end }
  const rows = best.delimiter === WHITESPACE ? '' : text
  return { ...dialect, escape: findEscape(rows, dialect), notes: preambleNotes(preamble) }
}

function bestHeader(
  text: string,
  start: number,
  delimiters: readonly string[],
  request: DialectRequest
): Candidate | undefined {
  const lines = lineStarts(text, start, PREAMBLE_LINES_MAX + 1)
  let best: Candidate | undefined
  for (const quote of QUOTES) {
    for (const delimiter of delimiters) {
      const candidate = tryDialect(text, lines, { delimiter, quote }, request)
      if (candidate && (best === undefined || isBetter(candidate, best))) best = candidate
    }
  }
  return best
}

function isBetter(candidate: Candidate, best: Candidate): boolean {
  if (candidate.known !== best.known) return candidate.known > best.known
  if (candidate.quote !== best.quote) return candidate.quotedValues > 0 && candidate.consistent >= best.consistent
  if (candidate.consistent !== best.consistent) return candidate.consistent > best.consistent
  return candidate.header.values.length > best.header.values.length
}

/** The line with the most known names; one below the first must have two at least. */
function tryDialect(
  text: string,
  lines: readonly { at: number; text: string }[],
  { delimiter, quote }: Pick<Candidate, 'delimiter' | 'quote'>,
  { isKnown }: DialectRequest
): Candidate | undefined {
  let found: { header: DialectRecord; line: number; known: number } | undefined
  for (const [line, { at, text: shown }] of lines.entries()) {
    // A file of one column has no delimiter at all.
    if (!shown.includes(delimiter) && (line > 0 || delimiter !== ',')) continue
    const header = readRecord(text, at, { delimiter, quote, escape: null })
    if (header === undefined) continue
    const known = header.values.filter((name) => isKnown(name.trim())).length
    if (found === undefined ? line === 0 || known > 1 : known > found.known && known > 1)
      found = { header, line, known }
  }
  if (found === undefined) return undefined
  const { header, line, known } = found
  const sample = sampleRecords(text, header, { delimiter, quote, escape: null }, SAMPLE_RECORDS)
  const trailing = sample.rows > 0 && sample.trailing === sample.rows
  return {
    delimiter,
    quote,
    header,
    preamble: lines.slice(0, line).map((each) => each.text),
    known,
    consistent: sample.rows === 0 || trailing ? 1 : sample.even / sample.rows,
    quotedValues: sample.quotedValues,
    trailing
  }
}

function sampleRecords(
  text: string,
  header: { values: readonly unknown[]; end: number; quotedValues: number },
  marks: Pick<Dialect, 'delimiter' | 'quote' | 'escape'>,
  most: number
) {
  const found = { rows: 0, even: 0, trailing: 0, quotedValues: header.quotedValues }
  for (let at = header.end; found.rows < most; ) {
    const record = readRecord(text, at, marks)
    // The head may end within a record.
    if (record === undefined || (record.end === text.length && found.rows > 0 && !/[\r\n]$/.test(text))) break
    at = record.end
    const { values } = record
    if (values.length === 1 && values[0] === '') continue
    found.rows++
    if (record.wellQuoted && values.length === header.values.length) found.even++
    if (record.wellQuoted && values.length === header.values.length + 1 && values.at(-1) === '') found.trailing++
    found.quotedValues += record.quotedValues
  }
  return found
}

/** Whether quotes inside of quotes have a backslash before them: where so more rows have the header's columns. */
function findEscape(text: string, { delimiter, quote, header, dataStart }: Omit<Dialect, 'escape' | 'notes'>) {
  if (!text.includes(`\\${quote}`)) return null
  const columns = { values: header, end: dataStart, quotedValues: 0 }
  const even = (mark: '\\' | null) => {
    const sample = sampleRecords(text, columns, { delimiter, quote, escape: mark }, ESCAPE_RECORDS)
    return sample.even / Math.max(1, sample.rows)
  }
  return even('\\') > even(null) ? '\\' : null
}

/** Rows from the first line on, their columns named by position. */
function withoutHeader(
  text: string,
  start: number,
  columns: readonly (string | null)[],
  asked: string | undefined
): Dialect {
  refuseTooMany(columns.length)
  const names = columns.map((name, at) => (name === null ? `column_${at + 1}` : name))
  const header = names.map((name) => Buffer.from(name).toString('latin1'))
  const squeezed = squeezeText(text)
  let best: { delimiter: string; quote: Dialect['quote']; even: number; quotedValues: number } | undefined
  for (const quote of QUOTES) {
    for (const delimiter of asked === undefined ? [...DELIMITERS, WHITESPACE] : [asked]) {
      const marks = { delimiter: delimiter === WHITESPACE ? '\t' : delimiter, quote, escape: null }
      const rows = delimiter === WHITESPACE ? squeezed : text
      const sample = sampleRecords(rows, { values: header, end: start, quotedValues: 0 }, marks, SAMPLE_RECORDS)
      const even = sample.even / Math.max(1, sample.rows)
      const better = best === undefined || even > best.even
      const quoted = best !== undefined && even === best.even && quote !== best.quote && sample.quotedValues > 0
      if (even > 0 && (better || (quoted && best!.quotedValues === 0))) {
        best = { delimiter, quote, even, quotedValues: sample.quotedValues }
      }
    }
  }
  if (best === undefined) {
    const { values } = readRecord(text, start, { delimiter: ',', quote: '"', escape: null }) ?? { values: [] }
    throw new Problem(
      'header_missing',
      `options.columns names ${columns.length} columns, but no delimiter divides the rows into as many; the first row is ${listNames(values)}. Name each column of the file, null for those that mean nothing.`
    )
  }
  const { delimiter, quote } = best
  const dialect = { delimiter, quote, header, dataStart: delimiter === WHITESPACE ? bomBytes(squeezed) : start }
  return { ...dialect, escape: findEscape(delimiter === WHITESPACE ? '' : text, dialect), notes: [] }
}

const bomBytes = (text: string): number => (text.startsWith('\xef\xbb\xbf') ? 3 : 0)

/** As squeezeBlanks makes it. */
const squeezeText = (text: string): string =>
  text
    .replace(/[ \t]+/g, '\t')
    .replace(/(^|[\r\n]|^\xef\xbb\xbf)\t/g, '$1')
    .replace(/\t(?=[\r\n]|$)/g, '')

function refuseTooMany(columns: number): void {
  if (columns <= COLUMNS_MAX) return
  throw new Problem('too_many_columns', `The file has ${columns} columns; send at most ${COLUMNS_MAX}.`)
}

function preambleNotes(lines: readonly string[]): string[] {
  const said = lines.filter((line) => !/^sep=.$/.test(line))
  if (said.length === 0) return []
  const count = said.length === 1 ? 'One line above the header was' : `${said.length} lines above the header were`
  return [`${count} left out, from ${listNames([Buffer.from(said[0]!, 'latin1').toString().trim()])} on.`]
}

function headerMissing(text: string, start: number, best: Candidate | undefined): Problem {
  const values =
    best?.header.values ?? readRecord(text, start, { delimiter: ',', quote: '"', escape: null })?.values ?? []
  if (values.length > COLUMNS_MAX) refuseTooMany(values.length)
  const seen = values.length > 0 ? ` The first row has ${listNames(values)}.` : ''
  return new Problem(
    'header_missing',
    `The first row must name the columns, and none of its names is known: looked for customer_id, ordered_at (or order date), quantity, unit_price, line_total, order_id and their usual names.${seen} Add a header line, name the columns in options.mapping, or, where the file has none, by their position in options.columns, for example ["customer_id", "ordered_at", null, "line_total"].`
  )
}
