import { NUMBER_BYTES, writeDistance, writeNumber } from '../../domain/records/decimal-text.ts'

/** A shorter answer becomes a string, which Node sends together with the headers. */
const SHORT = 4096
/** Texts beyond this are left to JSON.stringify, which scans them faster. */
const SCANNED = 200
/** One UTF-16 unit takes at most so many bytes in UTF-8. */
const MOST_BYTES = 3
/** Phrases beyond this are copied by the engine's own call, which costs as much as copying so many bytes by fours. */
const COPIED = 160
/** A phrase is copied by fours, and so up to so many bytes beyond its end. */
const BEYOND = 3

const QUOTE = 0x22
/** JSON in UTF-8 that is written over and over. */
export class Phrase {
  readonly bytes: Buffer
  /** The bytes by fours, as an integer each; zeros fill the last one up. */
  readonly words: Int32Array

  constructor(text: string) {
    this.bytes = Buffer.from(text)
    const padded = new DataView(new ArrayBuffer(4 * Math.ceil(this.bytes.length / 4)))
    for (const [at, byte] of this.bytes.entries()) padded.setUint8(at, byte)
    this.words = Int32Array.from({ length: padded.byteLength / 4 }, (_, index) => padded.getInt32(4 * index, true))
  }
}

const NULL = new Phrase('null')

/** What stands in a JSON text of ASCII as it is. */
const PLAIN = new Uint8Array(128).fill(1, 0x20, 0x7f)
PLAIN[0x22] = 0
PLAIN[0x5c] = 0

/** Memory that is written to. */
class Room {
  readonly view: DataView

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
}

/** Room for short answers, taken by one at a time. */
let spare: Room | null = new Room(Buffer.allocUnsafeSlow(2 * SHORT))
/** Room for long ones: memory that was never written to costs a page fault every 4 KiB, as much as the writing itself. */
let spareLong: Room | null = null
/** More is not kept. */
const KEPT = 2 * 1024 * 1024

/** Takes back the memory of an answer that has been sent to its end: nobody may look at it any more. */
export function giveBack(answer: Buffer): void {
  const { byteLength } = answer.buffer
  if (byteLength <= KEPT && byteLength > (spareLong?.bytes.length ?? 0))
    spareLong = new Room(Buffer.from(answer.buffer))
}

/**
 * JSON in the making, as bytes: what thousands of pieces of string cost to join and to encode at the end is as much as
 * making them.
 */
export class JsonText {
  private room: Room
  private bytes: Buffer
  private end = 0

  constructor() {
    this.room = spare ?? new Room(Buffer.allocUnsafeSlow(2 * SHORT))
    this.bytes = this.room.bytes
    spare = null
  }

  get length(): number {
    return this.end
  }

  /** Makes room for so many bytes more; to be called where it is known, for all else grows by doubling. */
  reserve(count: number): void {
    if (this.end + count <= this.bytes.length) return
    const larger = roomFor(Math.max(this.end + count, 2 * this.bytes.length))
    this.bytes.copy(larger.bytes, 0, 0, this.end)
    this.room = larger
    this.bytes = larger.bytes
  }

  add({ bytes, words }: Phrase): void {
    const { length } = bytes
    this.reserve(length + BEYOND)
    const { end } = this
    if (length > COPIED) this.bytes.set(bytes, end)
    else {
      const { view } = this.room
      for (let index = 0; index < words.length; index++) view.setInt32(end + 4 * index, words[index]!, true)
    }
    this.end = end + length
  }

  /** What is JSON already, from another text. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(to - from)
    let { end } = this
    if (to - from > COPIED) {
      this.bytes.set(bytes.subarray(from, to), end)
      end += to - from
    } else for (let at = from; at < to; at++) this.bytes[end++] = bytes[at]!
    this.end = end
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
    spare = this.room
    return text
  }

  private encoded(text: string): void {
    this.reserve(text.length * MOST_BYTES)
    this.end += this.bytes.write(text, this.end, 'utf8')
  }
}

function roomFor(count: number): Room {
  const kept = spareLong
  if (kept === null || kept.bytes.length < count) return new Room(Buffer.allocUnsafeSlow(count))
  spareLong = null
  return kept
}
