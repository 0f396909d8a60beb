import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { Problem } from '../../../errors.ts'
import { checkUnpacked } from './unpacked-limit.ts'

/** A workbook of hundreds of sheets has a thousand; more are made to exhaust memory. */
const ENTRIES_MAX = 2000
const STORED = 0
const DEFLATED = 8

export interface ZipLimits {
  /** All entries together. */
  unpackedMaxBytes: number
  signal: AbortSignal
}

export interface ZipEntry {
  /** With `/` between folders. */
  name: string
  bytes: number
}

/**
 * A ZIP file on disk, its directory read and checked, its entries unpacked one at a time as they are asked for.
 *
 * What the directory says is believed only as a bound: an entry that unpacks to another size or checksum is refused when
 * it has been read. What stands in the headers beside the data is not used, so that the two cannot disagree.
 */
export class ZipArchive {
  /** Files in the order of the directory, without folders. */
  readonly files: readonly ZipEntry[]
  private readonly entries: ReadonlyMap<string, Entry>

  private constructor(
    private readonly zip: ZipFile,
    entries: Entry[],
    private readonly signal: AbortSignal
  ) {
    this.files = entries.map(({ fileName, uncompressedSize }) => ({ name: fileName, bytes: uncompressedSize }))
    this.entries = new Map(entries.map((entry) => [key(entry.fileName), entry]))
  }

  /** @throws Problem zip_invalid, file_encrypted, decompression_limit */
  static async open(path: string, limits: ZipLimits): Promise<ZipArchive> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) =>
        error ? reject(damaged(error)) : resolve(opened)
      )
    })
    try {
      return new ZipArchive(zip, await readDirectory(zip, limits), limits.signal)
    } catch (error) {
      zip.close()
      throw error
    }
  }

  /** A file by its name, in any case. */
  find(name: string): ZipEntry | undefined {
    const entry = this.entries.get(key(name))
    return entry && { name: entry.fileName, bytes: entry.uncompressedSize }
  }

  /**
   * The bytes of one file. Whether they are all and the right ones turns out at the end.
   * @param onShare told the share of the file that has been read, 0 to 1
   * @throws Problem zip_invalid
   */
  async *read({ name, bytes }: ZipEntry, onShare: (share: number) => void = () => {}): AsyncGenerator<Buffer> {
    const entry = this.entries.get(key(name))!
    const stream = await new Promise<Readable>((resolve, reject) => {
      this.zip.openReadStream(entry, (error, opened) => (error ? reject(damaged(error)) : resolve(opened)))
    })
    let checksum = 0
    let read = 0
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.signal.throwIfAborted()
        checksum = crc32(chunk, checksum)
        read += chunk.length
        onShare(Math.min(1, read / bytes))
        yield chunk
      }
    } catch (error) {
      this.signal.throwIfAborted()
      throw error instanceof Problem ? error : damaged(error)
    } finally {
      stream.destroy()
    }
    if (checksum !== entry.crc32) throw damaged(new Error('wrong checksum'))
  }

  close(): void {
    this.zip.close()
  }
}

function readDirectory(zip: ZipFile, { unpackedMaxBytes }: ZipLimits): Promise<Entry[]> {
  const entries: Entry[] = []
  const names = new Set<string>()
  let unpacked = 0
  return new Promise((resolve, reject) => {
    zip.on('error', (error) => reject(damaged(error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      try {
        if (zip.entriesRead > ENTRIES_MAX || zip.entryCount > ENTRIES_MAX) throw tooManyEntries()
        if (names.has(key(entry.fileName))) throw twice(entry.fileName)
        names.add(key(entry.fileName))
        unpacked += entry.uncompressedSize
        checkUnpacked(unpacked, zip.fileSize, unpackedMaxBytes)
        checkUnpacked(entry.uncompressedSize, entry.compressedSize, unpackedMaxBytes)
        checkEntry(entry)
        if (!entry.fileName.endsWith('/')) entries.push(entry)
        zip.readEntry()
      } catch (error) {
        reject(error)
      }
    })
    zip.readEntry()
  })
}

function checkEntry(entry: Entry): void {
  if (entry.isEncrypted()) throw encrypted()
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new Problem(
      'zip_invalid',
      'The archive is compressed by a method other than Deflate; make it with the usual settings, or upload the file unpacked.'
    )
  }
}

/** Names that differ in case alone are one file to most who unpack. */
const key = (name: string): string => name.normalize('NFC').toLowerCase()

const twice = (name: string): Problem =>
  new Problem('zip_invalid', `The archive holds two entries named ${JSON.stringify(name.slice(0, 100))}; make it anew.`)

const tooManyEntries = (): Problem =>
  new Problem('zip_invalid', `The archive has more than ${ENTRIES_MAX} entries; send the one file that has the orders.`)

export const encrypted = (): Problem =>
  new Problem('file_encrypted', 'The file is protected by a password; save it without one and upload that.')

/** yauzl tells by words alone what it has found. */
function damaged(cause: unknown): Problem {
  const words = cause instanceof Error ? cause.message : ''
  if (/encrypt/i.test(words)) return encrypted()
  if (/absolute path|relative path|invalid characters in fileName/i.test(words)) {
    return new Problem('zip_invalid', 'An entry of the archive has a name that leads out of it; make it anew.', {
      cause
    })
  }
  return new Problem('zip_invalid', 'The ZIP archive is damaged or incomplete; make it anew and upload that.', {
    cause
  })
}
