import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { MALFORMED_MARK, type RecordSink } from './records.ts'
import { recoded, TextColumn } from './text-column.ts'
import { Thrift, varint } from './thrift.ts'

/** Rows that stand together: as many as in a group of a DuckDB table, which others would have to be put together for. */
const GROUP_ROWS = 122_880
/** The rows of a wide file are fewer: each value takes up to 20 bytes beside its text. */
const GROUP_VALUES = 4 * 1024 * 1024
/** Different texts of one group, all columns together: what is held in memory. */
const GROUP_BYTES = 16 * 1024 * 1024
const LOOK_EVERY_BYTES = 1024 * 1024

const MAGIC = Buffer.from('PAR1')
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

interface Chunk {
  texts: number
  rows: number
  dictionary: Place
  /** The data page, its header included. */
  data: Place
}

/** A part of the file; of a dictionary page without its header. */
interface Place {
  at: number
  bytes: number
}

/**
 * The rows of a text as a Parquet file of text columns c0, c1, …, written while the text is gone through and read by
 * DuckDB. A malformed row has its line behind MALFORMED_MARK in c0; an empty value is NULL.
 *
 * Every column of a group of rows is one dictionary and one page of codes: DuckDB then calculates with the different
 * texts instead of the rows. What is in memory is one group, whatever the file.
 */
export class StagedFile implements RecordSink {
  private readonly columns: TextColumn[]
  private readonly groups: Chunk[][] = []
  private groupRows: number
  private file: number
  private end = 0
  /** Bytes of values since the size of the group was last looked at. */
  private unseen = 0

  constructor(
    readonly path: string,
    columns: number
  ) {
    this.columns = Array.from({ length: columns }, () => new TextColumn())
    this.groupRows = Math.min(GROUP_ROWS, Math.floor(GROUP_VALUES / columns))
    this.file = openSync(path, 'w+')
    this.write(MAGIC)
  }

  /** One more column, without values in the rows so far. */
  addColumn(): void {
    this.columns.push(emptyColumn(this.columns[0]!.rows))
    this.groupRows = Math.min(GROUP_ROWS, Math.floor(GROUP_VALUES / this.columns.length))
  }

  good(bytes: Uint8Array, bounds: Int32Array): void {
    const { columns } = this
    for (let each = 0; each < columns.length; each++) {
      columns[each]!.add(bytes, bounds[2 * each]!, bounds[2 * each + 1]!)
    }
    this.count(bounds[bounds.length - 1]! - bounds[0]!)
  }

  malformed(line: Buffer): void {
    const marked = Buffer.concat([Buffer.from(MALFORMED_MARK), line])
    for (const [at, column] of this.columns.entries()) column.add(marked, 0, at === 0 ? marked.length : 0)
    this.count(marked.length)
  }

  /**
   * Ends the file.
   * @param decode makes UTF-8 of a text that is not ASCII; null where the texts are UTF-8 already
   */
  finish(decode: ((text: Buffer) => Buffer) | null): void {
    this.flush()
    this.fillGroups()
    if (decode !== null) this.recode(decode)
    this.write(footer(this.columns.length, this.groups))
    this.close()
  }

  close(): void {
    if (this.file >= 0) closeSync(this.file)
    this.file = -1
  }

  private count(bytes: number): void {
    this.unseen += bytes
    if (this.columns[0]!.rows >= this.groupRows) this.flush()
    else if (this.unseen >= LOOK_EVERY_BYTES) {
      this.unseen = 0
      if (this.isFull()) this.flush()
    }
  }

  private isFull(): boolean {
    let bytes = 0
    for (const { used } of this.columns) bytes += used
    return bytes >= GROUP_BYTES
  }

  private flush(): void {
    if (this.columns[0]!.rows === 0) return
    this.groups.push(this.columns.map((column) => this.writeColumn(column)))
  }

  private writeColumn(column: TextColumn): Chunk {
    const { texts, rows } = column
    const dictionary = this.writeDictionary(column.page, texts)
    const data = { at: this.end, bytes: 0 }
    this.write(dataPage(column))
    data.bytes = this.end - data.at
    column.clear()
    return { texts, rows, dictionary, data }
  }

  /** Groups from before a column was there get it without values. */
  private fillGroups(): void {
    for (const group of this.groups) {
      while (group.length < this.columns.length) group.push(this.writeColumn(emptyColumn(group[0]!.rows)))
    }
  }

