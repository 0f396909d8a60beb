import { crc32, gzipSync } from 'node:zlib'
import { Thrift, varint } from '../../src/data/intake/staging/thrift.ts'

// Parquet files as other writers make them, down to the encoding of each page. Names and numbers are those of parquet.thrift.

const TYPES = { INT32: 1, INT64: 2, INT96: 3, DOUBLE: 5, BYTE_ARRAY: 6 } as const
const ENCODINGS = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8
} as const
const CONVERTED = { UTF8: 0, DECIMAL: 5, DATE: 6, TIMESTAMP_MILLIS: 9 } as const

export interface ForeignColumn {
  name: string
  type: keyof typeof TYPES
  encoding?: Exclude<keyof typeof ENCODINGS, 'RLE'>
  /** What the values mean; of DECIMAL with two digits behind the point. */
  converted?: keyof typeof CONVERTED
  values: readonly (string | number | bigint | null)[]
}

export interface ForeignOptions {
  /** Of data pages; 1 by default. */
  version?: 1 | 2
  gzip?: boolean
  /** Checksums of pages, as Spark writes them. */
  crc?: boolean
  /** Values of one page. */
  pageValues?: number
  /** Every column says that it lies where the first does; the others are not written. */
  shared?: boolean
}

const PAGES = { data: 0, dictionary: 2, dataV2: 3 }

/** A file of one row group. A column with a null in it is optional, the others are required. */
export function foreignParquet(columns: readonly ForeignColumn[], options: ForeignOptions = {}): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')]
  let end = 4
  const write = (bytes: Buffer) => {
    parts.push(bytes)
    end += bytes.length
  }
  let first: { from: number; data: number; bytes: number; hasDictionary: boolean } | undefined
  const chunks = columns.map((column) => {
    if (options.shared && first !== undefined) return { column, ...first }
    const from = end
    const { dictionary, pages } = pagesOf(column, options)
    if (dictionary) write(dictionary)
    const data = end
    for (const page of pages) write(page)
    first ??= { from, data, bytes: end - from, hasDictionary: dictionary !== undefined }
    return { column, from, data, bytes: end - from, hasDictionary: dictionary !== undefined }
  })
  const rows = columns[0]!.values.length
  const footer = Thrift.struct((file) => {
    file.i32(1, 1)
    file.structs(2, [undefined, ...columns], (element, column) => {
      if (column === undefined) {
        element.text(4, 'schema')
        element.i32(5, columns.length)
        return
      }
      element.i32(1, TYPES[column.type])
      element.i32(3, isOptional(column) ? 1 : 0)
      element.text(4, column.name)
      if (column.converted) element.i32(6, CONVERTED[column.converted])
      if (column.converted === 'DECIMAL') {
        element.i32(7, 2)
        element.i32(8, 9)
      }
    })
    file.i64(3, rows)
    file.structs(4, [chunks], (group, each) => {
      group.structs(1, each, (chunk, { column, from, data, bytes, hasDictionary }) => {
        chunk.i64(2, from)
        chunk.struct(3, (about) => {
          about.i32(1, TYPES[column.type])
          about.i32s(2, [ENCODINGS[column.encoding ?? 'PLAIN'], ENCODINGS.RLE])
          about.texts(3, [column.name])
          about.i32(4, options.gzip ? 2 : 0)
          about.i64(5, rows)
          about.i64(6, bytes)
          about.i64(7, bytes)
          about.i64(9, data)
          if (hasDictionary) about.i64(11, from)
        })
      })
      group.i64(2, end)
      group.i64(3, rows)
    })
    file.text(6, 'someone else version 1')
  })
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1')])
}

const isOptional = ({ values }: ForeignColumn): boolean => values.includes(null)

function pagesOf(column: ForeignColumn, options: ForeignOptions): { dictionary?: Buffer; pages: Buffer[] } {
  const { pageValues = 1000 } = options
  const distinct =
    column.encoding === 'RLE_DICTIONARY' ? [...new Set(column.values.filter((value) => value !== null))] : undefined
  const pages: Buffer[] = []
  for (let from = 0; from < column.values.length; from += pageValues) {
    pages.push(dataPage(column, column.values.slice(from, from + pageValues), distinct, options))
  }
  if (distinct === undefined) return { pages }
  const dictionary = page(PAGES.dictionary, Buffer.alloc(0), plain(column, distinct), options, (header) =>
    header.struct(7, (about) => {
      about.i32(1, distinct.length)
      about.i32(2, ENCODINGS.PLAIN)
    })
  )
  return { dictionary, pages }
}

type Value = string | number | bigint

function dataPage(
  column: ForeignColumn,
  values: ForeignColumn['values'],
  distinct: readonly Value[] | undefined,
  options: ForeignOptions
): Buffer {
  const present = values.filter((value) => value !== null)
  const levels = isOptional(column)
    ? bitPacked(
        values.map((value) => (value === null ? 0 : 1)),
        1
      )
    : Buffer.alloc(0)
  const encoding = ENCODINGS[column.encoding ?? 'PLAIN']
  const body = encoded(column, present, distinct)
  if (options.version === 2) {
    return page(PAGES.dataV2, levels, body, options, (header) =>
      header.struct(8, (about) => {
        about.i32(1, values.length)
        about.i32(2, values.length - present.length)
        about.i32(3, values.length)
        about.i32(4, encoding)
        about.i32(5, levels.length)
        about.i32(6, 0)
      })
    )
  }
  const length = Buffer.alloc(levels.length > 0 ? 4 : 0)
  if (levels.length > 0) length.writeUInt32LE(levels.length)
  return page(PAGES.data, Buffer.alloc(0), Buffer.concat([length, levels, body]), options, (header) =>
    header.struct(5, (about) => {
      about.i32(1, values.length)
      about.i32(2, encoding)
      about.i32(3, ENCODINGS.RLE)
      about.i32(4, ENCODINGS.RLE)
    })
  )
}

