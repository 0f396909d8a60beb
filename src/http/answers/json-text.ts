import { NUMBER_BYTES, writeDistance, writeNumber } from '../../domain/records/decimal-text.ts'

/** A shorter answer becomes a string, which Node sends together with the headers. */
const SHORT = 4096
/** Texts beyond this are left to JSON.stringify, which scans them faster. */
const SCANNED = 200
/** One UTF-16 unit takes at most so many bytes in UTF-8. */
const MOST_BYTES = 3
/** Phrases beyond this are copied by the engine's own call, which costs as much as copying so many bytes one by one. */
const COPIED = 24

const QUOTE = 0x22
const NULL = Buffer.from('null')

/** What stands in a JSON text of ASCII as it is. */
const PLAIN = new Uint8Array(128).fill(1, 0x20, 0x7f)
PLAIN[0x22] = 0
PLAIN[0x5c] = 0

/** Room for short answers, taken by one at a time. */
let spare: Buffer | null = Buffer.allocUnsafeSlow(2 * SHORT)
/** Room for long ones: memory that was never written to costs a page fault every 4 KiB, as much as the writing itself. */
let spareLong: Buffer | null = null
/** More is not kept. */
const KEPT = 2 * 1024 * 1024

/** Takes back the memory of an answer that has been sent to its end: nobody may look at it any more. */
export function giveBack(answer: Buffer): void {
  const { byteLength } = answer.buffer
  if (byteLength <= KEPT && byteLength > (spareLong?.length ?? 0)) spareLong = Buffer.from(answer.buffer)
}

/**
 * JSON in the making, as bytes: what thousands of pieces of string cost to join and to encode at the end is as much as
 * making them.
 */
export class JsonText {
  private bytes: Buffer
  private end = 0

  constructor() {
    this.bytes = spare ?? Buffer.allocUnsafeSlow(2 * SHORT)
    spare = null
  }

  get length(): number {
    return this.end
  }

  /** Makes room for so many bytes more; to be called where it is known, for all else grows by doubling. */
  reserve(count: number): void {
    if (this.end + count <= this.bytes.length) return
    const larger = roomFor(Math.max(this.end + count, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, this.end)
    this.bytes = larger
  }

  /** @param phrase JSON in UTF-8 */
  add(phrase: Uint8Array): void {
    const { length } = phrase
    this.reserve(length)
    const { bytes, end } = this
    if (length > COPIED) bytes.set(phrase, end)
    else for (let at = 0; at < length; at++) bytes[end + at] = phrase[at]!
    this.end = end + length
  }

  /** The text in quotes, as JSON.stringify writes it. */
  text(text: string): void {
    const { length } = text
    this.reserve(length + 2)
    const { bytes } = this
    let end = this.end
    bytes[end++] = QUOTE
    let at = 0
    if (length <= SCANNED) {
      for (; at < length; at++) {
        const unit = text.charCodeAt(at)
        if (unit > 0x7e || PLAIN[unit] === 0) break
        bytes[end++] = unit
      }
    }
    if (at < length) this.encoded(JSON.stringify(text))
    else {
      bytes[end++] = QUOTE
      this.end = end
    }
  }

  /** The number as JSON.stringify writes it: what JSON has no word for is null. */
  number(value: number): void {
    this.reserve(NUMBER_BYTES)
    if (Number.isFinite(value)) this.end = writeNumber(value, this.bytes, this.end)
    else this.add(NULL)
  }

  /** A distance or margin, rounded as all that are answered. */
  distance(value: number): void {
    this.reserve(NUMBER_BYTES)
    if (Number.isFinite(value)) this.end = writeDistance(value, this.bytes, this.end)
    else this.add(NULL)
  }

  done(): string | Buffer {
    if (this.end > SHORT) return this.bytes.subarray(0, this.end)
    const text = this.bytes.toString('utf8', 0, this.end)
    spare = this.bytes
    return text
  }

  private encoded(text: string): void {
    this.reserve(text.length * MOST_BYTES)
    this.end += this.bytes.write(text, this.end, 'utf8')
  }
}

function roomFor(count: number): Buffer {
  const kept = spareLong
  if (kept === null || kept.length < count) return Buffer.allocUnsafeSlow(count)
  spareLong = null
  return kept
}
