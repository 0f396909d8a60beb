import { Thrift, varint } from './thrift.ts'

/** Numbers of the Parquet format. */
const BYTE_ARRAY = 6
const OPTIONAL = 1
const UTF8 = 0
const UNCOMPRESSED = 0
const PLAIN = 0
const RLE = 3
const RLE_DICTIONARY = 8
const DATA_PAGE = 0
const DICTIONARY_PAGE = 2

export const MAGIC = Buffer.from('PAR1')

/** A column of a group of rows: one dictionary page and one page of codes. */
export interface Chunk {
  texts: number
  rows: number
  dictionary: Place
  /** The data page, its header included. */
  data: Place
}

/** A part of the file; of a dictionary page without its header. */
export interface Place {
  at: number
  bytes: number
}

/** What stands before the texts of a dictionary, each of them behind its length. */
export const dictionaryHeader = (bytes: number, texts: number): Buffer =>
  pageHeader(DICTIONARY_PAGE, bytes, (header) =>
    header.struct(7, (about) => {
      about.i32(1, texts)
      about.i32(2, PLAIN)
    })
  )

/** Bits that tell `texts` apart. */
export const widthOf = (texts: number): number => Math.max(1, 32 - Math.clz32(Math.max(0, texts - 1)))

/**
 * Whether each value is there, then the number of its text.
 * @param levels one bit a row; null where every value is there
 * @param numbers packed by `widthOf(texts)` bits each, without the empty values
 */
export function dataPage(
  rows: number,
  empty: number,
  texts: number,
  levels: Uint8Array | null,
  numbers: Uint8Array
): Buffer[] {
  const present = levels === null ? [Buffer.from([...varint(2 * rows), 1])] : packedRun(rows, levels)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(sizeOf(present))
  const body = [length, ...present, Buffer.of(widthOf(texts)), ...packedRun(rows - empty, numbers)]
  const header = pageHeader(DATA_PAGE, sizeOf(body), (page) =>
    page.struct(5, (about) => {
      about.i32(1, rows)
      about.i32(2, RLE_DICTIONARY)
      about.i32(3, RLE)
      about.i32(4, RLE)
    })
  )
  return [header, ...body]
}

/** FileMetaData of parquet.thrift, its length and the closing magic. */
export function footer(columns: number, groups: readonly Chunk[][]): Buffer {
  const names = Array.from({ length: columns }, (_, at) => `c${at}`)
  const description = Thrift.struct((file) => {
    file.i32(1, 1)
    file.structs(2, ['rows', ...names], (element, name) => {
      if (name === 'rows') {
        element.text(4, name)
        element.i32(5, columns)
        return
      }
      element.i32(1, BYTE_ARRAY)
      element.i32(3, OPTIONAL)
      element.text(4, name)
      element.i32(6, UTF8)
    })
    file.i64(
      3,
      groups.reduce((sum, group) => sum + group[0]!.rows, 0)
    )
    file.structs(4, groups, (group, chunks) => {
      group.structs(1, chunks, (column, chunk, at) => writeChunk(column, chunk, names[at]!))
      group.i64(
        2,
        chunks.reduce((sum, chunk) => sum + chunkBytes(chunk), 0)
      )
      group.i64(3, chunks[0]!.rows)
    })
  })
  const length = Buffer.alloc(4)
  length.writeUInt32LE(description.length)
  return Buffer.concat([description, length, MAGIC])
}

function writeChunk(column: Thrift, chunk: Chunk, name: string): void {
  column.i64(2, 0)
  column.struct(3, (about) => {
    about.i32(1, BYTE_ARRAY)
    about.i32s(2, [PLAIN, RLE, RLE_DICTIONARY])
    about.texts(3, [name])
    about.i32(4, UNCOMPRESSED)
    about.i64(5, chunk.rows)
    about.i64(6, chunkBytes(chunk))
    about.i64(7, chunkBytes(chunk))
    about.i64(9, chunk.data.at)
    about.i64(11, dictionaryStart(chunk))
  })
}

/** The header of a dictionary page stands before its bytes. */
const dictionaryStart = ({ dictionary, texts }: Chunk): number =>
  dictionary.at - dictionaryHeader(dictionary.bytes, texts).length

const chunkBytes = (chunk: Chunk): number => chunk.data.at + chunk.data.bytes - dictionaryStart(chunk)

/** The bits of so many numbers as one run. */
const packedRun = (count: number, bits: Uint8Array): Buffer[] =>
  count === 0
    ? []
    : [Buffer.from(varint(2 * Math.ceil(count / 8) + 1)), Buffer.from(bits.buffer, bits.byteOffset, bits.length)]

const sizeOf = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0)

function pageHeader(type: number, bytes: number, about: (header: Thrift) => void): Buffer {
  return Thrift.struct((header) => {
    header.i32(1, type)
    header.i32(2, bytes)
    header.i32(3, bytes)
    about(header)
  })
}
