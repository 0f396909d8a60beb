import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { LINE_BYTES_MAX } from './dialect.ts'
import { FORBIDDEN, MALFORMED_MARK, type RecordShape, type RecordSink } from './records.ts'
import { type Chunk, dataPage, dictionaryHeader, footer, MAGIC, type Place, widthOf } from './staging/parquet-pages.ts'
import { recoded } from './staging/recoded.ts'
import { RowGroup } from './staging/row-group.ts'

/**
 * The rows of a text as a Parquet file of text columns c0, c1, …, written while the text is gone through and read by
 * DuckDB. A malformed row has its line behind MALFORMED_MARK in c0; an empty value is NULL.
 *
 * Every column of a group of rows is one dictionary and one page of codes: DuckDB then calculates with the different
 * texts instead of the rows. What is in memory is one group, whatever the file.
 */
export class StagedFile implements RecordSink {
  private readonly group: RowGroup
  private readonly groups: Chunk[][] = []
  private file: number
  private end = 0

  constructor(
    readonly path: string,
    private columns: number
  ) {
    this.group = new RowGroup(columns)
    this.file = openSync(path, 'w+')
    this.write(MAGIC)
  }

  /** One more column, without values in the rows so far. */
  addColumn(): void {
    if (!this.group.hasRoomForColumn) this.flush()
    this.group.addColumn()
    this.columns++
  }

  divideBy({ delimiter, quote, escape: escaping = null, forbidden }: RecordShape): boolean {
    if (delimiter === null || forbidden.some((byte) => !FORBIDDEN.includes(byte))) return false
    this.group.divideBy({ delimiter, quote, escaping, recordBytesMax: LINE_BYTES_MAX })
    return true
  }

  begin(text: Uint8Array): void {
    this.group.begin(text)
  }

  take(from: number): { at: number; rows: number } {
    const { group } = this
    let at = from
    let rows = 0
    while (true) {
      const before = group.rows
      at = group.take(at)
      rows += group.rows - before
      if (!group.stoppedFull) return { at, rows }
      this.flush()
    }
  }

  good(bytes: Uint8Array, bounds: Int32Array): void {
    this.group.add(bytes, bounds)
    if (this.group.isFull) this.flush()
  }

  malformed(line: Buffer): void {
    const marked = Buffer.concat([Buffer.from(MALFORMED_MARK), line])
    const bounds = new Int32Array(2 * this.columns)
    bounds[1] = marked.length
    this.good(marked, bounds)
  }

  /**
   * Ends the file.
   * @param decode makes UTF-8 of a text that is not ASCII; null where the texts are UTF-8 already
   */
  finish(decode: ((text: Buffer) => Buffer) | null): void {
    this.flush()
    this.fillGroups()
    if (decode !== null) this.recode(decode)
    this.write(footer(this.columns, this.groups))
    this.close()
  }

  close(): void {
    if (this.file >= 0) closeSync(this.file)
    this.file = -1
  }

  private flush(): void {
    const { group } = this
    if (group.rows === 0) return
    this.groups.push(Array.from({ length: this.columns }, (_, column) => this.writeColumn(group, column)))
    group.clear()
  }

  private writeColumn(group: RowGroup, column: number): Chunk {
    const { texts, empty } = group.column(column)
    const { rows } = group
    const dictionary = this.writeDictionary(group.texts(column), texts)
    const levels = empty === 0 ? null : Buffer.from(group.levels(column))
    const data = this.writePage(dataPage(rows, empty, texts, levels, group.numbers(column, widthOf(texts))))
    return { texts, rows, dictionary, data }
  }

  /** Groups from before a column was there get it without values. */
  private fillGroups(): void {
    for (const chunks of this.groups) {
      const { rows } = chunks[0]!
      while (chunks.length < this.columns) {
        const dictionary = this.writeDictionary(Buffer.alloc(0), 0)
        const levels = Buffer.alloc(Math.ceil(rows / 8))
        const data = this.writePage(dataPage(rows, rows, 0, levels, Buffer.alloc(0)))
        chunks.push({ texts: 0, rows, dictionary, data })
      }
    }
  }

  private writeDictionary(texts: Uint8Array, count: number): Place {
    this.write(dictionaryHeader(texts.length, count))
    const at = this.end
    this.write(texts)
    return { at, bytes: texts.length }
  }

  private writePage(parts: readonly Buffer[]): Place {
    const at = this.end
    for (const part of parts) this.write(part)
    return { at, bytes: this.end - at }
  }

  /** Which encoding a text has is known at its end: columns with other than ASCII are written anew then, behind the others. */
  private recode(decode: (text: Buffer) => Buffer): void {
    for (const chunk of this.groups.flat()) {
      const texts = readPlace(this.file, chunk.dictionary)
      const decoded = recoded(texts, decode)
      if (decoded === texts) continue
      const data = readPlace(this.file, chunk.data)
      chunk.dictionary = this.writeDictionary(decoded, chunk.texts)
      chunk.data = this.writePage([data])
    }
  }

  private write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done)
    this.end += bytes.length
  }
}

function readPlace(file: number, { at, bytes }: Place): Buffer {
  const buffer = Buffer.alloc(bytes)
  for (let done = 0; done < bytes; ) {
    const read = readSync(file, buffer, done, bytes - done, at + done)
    if (read === 0) throw new Error('the staged file is shorter than it was written')
    done += read
  }
  return buffer
}
