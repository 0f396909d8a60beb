const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/** A decimal number as programs write it; no thousands separators, no decimal comma, no word. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,5})?$/

/** 10^0 to 10^22 are exact doubles, so dividing a whole number below 2^53 by one rounds once: correctly. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
/** Whole numbers of so many digits lie below 2^53. */
const EXACT_DIGITS = 15

/** Most bytes that are looked at: a double needs 17 digits, and its longest plain writing about 330. */
const LONGEST = 400

/**
 * The number that bytes from `start` to `end` write, to the last bit what `Number` reads.
 * @returns NaN when they write none; infinite when it is beyond a double
 */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const negative = bytes[at] === MINUS
  if (negative) at++
  const digitsFrom = at
  let whole = 0
  let point = -1
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= ZERO && byte <= NINE) whole = whole * 10 + (byte - ZERO)
    else if (byte === POINT && point < 0) point = at
    else return slowly(bytes, start, end)
  }
  const digits = end - digitsFrom - (point < 0 ? 0 : 1)
  if (digits === 0 || digits > EXACT_DIGITS) return slowly(bytes, start, end)
  const magnitude = point < 0 ? whole : whole / POWERS[end - point - 1]!
  return negative ? -magnitude : magnitude
}

function slowly(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > LONGEST) return Number.NaN
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!)
  text = text.trim()
  return DECIMAL.test(text) ? Number(text) : Number.NaN
}
