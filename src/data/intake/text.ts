import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { type Dialect, findDialect } from './dialect.ts'
import { type Encoding, EncodingScan, findUtf16, singleByteToUtf8, utf8BomBytes, utf16ToUtf8 } from './encoding.ts'
import { isKnownColumn } from './order-columns.ts'
import { RecordScan, type RecordShape } from './records.ts'
import { HEAD_BYTES, peek, type Source } from './source.ts'
import { StagedFile } from './staged-file.ts'

const CHUNK_BYTES = HEAD_BYTES

export interface TextRequest {
  /** Folder for what is written. */
  work: string
  options: DatasetOptions
  rowsMax: number
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
  const text = await asAscii(source)
  const { mapping } = request.options
  const dialect = findDialect(text.head, (name) =>
    [name, decode(name, 'utf-8')].some((each) => isKnownColumn(each, mapping))
  )
  const shape: RecordShape = {
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote.charCodeAt(0),
    columns: dialect.header.length,
    forbidden: [0, 1]
  }
  const staged = await stageRecords(text, request, { from: dialect.dataStart, shape })
  const names = dialect.header.map((name, at) => decode(name, staged.encoding) || `column_${at + 1}`)
  return { ...staged, dialect, names }
}

/**
 * JSON: only its encoding matters.
 * @returns path of the text in UTF-8
 */
export async function unpackText(source: Source, request: TextRequest): Promise<{ path: string; encoding: Encoding }> {
  const text = await asAscii(source)
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
  const encoding = chosenEncoding(encodings, request.options)
  if (text.utf16 === null && isSingleByte(encoding)) transcode(path, encoding)
  return { path, encoding: text.utf16 ?? encoding }
}

interface AsciiText {
  head: Buffer
  chunks: AsyncIterable<Buffer>
  /** UTF-16 that is turned into UTF-8 on the way; null for bytes as they lie in the file. */
  utf16: 'utf-16le' | 'utf-16be' | null
}

/** The text in an encoding in which ASCII characters are the bytes they are in ASCII. */
async function asAscii(source: Source): Promise<AsciiText> {
  const utf16 = findUtf16(source.head)
  if (utf16 === null) return { head: source.head, chunks: source.chunks, utf16 }
  const { head, all } = await peek(utf16ToUtf8(source.chunks, utf16))
  return { head, chunks: all, utf16 }
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
    records.end()
    if (records.rows === 0) throw new Problem('no_rows', 'The file has a header but no rows; send the order lines too.')
    if (records.rows > request.rowsMax) throw tooManyRows(request.rowsMax)
    const encoding = chosenEncoding(encodings, request.options)
    staged.finish(text.utf16 === null && isSingleByte(encoding) ? (bytes) => singleByteToUtf8(bytes, encoding) : null)
    return { path: staged.path, encoding: text.utf16 ?? encoding, rows: records.rows }
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

/** @throws Problem encoding when the caller asks for UTF-8 and the text is none */
function chosenEncoding(encodings: EncodingScan, options: DatasetOptions): 'utf-8' | SingleByte {
  const found = encodings.result()
  const encoding = options.encoding ?? found
  if (encoding === 'utf-8' && found !== 'utf-8') {
    throw new Problem(
      'encoding',
      'The text is not valid UTF-8; leave options.encoding out, or say latin-1 or windows-1252.'
    )
  }
  return encoding
}

type SingleByte = 'latin-1' | 'windows-1252'

const isSingleByte = (encoding: Encoding): encoding is SingleByte =>
  encoding === 'latin-1' || encoding === 'windows-1252'

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

/** A header name from one character a byte to what it says. */
function decode(name: string, encoding: Encoding): string {
  const bytes = Buffer.from(name, 'latin1')
  return (isSingleByte(encoding) ? singleByteToUtf8(bytes, encoding) : bytes).toString('utf8').trim()
}
