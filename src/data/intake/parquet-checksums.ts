import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { readStruct, type Struct } from './thrift-reader.ts'

/** Chunks among which checksums are looked for: a writer gives them to every page or to none. */
const SAMPLED_CHUNKS = 8
/** Chunks that are asked for at a time. */
const BATCH = 10_000
const WINDOW_BYTES = 1024 * 1024
/** Most headers are of 20 to 100 bytes; statistics in them may hold long texts. */
const HEADER_BYTES = 4096

/** Numbers of the fields of parquet.thrift. */
const PAGE = { compressedSize: 3, crc: 4, data: 5, dataV2: 8 } as const
const VALUES = 1

interface Chunk {
  from: number
  bytes: number
  values: number
}

/** The pages are not what was written: a checksum is wrong, or they are not as many or as long as is said of them. */
export class DamagedPages extends Error {}

/**
 * Compares each page with its checksum where the writer has given any: DuckDB reads over them.
 * @returns whether there were checksums
 * @throws DamagedPages
 */
export async function checkPages(db: DuckDb, path: string): Promise<boolean> {
  await db.run(`
    create temp table chunks as
    select
      (case when dictionary_page_offset between 4 and data_page_offset - 1 then dictionary_page_offset else data_page_offset end)::double as "from",
      total_compressed_size::double as bytes,
      num_values::double as "values"
    from parquet_metadata(${sqlText(path)})`)
  const file = await open(path)
  try {
    const pages = new Pages(file, (await file.stat()).size)
    for (let done = 0; ; ) {
      const count = done === 0 ? SAMPLED_CHUNKS : BATCH
      const chunks = await db.rows<Chunk>(
        `select * from chunks where rowid >= ${done} and rowid < ${done + count} order by rowid`
      )
      for (const chunk of chunks) await pages.check(chunk)
      done += chunks.length
      if (chunks.length < count || pages.checked === 0) return pages.checked > 0
    }
  } finally {
    await file.close()
    await db.run('drop table chunks')
  }
}

class Pages {
  /** Pages with a checksum that is right. */
  checked = 0
  private window = Buffer.alloc(0)
  private windowFrom = 0
  private passed = 0

  constructor(
    private readonly file: FileHandle,
    private readonly fileBytes: number
  ) {}

  async check({ from, bytes, values }: Chunk): Promise<void> {
    let at = from
    let seen = 0
    const checkedBefore = this.checked
    while (at < from + bytes && seen < values) {
      const { header, length } = await this.header(at)
      const size = header.get(PAGE.compressedSize)
      if (typeof size !== 'number' || size < 0) throw new DamagedPages('a page without a size')
      const crc = header.get(PAGE.crc)
      if (typeof crc === 'number') {
        if ((await this.checksum(at + length, size)) !== crc >>> 0) throw new DamagedPages('a checksum is wrong')
        this.checked++
      }
      seen += valuesOf(header)
      at += length + size
      this.passed += length + size
      // No two chunks share a page: those that do are made to keep us busy.
      if (this.passed > this.fileBytes) throw new DamagedPages('more pages than the file holds')
    }
    if (this.checked > checkedBefore && seen !== values) throw new DamagedPages('pages of another number of values')
  }

  private async header(at: number): Promise<{ header: Struct; length: number }> {
    for (const bytes of [HEADER_BYTES, WINDOW_BYTES]) {
      const read = readStruct(await this.bytes(at, bytes))
      if (read) return { header: read.struct, length: read.length }
    }
    throw new DamagedPages('no header of a page')
  }

  private async checksum(from: number, size: number): Promise<number> {
    let sum = 0
    for (let done = 0; done < size; ) {
      const piece = await this.bytes(from + done, Math.min(WINDOW_BYTES, size - done))
      if (piece.length === 0) throw new DamagedPages('a page ends behind the file')
      sum = crc32(piece, sum)
      done += piece.length
    }
    return sum
  }

  /** As many bytes from a place, or fewer where the file ends. Pages mostly follow each other: one read has many. */
  private async bytes(at: number, count: number): Promise<Buffer> {
    if (at < this.windowFrom || at + count > this.windowFrom + this.window.length) {
      const buffer = Buffer.allocUnsafe(WINDOW_BYTES)
      const { bytesRead } = await this.file.read(buffer, 0, WINDOW_BYTES, at)
      this.window = buffer.subarray(0, bytesRead)
      this.windowFrom = at
    }
    return this.window.subarray(at - this.windowFrom, at - this.windowFrom + count)
  }
}

function valuesOf(header: Struct): number {
  const data = header.get(PAGE.data) ?? header.get(PAGE.dataV2)
  const values = typeof data === 'object' ? data.get(VALUES) : 0
  return typeof values === 'number' && values > 0 ? values : 0
}
