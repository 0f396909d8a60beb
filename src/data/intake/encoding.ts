import { isAscii, isUtf8 } from 'node:buffer'
import type { TextEncodingName } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { CODE_PAGES, type SingleByte } from './code-pages.ts'

/** Names as source.encoding gives them. */
export type Encoding = TextEncodingName

/** Bytes of the UTF-8 byte order mark at the start of `head`: 3 or 0. */
export const utf8BomBytes = (head: Buffer): 0 | 3 => (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0)

/**
 * UTF-16 by its byte order mark, or by NUL in every other byte as Latin letters have it.
 * @throws Problem encoding for UTF-32
 */
export function findUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (/^(fffe0000|0000feff)/.test(head.toString('hex', 0, 4))) {
    throw new Problem('encoding', 'The text is UTF-32, which is not read here; save it as UTF-8.')
  }
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

/** Whether a text of this encoding has other characters' bytes in ASCII's places, or none of the tables here. */
export const isDecodedFirst = (encoding: Encoding): boolean => encoding !== 'utf-8' && !(encoding in CODE_PAGES)

/** @throws Problem encoding (while going through it) where the text is not of that encoding */
export async function* decodedToUtf8(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new Problem(
      'encoding',
      `The text is damaged or not ${encoding}; save it as UTF-8, or say its encoding in options.encoding.`,
      { cause }
    )
  }
}

/** Finds, over a whole text given chunk by chunk, which encoding its bytes can be. */
export class EncodingScan {
  /** Characters of several bytes that are valid UTF-8, and bytes that are no part of one. */
  private characters = 0
  private strays = 0
  /** Characters written in more bytes than UTF-8 allows. */
  private overlong = 0
  /** Some byte is one that only Windows-1252 gives a letter or sign; or one that it leaves open. */
  private c1 = false
  private open = false
  private tail = Buffer.alloc(0)

  push(chunk: Buffer): void {
    if (this.tail.length === 0 && isAscii(chunk)) return
    const bytes = this.tail.length === 0 ? chunk : Buffer.concat([this.tail, chunk])
    const whole = bytes.length - brokenOffBytes(bytes)
    this.count(bytes.subarray(0, whole))
    this.tail = Buffer.from(bytes.subarray(whole))
  }

  /** To be called after the last chunk. */
  result(): { encoding: 'utf-8' | 'latin-1' | 'windows-1252'; fault: string | null } {
    if (this.tail.length > 0) this.count(this.tail)
    this.tail = Buffer.alloc(0)
    if (this.strays === 0) return { encoding: 'utf-8', fault: null }
    const encoding = this.c1 ? 'windows-1252' : 'latin-1'
    return { encoding, fault: this.fault() }
  }

  /** Why the bytes are no text of one of the encodings that are told by themselves. */
  private fault(): string | null {
    if (this.characters * MIXED_TIMES > this.strays) {
      return `The text is UTF-8 but for ${this.strays} bytes, so its encodings are mixed or some characters are cut`
    }
    if (this.overlong > 0) return 'The text has characters that are written in more bytes than UTF-8 allows'
    if (this.open) return 'The text is not UTF-8, and has bytes that Windows-1252 has no character for'
    return null
  }

  private count(bytes: Buffer): void {
    if (isUtf8(bytes)) {
      for (const byte of bytes) if (byte >= 0xc2) this.characters++
      return
    }
    /** End of the bytes that are known not to be ASCII alone. */
    let mixed = 0
    for (let at = 0; at < bytes.length; ) {
      if (at >= mixed) {
        mixed = at + ASCII_BYTES
        if (isAscii(bytes.subarray(at, mixed))) {
          at = mixed
          continue
        }
      }
      const byte = bytes[at]!
      if (byte < 0x80) {
        at++
        continue
      }
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if (byte >= 0xc2 && byte <= 0xf4 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length) {
        this.characters++
        at += length
        continue
      }
      if (isOverlong(byte, bytes[at + 1] ?? 0)) this.overlong++
      this.strays++
      if (byte <= 0x9f) {
        this.c1 = true
        this.open ||= OPEN_IN_WINDOWS_1252.includes(byte)
      }
      at++
    }
  }
}

/** So many bytes at a time are passed by at once where all of them are ASCII. */
const ASCII_BYTES = 512

/** Latin-1 has hardly ever two letters that look like one of UTF-8: one in ten makes it a mixture. */
const MIXED_TIMES = 10
const OPEN_IN_WINDOWS_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d]

const isOverlong = (first: number, second: number): boolean =>
  second >= 0x80 &&
  ((first <= 0xc1 && first >= 0xc0 && second <= 0xbf) ||
    (first === 0xe0 && second <= 0x9f) ||
    (first === 0xf0 && second <= 0x8f))

/** From a single-byte encoding to UTF-8, any part of a text at a time. */
export function singleByteToUtf8(bytes: Buffer, encoding: SingleByte): Buffer {
  if (isAscii(bytes)) return bytes
  const text = bytes.toString('latin1')
  const page = CODE_PAGES[encoding]
  if (page === '') return Buffer.from(text)
  return Buffer.from(
    text.replace(/[\x80-\xff]/g, (byte) => page[byte.charCodeAt(0) - 0x80] ?? byte),
    'utf8'
  )
}

export const isSingleByte = (encoding: Encoding): encoding is SingleByte => encoding in CODE_PAGES

/** How many bytes at the end begin a UTF-8 character whose rest is in the next chunk: 0 to 3. */
function brokenOffBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}