  private writeDictionary(page: Buffer, texts: number): Place {
    this.write(
      pageHeader(DICTIONARY_PAGE, page.length, (header) =>
        header.struct(7, (about) => {
          about.i32(1, texts)
          about.i32(2, PLAIN)
        })
      )
    )
    const at = this.end
    this.write(page)
    return { at, bytes: page.length }
  }

  /** Which encoding a text has is known at its end: only the different texts are written anew then. */
  private recode(decode: (text: Buffer) => Buffer): void {
    const { file: original, path } = this
    this.file = openSync(`${path}.utf8`, 'w+')
    this.end = 0
    this.write(MAGIC)
    for (const chunk of this.groups.flat()) {
      chunk.dictionary = this.writeDictionary(recoded(readPlace(original, chunk.dictionary), decode), chunk.texts)
      const data = readPlace(original, chunk.data)
      chunk.data = { at: this.end, bytes: data.length }
      this.write(data)
    }
    closeSync(original)
    renameSync(`${path}.utf8`, path)
  }

  private write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done)
    this.end += bytes.length
  }
}

function emptyColumn(rows: number): TextColumn {
  const column = new TextColumn()
  for (let row = 0; row < rows; row++) column.add(MAGIC, 0, 0)
  return column
}

/** Whether each value is there, then the codes of those that are. */
function dataPage(column: TextColumn): Buffer {
  const codes = column.rowCodes
  const levels = definitionLevels(codes, column.empty)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(levels.length)
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, column.texts - 1)))
  const packed = packedRun(present(codes, column.empty), width)
  const body = Buffer.concat([length, levels, Buffer.of(width), packed])
  const header = pageHeader(DATA_PAGE, body.length, (page) =>
    page.struct(5, (about) => {
      about.i32(1, codes.length)
      about.i32(2, RLE_DICTIONARY)
      about.i32(3, RLE)
      about.i32(4, RLE)
    })
  )
  return Buffer.concat([header, body])
}

function definitionLevels(codes: Int32Array, empty: number): Buffer {
  if (empty === 0) return Buffer.from([...varint(2 * codes.length), 1])
  const levels = new Int32Array(codes.length)
  for (let row = 0; row < codes.length; row++) levels[row] = codes[row]! < 0 ? 0 : 1
  return packedRun(levels, 1)
}

function present(codes: Int32Array, empty: number): Int32Array {
  if (empty === 0) return codes
  const there = new Int32Array(codes.length - empty)
  for (let row = 0, at = 0; row < codes.length; row++) if (codes[row]! >= 0) there[at++] = codes[row]!
  return there
}

/** Numbers of `width` bits each, at most 24, the lowest bits first, as one run of groups of eight. */
function packedRun(values: Int32Array, width: number): Buffer {
  const groups = Math.ceil(values.length / 8)
  if (groups === 0) return Buffer.alloc(0)
  const head = varint(2 * groups + 1)
  const run = Buffer.alloc(head.length + groups * width)
  run.set(head)
  let at = head.length
  let held = 0
  let bits = 0
  for (let each = 0; each < values.length; each++) {
    held |= values[each]! << bits
    bits += width
    while (bits >= 8) {
      run[at++] = held & 0xff
      held >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) run[at] = held & 0xff
  return run
}

function pageHeader(type: number, bytes: number, about: (header: Thrift) => void): Buffer {
  return Thrift.struct((header) => {
    header.i32(1, type)
    header.i32(2, bytes)
    header.i32(3, bytes)
    about(header)
  })
}

/** FileMetaData of parquet.thrift, its length and the closing magic. */
function footer(columns: number, groups: readonly Chunk[][]): Buffer {
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
  dictionary.at -
  pageHeader(DICTIONARY_PAGE, dictionary.bytes, (header) =>
    header.struct(7, (about) => {
      about.i32(1, texts)
      about.i32(2, PLAIN)
    })
  ).length

const chunkBytes = (chunk: Chunk): number => chunk.data.at + chunk.data.bytes - dictionaryStart(chunk)

function readPlace(file: number, { at, bytes }: Place): Buffer {
  const buffer = Buffer.alloc(bytes)
  for (let done = 0; done < bytes; ) {
    const read = readSync(file, buffer, done, bytes - done, at + done)
    if (read === 0) throw new Error('the staged file is shorter than it was written')
    done += read
  }
  return buffer
}
