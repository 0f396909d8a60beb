import { isAscii, isUtf8 } from 'node:buffer'

/** Names as source.encoding gives them. */
export type Encoding = 'utf-8' | 'latin-1' | 'windows-1252' | 'utf-16le' | 'utf-16be'

/** Bytes of the UTF-8 byte order mark at the start of `head`: 3 or 0. */
export const utf8BomBytes = (head: Buffer): 0 | 3 => (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0)

/** UTF-16 by its byte order mark, or by NUL in every other byte as Latin letters have it. */
export function findUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const sample = head.subarray(0, 1024)
  const nulAt = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) nulAt[at % 2]!++
  const many = sample.length / 4
  if (nulAt[1]! > many && nulAt[0] === 0) return 'utf-16le'
  if (nulAt[0]! > many && nulAt[1] === 0) return 'utf-16be'
  return null
}

export async function* utf16ToUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: 'utf-16le' | 'utf-16be'
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

/** Finds, over a whole text given chunk by chunk, which encoding its bytes can be. */
export class EncodingScan {
  /** Every byte so far makes valid UTF-8. */
  private utf8 = true
  /** Some byte is one that only Windows-1252 gives a letter or sign. */
  private c1 = false
  private tail = Buffer.alloc(0)

  push(chunk: Buffer): void {
    if (this.tail.length === 0 && isAscii(chunk)) return
    if (!this.c1) this.c1 = hasC1(chunk)
    if (!this.utf8) return
    const bytes = this.tail.length === 0 ? chunk : Buffer.concat([this.tail, chunk])
    const whole = bytes.length - brokenOffBytes(bytes)
    this.utf8 = isUtf8(bytes.subarray(0, whole))
    this.tail = Buffer.from(bytes.subarray(whole))
  }

  /** To be called after the last chunk. */
  result(): 'utf-8' | 'latin-1' | 'windows-1252' {
    if (this.utf8 && this.tail.length === 0) return 'utf-8'
    return this.c1 ? 'windows-1252' : 'latin-1'
  }
}

/** What Windows-1252 has at 0x80 to 0x9f; the five places it leaves open stay control characters. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/**
 * From a single-byte encoding to UTF-8, any part of a text at a time.
 * Windows-1252 has its own table: the TextDecoder of Node 20 takes it for Latin-1.
 */
export function singleByteToUtf8(bytes: Buffer, encoding: 'latin-1' | 'windows-1252'): Buffer {
  if (isAscii(bytes)) return bytes
  const text = bytes.toString('latin1')
  if (encoding === 'latin-1') return Buffer.from(text)
  return Buffer.from(text.replace(/[\x80-\x9f]/g, (byte) => WINDOWS_1252[byte.charCodeAt(0) - 0x80]!))
}

/** How many bytes at the end begin a UTF-8 character whose rest is in the next chunk: 0 to 3. */
function brokenOffBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

function hasC1(chunk: Buffer): boolean {
  for (let from = 0; from < chunk.length; from += 4096) {
    const part = chunk.subarray(from, from + 4096)
    if (!isAscii(part) && part.some((byte) => byte >= 0x80 && byte <= 0x9f)) return true
  }
  return false
}
