import { Problem } from '../../../errors.ts'
import { LINE_BYTES_MAX } from '../dialect.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = [0x5b, 0x7b]
const COMMA = 0x2c
const CLOSE = 0x5d
/** What may stand behind the array in an object around it: page numbers and the like. */
const TAIL_BYTES_MAX = 64 * 1024

/** Divides the inside of a JSON array into its elements, whatever they are. */
export class ArrayElements {
  /** What stands behind the end of the array. */
  tail = ''
  private rest = Buffer.alloc(0)
  /** Where in `rest` to go on. */
  private at = 0
  private depth = 0
  private inString = false
  private ended = false
  private count = 0

  /** @param take is given each element, with blanks around it; valid during the call only */
  constructor(private readonly take: (element: Buffer) => void) {}

  /** @throws Problem json_syntax, line_too_long, and what `take` throws */
  push(chunk: Buffer): void {
    if (this.ended) {
      this.pushTail(chunk)
      return
    }
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    let from = 0
    let at = this.at
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.inString) {
        if (byte === BACKSLASH) at++
        else if (byte === QUOTE) this.inString = false
      } else if (byte === QUOTE) this.inString = true
      else if (byte === OPEN[0] || byte === OPEN[1]) this.depth++
      else if (this.depth === 0 && (byte === COMMA || byte === CLOSE)) {
        this.element(bytes.subarray(from, at), byte === CLOSE)
        from = at + 1
        if (byte === CLOSE) {
          this.ended = true
          this.pushTail(bytes.subarray(from))
          return
        }
      } else if (byte === CLOSE || byte === 0x7d) this.depth--
    }
    if (bytes.length - from > LINE_BYTES_MAX) throw tooLong()
    // A backslash at the very end takes the first byte of the next chunk with it.
    this.at = at - from
    this.rest = Buffer.from(bytes.subarray(from))
  }

  /** To be called after the last chunk. @throws Problem json_syntax */
  end(): void {
    if (!this.ended) throw brokenJson()
  }

  private element(bytes: Buffer, last: boolean): void {
    if (bytes.length > LINE_BYTES_MAX) throw tooLong()
    if (last && this.count === 0 && bytes.toString('latin1').trim() === '') return
    this.count++
    this.take(bytes)
  }

  private pushTail(bytes: Buffer): void {
    if (this.tail.length + bytes.length > TAIL_BYTES_MAX) throw brokenJson()
    this.tail += bytes.toString('latin1')
  }
}

const tooLong = (): Problem =>
  new Problem('line_too_long', 'An element of the JSON array is larger than 1 MiB; send one order or order line each.')

export const brokenJson = (cause?: unknown): Problem =>
  new Problem('json_syntax', 'The JSON array is broken; it must be one array of objects, from [ to ].', { cause })
