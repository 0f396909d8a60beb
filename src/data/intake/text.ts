import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { type Dialect, findDialect } from './dialect.ts'
import { type Encoding, EncodingScan, findUtf16, singleByteToUtf8, utf8BomBytes, utf16ToUtf8 } from './encoding.ts'
import { isKnownColumn } from './order-columns.ts'
import { RecordScan, type RecordShape, type RecordSink } from './records.ts'
import { HEAD_BYTES, peek, type Source } from './source.ts'

const CHUNK_BYTES = HEAD_BYTES
/** Stands between values where there is only one a line: no JSON text holds it. */
export const UNIT_SEPARATOR = '\x1f'

/** A text ready for DuckDB: UTF-8, and of records that cannot be misread. */
export interface PreparedText {
  path: string
  /** Lines before the first row. */
  skip: 0 | 1
  encoding: Encoding
  /** Rows that DuckDB must find; null for a JSON array, which is not divided here. */
  rows: number | null
  /** Some value goes over the end of a line. */
  spansLines: boolean
}

interface TextRequest {
  /** The file on disk that the source was opened on, for a text that can be read where it lies. */
  path: string
  work: string
  options: DatasetOptions
  rowsMax: number
}

/** A delimited text: finds its dialect, divides it into records, writes it anew only where it has to be changed. */
export async function prepareCsv(
  source: Source,
  request: TextRequest
): Promise<PreparedText & { dialect: Dialect; header: string[] }> {
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
  const headerLines = text.head.toString('latin1', 0, dialect.dataStart).split(/\r\n|\n|\r/).length - 1
  const prepared = await prepare(source, text, request, {
    from: dialect.dataStart,
    inPlace: headerLines === 1 && utf8BomBytes(text.head) === 0,
    shape
  })
  const header = dialect.header.map((name) => decode(name, prepared.encoding))
  return { ...prepared, dialect, header: header.map((name, at) => (name === '' ? `column_${at + 1}` : name)) }
}

/** NDJSON: each line one value. */
export async function prepareLines(source: Source, request: TextRequest): Promise<PreparedText> {
  const text = await asAscii(source)
  const from = utf8BomBytes(text.head)
  const shape: RecordShape = {
    delimiter: null,
    quote: null,
    columns: 1,
    forbidden: [0, 1, UNIT_SEPARATOR.charCodeAt(0)]
  }
  return prepare(source, text, request, { from, inPlace: from === 0, shape })
}

/** A JSON array: only its encoding matters. */
export async function prepareJson(source: Source, request: TextRequest): Promise<PreparedText> {
  const text = await asAscii(source)
  const from = utf8BomBytes(text.head)
  return prepare(source, text, request, { from, inPlace: from === 0, shape: null })
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

async function prepare(
  source: Source,
  text: AsciiText,
  request: TextRequest,
  plan: { from: number; inPlace: boolean; shape: RecordShape | null }
): Promise<PreparedText> {
  const asItLies = source.compression === null && text.utf16 === null && plan.inPlace
  const output = new TextFile(join(request.work, 'text'), asItLies ? { path: request.path, from: plan.from } : null)
  const encodings = new EncodingScan()
  const records = plan.shape && new RecordScan(plan.shape, output)
  try {
    let skip = plan.from
    for await (const chunk of text.chunks) {
      encodings.push(chunk)
      const part = chunk.subarray(Math.min(skip, chunk.length))
      skip -= chunk.length - part.length
      if (records) records.push(part)
      else output.keep(part)
      if (records && records.rows > request.rowsMax) throw tooManyRows(request.rowsMax)
    }
    records?.end()
  } finally {
    output.close()
  }
  if (records?.rows === 0) throw new Problem('no_rows', 'The file has a header but no rows; send the order lines too.')

  const found = encodings.result()
  const encoding = request.options.encoding ?? found
  if (encoding === 'utf-8' && found !== 'utf-8') {
    throw new Problem(
      'encoding',
      'The text is not valid UTF-8; leave options.encoding out, or say latin-1 or windows-1252.'
    )
  }
  const whole = { rows: records?.rows ?? null, spansLines: records?.spansLines ?? false }
  const skip = output.written ? 0 : plan.shape?.delimiter ? 1 : 0
  if (text.utf16 || encoding === 'utf-8') {
    return { ...whole, path: output.written ? output.path : request.path, skip, encoding: text.utf16 ?? encoding }
  }
  const utf8 = join(request.work, 'text-utf8')
  transcode(output.written ? output.path : request.path, utf8, encoding)
  return { ...whole, path: utf8, skip, encoding }
}

export const tooManyRows = (rowsMax: number): Problem =>
  new Problem('too_many_rows', `The file has more than ${rowsMax} rows; split it by period and combine what you need.`)

/** The text as it will be read: the file as it lies for as long as nothing in it has to change, then a copy. */
class TextFile implements RecordSink {
  private file: number | undefined
  private kept = 0
  private readonly waiting: Buffer[] = []
  private waitingBytes = 0

  constructor(
    readonly path: string,
    private readonly original: { path: string; from: number } | null
  ) {
    if (original === null) this.file = openSync(path, 'w')
  }

  get written(): boolean {
    return this.file !== undefined
  }

  keep(bytes: Buffer): void {
    if (this.file === undefined) this.kept += bytes.length
    else this.write(bytes)
  }

  replace(_bytes: Buffer, by: Buffer): void {
    if (this.file === undefined) this.startCopy()
    this.write(by)
  }

  close(): void {
    if (this.file === undefined) return
    this.flush()
    closeSync(this.file)
  }

  private startCopy(): void {
    this.file = openSync(this.path, 'w')
    const { path, from } = this.original!
    for (const chunk of readChunks(path, from, from + this.kept)) writeAll(this.file, chunk)
  }

  /** Small pieces are gathered: a file of broken rows would otherwise be written row by row. */
  private write(bytes: Buffer): void {
    this.waiting.push(Buffer.from(bytes))
    this.waitingBytes += bytes.length
    if (this.waitingBytes >= CHUNK_BYTES) this.flush()
  }

  private flush(): void {
    writeAll(this.file!, Buffer.concat(this.waiting))
    this.waiting.length = 0
    this.waitingBytes = 0
  }
}

function transcode(from: string, to: string, encoding: 'latin-1' | 'windows-1252'): void {
  const file = openSync(to, 'w')
  try {
    for (const chunk of readChunks(from, 0, Number.POSITIVE_INFINITY)) writeAll(file, singleByteToUtf8(chunk, encoding))
  } finally {
    closeSync(file)
  }
}

/** Each chunk lives until the next is asked for. */
function* readChunks(path: string, from: number, to: number): Generator<Buffer> {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(CHUNK_BYTES)
  try {
    for (let at = from; at < to; ) {
      const bytes = readSync(file, buffer, 0, Math.min(CHUNK_BYTES, to - at), at)
      if (bytes === 0) return
      at += bytes
      yield buffer.subarray(0, bytes)
    }
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

/** A header name from one character a byte to what it says. */
function decode(name: string, encoding: Encoding): string {
  const bytes = Buffer.from(name, 'latin1')
  const single = encoding === 'latin-1' || encoding === 'windows-1252'
  return (single ? singleByteToUtf8(bytes, encoding) : bytes).toString('utf8').trim()
}