/** @param levels stand before the body and are never compressed */
function page(
  type: number,
  levels: Buffer,
  body: Buffer,
  { gzip, crc }: ForeignOptions,
  about: (header: Thrift) => void
): Buffer {
  const bytes = Buffer.concat([levels, gzip ? gzipSync(body) : body])
  const header = Thrift.struct((each) => {
    each.i32(1, type)
    each.i32(2, levels.length + body.length)
    each.i32(3, bytes.length)
    if (crc) each.i32(4, crc32(bytes) | 0)
    about(each)
  })
  return Buffer.concat([header, bytes])
}

function encoded(column: ForeignColumn, values: readonly Value[], distinct: readonly Value[] | undefined): Buffer {
  switch (column.encoding) {
    case 'RLE_DICTIONARY': {
      const width = Math.max(1, 32 - Math.clz32(distinct!.length - 1))
      return Buffer.concat([
        Buffer.of(width),
        bitPacked(
          values.map((value) => distinct!.indexOf(value)),
          width
        )
      ])
    }
    case 'DELTA_BINARY_PACKED':
      return deltas(values.map(BigInt))
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return lengthsFirst(values.map((value) => Buffer.from(String(value))))
    case 'DELTA_BYTE_ARRAY': {
      const texts = values.map(String)
      const shared = texts.map((text, at) => {
        let same = 0
        while (at > 0 && same < text.length && text[same] === texts[at - 1]![same]) same++
        return same
      })
      const rest = texts.map((text, at) => Buffer.from(text.slice(shared[at])))
      return Buffer.concat([deltas(shared.map(BigInt)), lengthsFirst(rest)])
    }
    default:
      return plain(column, values)
  }
}

const lengthsFirst = (texts: readonly Buffer[]): Buffer =>
  Buffer.concat([deltas(texts.map(({ length }) => BigInt(length))), ...texts])

function plain({ type }: ForeignColumn, values: readonly Value[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      if (type === 'BYTE_ARRAY') {
        const text = Buffer.from(String(value))
        const length = Buffer.alloc(4)
        length.writeUInt32LE(text.length)
        return Buffer.concat([length, text])
      }
      if (type === 'INT96') return int96(BigInt(value))
      const bytes = Buffer.alloc(type === 'INT32' ? 4 : 8)
      if (type === 'INT32') bytes.writeInt32LE(Number(value))
      else if (type === 'INT64') bytes.writeBigInt64LE(BigInt(value))
      else bytes.writeDoubleLE(Number(value))
      return bytes
    })
  )
}

/** Nanoseconds of the day, then the Julian day: how Impala, Hive and Spark before 3 write a moment. @param epoch nanoseconds since 1970 */
function int96(epoch: bigint): Buffer {
  const DAY = 86_400_000_000_000n
  const bytes = Buffer.alloc(12)
  bytes.writeBigInt64LE(epoch % DAY)
  bytes.writeInt32LE(Number(epoch / DAY) + 2_440_588, 8)
  return bytes
}

/** One run of the hybrid encoding: groups of eight values, each of so many bits. */
function bitPacked(values: readonly number[], width: number): Buffer {
  const groups = Math.ceil(values.length / 8)
  return Buffer.concat([Buffer.from(varint((groups << 1) | 1)), packed(values.map(BigInt), width, 8 * groups)])
}

function packed(values: readonly bigint[], width: number, count: number): Buffer {
  let bits = 0n
  for (const [at, value] of values.entries()) bits |= value << BigInt(at * width)
  const bytes = Buffer.alloc(Math.ceil((count * width) / 8))
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number(bits & 0xffn)
    bits >>= 8n
  }
  return bytes
}

const zigzag = (value: bigint): Buffer => {
  const bytes: number[] = []
  let rest = value < 0n ? -2n * value - 1n : 2n * value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

/** DELTA_BINARY_PACKED: blocks of 128 differences in four parts of 32, each with bits of its own. */
function deltas(values: readonly bigint[]): Buffer {
  const head = [Buffer.from([...varint(128), ...varint(4), ...varint(values.length)]), zigzag(values[0] ?? 0n)]
  const differences = values.slice(1).map((value, at) => value - values[at]!)
  const blocks: Buffer[] = []
  for (let from = 0; from < differences.length; from += 128) {
    const block = differences.slice(from, from + 128)
    const least = block.toSorted((one, other) => Number(one - other))[0]!
    const parts = [0, 32, 64, 96].map((start) => block.slice(start, start + 32).map((each) => each - least))
    const widths = parts.map((part) => part.reduce((width, each) => Math.max(width, each.toString(2).length), 0))
    blocks.push(
      zigzag(least),
      Buffer.from(widths),
      ...parts.map((part, at) => packed(part, widths[at]!, part.length > 0 ? 32 : 0))
    )
  }
  return Buffer.concat([...head, ...blocks])
}
