import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { squeezeBlanks } from './blanks.ts'
import type { SingleByte } from './code-pages.ts'
import { type Dialect, findDialect, WHITESPACE } from './dialect.ts'
import {
  decodedToUtf8,
  type Encoding,
  EncodingScan,
  findUtf16,
  isDecodedFirst,
  isSingleByte,
  singleByteToUtf8,
  utf8BomBytes
} from './encoding.ts'
import { isKnownColumn } from './order-columns.ts'
import { FORBIDDEN, RecordScan, type RecordShape } from './records.ts'
import { HEAD_BYTES, peek, type Source } from './source.ts'
import { StagedFile } from './staged-file.ts'

const CHUNK_BYTES = HEAD_BYTES

export interface TextRequest {
  /** Folder for what is written. */
  work: string
  options: DatasetOptions
  rowsMax: number
  /** The beginning of a file is enough: what it breaks off in is no row. */
  partial?: boolean
}

/** A text in rows: a Parquet file of text columns c0, c1, …. */
export interface StagedText {
  path: string
  encoding: Encoding
  rows: number
}

/**
 * A delimited text: finds its dialect and divides it into rows.
 * @throws Problem header_missing, too_many_columns, line_too_long, csv_syntax, no_rows, too_many_rows, encoding
 */
export async function stageDelimited(
  source: Source,
  request: TextRequest
): Promise<StagedText & { dialect: Dialect; names: string[] }> {
  const text = await asAscii(source, request.options)
  const { options } = request
  const isKnown = (name: string) => [name, decode(name, 'utf-8')].some((each) => isKnownColumn(each, options.mapping))
  const dialect = findDialect(text.head, { isKnown: remembered(isKnown), options })
  const whitespace = dialect.delimiter === WHITESPACE
  const shape: RecordShape = {
    delimiter: whitespace ? '\t'.charCodeAt(0) : dialect.delimiter.charCodeAt(0),
    // Blanks divide quotes too.
    quote: whitespace ? null : dialect.quote.charCodeAt(0),
    escape: dialect.escape?.charCodeAt(0) ?? null,
    columns: dialect.header.length,
    forbidden: FORBIDDEN
  }
  const chunks = whitespace ? squeezeBlanks(text.chunks) : text.chunks
  const staged = await stageRecords({ ...text, chunks }, request, { from: dialect.dataStart, shape })
  const encoding = options.columns === undefined ? staged.encoding : 'utf-8'
  const names = dialect.header.map((name, at) => decode(name, encoding) || `column_${at + 1}`)
  return { ...staged, dialect, names }
}

/**
 * JSON: only its encoding matters.
 * @returns path of the text in UTF-8
 */
export async function unpackText(source: Source, request: TextRequest): Promise<{ path: string; encoding: Encoding }> {
  const text = await asAscii(source, request.options)
  const path = join(request.work, 'text')
  const file = openSync(path, 'w')
  const encodings = new EncodingScan()
  try {
    for await (const chunk of behind(text.chunks, utf8BomBytes(text.head))) {
      encodings.push(chunk)
      writeAll(file, chunk)
    }
  } finally {
    closeSync(file)
  }
  const encoding = text.decoded ?? chosenEncoding(encodings, request.options)
  if (isSingleByte(encoding)) transcode(path, encoding)
  return { path, encoding }
}

interface AsciiText {
  head: Buffer
  chunks: AsyncIterable<Buffer>
  /** The encoding that is turned into UTF-8 on the way; null for bytes as they lie in the file. */
  decoded: Encoding | null
}

/** The text in an encoding in which ASCII characters are the bytes they are in ASCII. */
async function asAscii(source: Source, options: DatasetOptions): Promise<AsciiText> {
  const asked = options.encoding !== undefined && isDecodedFirst(options.encoding) ? options.encoding : null
  const decoded = findUtf16(source.head) ?? asked
  if (decoded === null) return { head: source.head, chunks: source.chunks, decoded }
  const { head, all } = await peek(decodedToUtf8(source.chunks, decoded))
  return { head, chunks: all, decoded }
}

/** One pass over the text: what its encoding is turns out at the end, and is then applied to the different texts. */
async function stageRecords(
  text: AsciiText,
  request: TextRequest,
  plan: { from: number; shape: RecordShape }
): Promise<StagedText> {
  const staged = new StagedFile(join(request.work, 'text.parquet'), plan.shape.columns)
  try {
    const encodings = new EncodingScan()
    const records = new RecordScan(plan.shape, staged)
    for await (const chunk of behind(text.chunks, plan.from, (head) => encodings.push(head))) {
      encodings.push(chunk)
      records.push(chunk)
      if (records.rows > request.rowsMax) throw tooManyRows(request.rowsMax)
    }
    if (!request.partial) records.end()
    if (records.rows === 0) throw new Problem('no_rows', 'The file has a header but no rows; send the order lines too.')
    if (records.rows > request.rowsMax) throw tooManyRows(request.rowsMax)
    const encoding = text.decoded ?? chosenEncoding(encodings, request.options)
    staged.finish(isSingleByte(encoding) ? (bytes) => singleByteToUtf8(bytes, encoding) : null)
    return { path: staged.path, encoding, rows: records.rows }
  } finally {
    staged.close()
  }
}

/** The chunks without the first `skip` bytes, which `skipped` is given. */
async function* behind(
  chunks: AsyncIterable<Buffer>,
  skip: number,
  skipped: (bytes: Buffer) => void = () => {}
): AsyncGenerator<Buffer> {
  let left = skip
  for await (const chunk of chunks) {
    const cut = Math.min(left, chunk.length)
    left -= cut
    if (cut > 0) skipped(chunk.subarray(0, cut))
    if (cut < chunk.length) yield chunk.subarray(cut)
  }
}

/** @throws Problem encoding when the bytes are no text, or not the one that the caller says */
function chosenEncoding(encodings: EncodingScan, options: DatasetOptions): Encoding {
  const found = encodings.result()
  if (options.encoding === 'utf-8' && found.encoding !== 'utf-8') {
    throw new Problem(
      'encoding',
      'The text is not valid UTF-8; leave options.encoding out, or say latin-1 or windows-1252.'
    )
  }
  if (options.encoding !== undefined) return options.encoding
  if (found.fault !== null) {
    throw new Problem(
      'encoding',
      `${found.fault}; save it anew as UTF-8, or say in options.encoding how it was written: windows-1252, for example, or cp850 for an export of a DOS program.`
    )
  }
  return found.encoding
}

export const tooManyRows = (rowsMax: number): Problem =>
  new Problem('too_many_rows', `The file has more than ${rowsMax} rows; split it by period and combine what you need.`)

function transcode(path: string, encoding: SingleByte): void {
  const from = openSync(path, 'r')
  const to = openSync(`${path}.utf8`, 'w')
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES)
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) {
      writeAll(to, singleByteToUtf8(buffer.subarray(0, read), encoding))
    }
  } finally {
    closeSync(from)
    closeSync(to)
  }
  renameSync(`${path}.utf8`, path)
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

/** Each delimiter and quote that is tried shows much the same names. */
function remembered(isKnown: (name: string) => boolean): (name: string) => boolean {
  const answers = new Map<string, boolean>()
  return (name) => {
    const answer = answers.get(name) ?? isKnown(name)
    answers.set(name, answer)
    return answer
  }
}

/** A header name from one character a byte to what it says. */
function decode(name: string, encoding: Encoding): string {
  const bytes = Buffer.from(name, 'latin1')
  return (isSingleByte(encoding) ? singleByteToUtf8(bytes, encoding) : bytes).toString('utf8').trim()
}
