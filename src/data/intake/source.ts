import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { Problem } from '../../errors.ts'
import { checkUnpacked } from './archive/unpacked-limit.ts'
import { findUtf16 } from './encoding.ts'
import { isGzip } from './format.ts'

const CHUNK_BYTES = 1024 * 1024

export interface Source {
  compression: 'gzip' | 'zip' | null
  /** The first unpacked bytes: HEAD_BYTES of them, or all there are. */
  head: Buffer
  /** Everything from the start, the head included. Can be gone through once. */
  chunks: AsyncIterable<Buffer>
}

export interface SourceLimits {
  decompressedMaxBytes: number
  signal: AbortSignal
  /** Told the share of the file that has been read, 0 to 1. */
  onShare(share: number): void
}

export const HEAD_BYTES = CHUNK_BYTES

/**
 * Opens a file for one pass over its bytes, unpacked on the way where it is gzipped.
 * @throws Problem (also while going through it) gzip_invalid, decompression_limit
 */
export async function openSource(path: string, limits: SourceLimits): Promise<Source & { compression: 'gzip' | null }> {
  const packed = isGzip(await firstBytes(path, 2))
  const size = (await stat(path)).size
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal: limits.signal })
  const progress = () => limits.onShare(size === 0 ? 1 : Math.min(1, file.bytesRead / size))
  const chunks = packed ? unpacked(path, file, limits.decompressedMaxBytes, progress) : plain(file, progress)
  const { head, all } = await peek(chunks)
  return { compression: packed ? 'gzip' : null, head, chunks: all }
}

async function* plain(file: ReturnType<typeof createReadStream>, progress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of file) {
    progress()
    yield chunk as Buffer
  }
}

async function* unpacked(
  path: string,
  file: ReturnType<typeof createReadStream>,
  maxBytes: number,
  progress: () => void
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  file.on('error', (error) => gunzip.destroy(error))
  file.pipe(gunzip)
  let bytes = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length
      checkUnpacked(bytes, file.bytesRead, maxBytes)
      progress()
      yield chunk
    }
    if (!(await endsInZeros(path, gunzip.bytesWritten))) throw damagedGzip(new Error('bytes behind the end'))
  } catch (error) {
    throw String((error as NodeJS.ErrnoException).code).startsWith('Z_') ? damagedGzip(error) : error
  } finally {
    file.destroy()
    gunzip.destroy()
  }
}

const damagedGzip = (cause: unknown): Problem =>
  new Problem('gzip_invalid', 'The gzip data is damaged or incomplete; compress the file again.', { cause })

/** zlib stops at the first zero behind the data, for blocks are filled up with them, and would pass over what follows. */
async function endsInZeros(path: string, from: number): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES })) {
    if ((chunk as Buffer).some((byte) => byte !== 0)) return false
  }
  return true
}

/** Takes the first bytes off a stream and puts them back before the rest. */
export async function peek(chunks: AsyncIterable<Buffer>): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let bytes = 0
  while (bytes < HEAD_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    first.push(next.value)
    bytes += next.value.length
  }
  const head = first.length === 1 ? (first[0] as Buffer) : Buffer.concat(first)
  async function* all() {
    try {
      if (head.length > 0) yield head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { head: head.subarray(0, HEAD_BYTES), all: all() }
}

export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** The beginning of a text, as far as its head goes, and whether that is all of it. */
export function firstPart(source: Source): { source: Source; whole: boolean } {
  if (source.head.length < HEAD_BYTES) return { source, whole: true }
  const head = source.head.subarray(0, endOfText(source.head))
  async function* chunks() {
    // Entered and left, so that the file behind it is closed.
    for await (const _ of source.chunks) {
      yield head
      return
    }
  }
  return { source: { ...source, head, chunks: chunks() }, whole: false }
}

/** Behind the last line of a text, or else where no character is cut in two. */
function endOfText(head: Buffer): number {
  const utf16 = findUtf16(head)
  if (utf16 !== null) {
    const end = utf16 === 'utf-16le' ? '\n\0' : '\0\n'
    for (let at = head.length - (head.length % 2) - 2; at >= 0; at -= 2) {
      if (head.toString('latin1', at, at + 2) === end) return at + 2
    }
    return head.length - (head.length % 2)
  }
  const line = head.lastIndexOf(0x0a)
  if (line >= 0) return line + 1
  let at = head.length
  while (at > 1 && head[at - 1]! >= 0x80) at--
  return at
}
