import { isAscii } from 'node:buffer'

const LENGTH_BYTES = 4

/** Texts, each behind its length, with every one put through `decode`; the same bytes where that changes nothing. */
export function recoded(texts: Buffer, decode: (text: Buffer) => Buffer): Buffer {
  // Of a column of numbers or ids not a byte is high, the lengths' neither.
  if (isAscii(texts)) return texts
  const parts: Buffer[] = []
  let keptFrom = 0
  for (let at = 0; at < texts.length; ) {
    const from = at + LENGTH_BYTES
    const to = from + texts.readUInt32LE(at)
    if (hasHigh(texts, from, to)) {
      const text = decode(texts.subarray(from, to))
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32LE(text.length)
      parts.push(texts.subarray(keptFrom, at), length, text)
      keptFrom = to
    }
    at = to
  }
  return parts.length === 0 ? texts : Buffer.concat([...parts, texts.subarray(keptFrom)])
}

/** Short texts are told faster here than by a call; long ones are not. */
function hasHigh(texts: Buffer, from: number, to: number): boolean {
  if (to - from > 256) return !isAscii(texts.subarray(from, to))
  for (let at = from; at < to; at++) if (texts[at]! > 0x7f) return true
  return false
}
