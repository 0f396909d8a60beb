const QUOTE = 0x22
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const LOWER_E = 0x65
const LOWER_N = 0x6e
const NULL = Buffer.from('null')

/** What stands in a text in quotes as it is: printable ASCII but for the quote and the backslash. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f)
PLAIN[QUOTE] = 0
PLAIN[0x5c] = 0

/** 10^0 to 10^22 are exact doubles, so a whole number below 2^53 divided by one is rounded once: correctly (Clinger 1990). */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
/** Whole numbers of so many digits lie below 2^53. */
const EXACT_DIGITS = 15
/** Most bytes of a name. */
const LONGEST_KEY = 200
/** Most bytes of a number that are looked at. */
const LONGEST_NUMBER = 64

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Reads JSON in its usual forms only, forward. What is not usual sets `failed`, and nothing that was read counts any more:
 * someone who knows all of JSON begins anew.
 */
export class JsonBytes {
  failed = false

  /** @param at where to read next */
  constructor(
    readonly bytes: Buffer,
    public at = 0
  ) {}

  /** The next byte that is no blank; 0 at the end. */
  peek(): number {
    const { bytes, at } = this
    if (at >= bytes.length) return 0
    const byte = bytes[at]!
    return byte > 0x20 ? byte : this.afterBlanks()
  }

  /** Steps over this character, and blanks before it. */
  expect(byte: number): void {
    if (this.peek() === byte) this.at++
    else this.failed = true
  }

  /** Steps over a text in quotes that JSON.stringify would write as it stands here. */
  text(): void {
    const { bytes } = this
    const end = bytes.length
    let at = this.at + 1
    while (at < end && PLAIN[bytes[at]!] === 1) at++
    if (bytes[this.at] !== QUOTE || at >= end || bytes[at] !== QUOTE) this.failed = true
    this.at = at + 1
  }

  /** Steps over the name of a member, its colon and blanks after it. */
  key(): string {
    this.peek()
    const from = this.at + 1
    this.text()
    const to = this.at - 1
    this.expect(COLON)
    this.peek()
    const key = this.failed || to - from > LONGEST_KEY ? '' : this.bytes.toString('latin1', from, to)
    // A name that some make a prototype of.
    if (key === '' || key === '__proto__') this.failed = true
    return key
  }

  /** Steps over a number, which goes to `values[index]` as `Number` reads it to the last bit; NaN for null. */
  numberTo(values: Float64Array, index: number): void {
    const { bytes } = this
    const start = this.at
    const end = bytes.length
    let at = start
    if (at < end && bytes[at] === MINUS) at++
    const first = at
    let whole = 0
    for (; at < end && isDigit(bytes[at]!); at++) whole = whole * 10 + bytes[at]! - ZERO
    const digits = at - first
    let decimals = 0
    if (at < end && bytes[at] === POINT) {
      const point = at++
      for (; at < end && isDigit(bytes[at]!); at++) whole = whole * 10 + bytes[at]! - ZERO
      decimals = at - point - 1
      // Nothing after the point is wrong; `slowly` knows.
      if (decimals === 0) decimals = EXACT_DIGITS + 1
    }
    const leading = digits > 1 && bytes[first] === ZERO
    if (digits === 0 || leading || digits + decimals > EXACT_DIGITS || (at < end && (bytes[at]! | 0x20) === LOWER_E)) {
      values[index] = this.slowly(start)
      return
    }
    this.at = at
    if (decimals > 0) whole /= POWERS[decimals]!
    values[index] = first === start ? whole : -whole
  }

  private afterBlanks(): number {
    const { bytes } = this
    let { at } = this
    let byte = bytes[at]
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at]
    this.at = at
    return byte ?? 0
  }

  private slowly(start: number): number {
    const { bytes } = this
    if (bytes[start] === LOWER_N && NULL.equals(bytes.subarray(start, start + NULL.length))) {
      this.at = start + NULL.length
      return Number.NaN
    }
    let at = start
    while (at < bytes.length && at - start < LONGEST_NUMBER && isOfNumber(bytes[at]!)) at++
    const text = bytes.toString('latin1', start, at)
    this.at = at
    const value = NUMBER.test(text) ? Number(text) : Number.NaN
    if (!Number.isFinite(value)) this.failed = true
    return value
  }
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte < COLON

const isOfNumber = (byte: number): boolean =>
  isDigit(byte) || byte === MINUS || byte === PLUS || byte === POINT || (byte | 0x20) === LOWER_E
