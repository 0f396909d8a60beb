const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** Distances and margins are answered in whole millionths. */
const MILLION = 1e6
/** Below it a number in millionths has at most 15 digits: so many stand for one double only, and `String` writes them. */
const FIXED_BELOW = 1e9
/** Whole numbers from 0 to here go without any division. */
const MOST_WHOLE = 2 ** 30 - 1
/** Most bytes of a number as `String` writes it: `-1.7976931348623157e+308`, with room to spare. */
export const NUMBER_BYTES = 32

/** What 0 to 999 look like in three digits, and how many of these are left without zeros at the end. */
const DIGITS = new Uint8Array(3 * 1000)
const LENGTHS = new Uint8Array(1000)
for (let group = 0; group < 1000; group++) {
  const digits = String(group).padStart(3, '0')
  for (let at = 0; at < 3; at++) DIGITS[3 * group + at] = digits.charCodeAt(at)
  LENGTHS[group] = digits.replace(/0+$/, '').length
}

/**
 * The value in millionths, rounded half away from zero by its exact decimal expansion, not by the product that floating
 * point makes of it. For magnitudes below FIXED_BELOW.
 */
function millionthsOf(value: number): number {
  const magnitude = Math.abs(value)
  const product = magnitude * MILLION
  const whole = Math.floor(product)
  const rest = product - whole
  // The product is off by half a unit in its last place at the most: near one half only exact decimals can tell.
  const doubt = product * Number.EPSILON
  let rounded: number
  if (rest < 0.5 - doubt) rounded = whole
  else if (rest > 0.5 + doubt) rounded = whole + 1
  // toFixed is exact, and takes the larger of two that are equally near (ECMA-262, 21.1.3.3).
  else rounded = Math.round(Number(magnitude.toFixed(6)) * MILLION)
  return value < 0 ? -rounded : rounded
}

/**
 * A distance or margin as it is answered: to 6 decimals, half away from zero. The same number wherever it is told, in
 * JSON, CSV and Arrow; what is stored and compared keeps full precision.
 */
export function roundDistance(value: number): number {
  if (Math.abs(value) < FIXED_BELOW) return millionthsOf(value) / MILLION || 0
  return Number.isFinite(value) ? Math.sign(value) * Number(Math.abs(value).toFixed(6)) : value
}

/**
 * Writes roundDistance(value) as `String` does.
 * @param bytes with room for NUMBER_BYTES from `at` on
 * @returns where it ends
 */
export function writeDistance(value: number, bytes: Uint8Array, at: number): number {
  if (Math.abs(value) < FIXED_BELOW) return writeMillionths(millionthsOf(value), bytes, at)
  return writeAscii(String(roundDistance(value)), bytes, at)
}

/** Writes the value as `String` does: quickly where it is whole or has a few decimals. */
export function writeNumber(value: number, bytes: Uint8Array, at: number): number {
  if (value === (value & MOST_WHOLE)) return writeWhole(value, bytes, at)
  if (Math.abs(value) < FIXED_BELOW) {
    const millionths = Math.round(value * MILLION)
    if (millionths / MILLION === value) return writeMillionths(millionths, bytes, at)
  }
  return writeAscii(String(value), bytes, at)
}

/** @param text of ASCII alone */
export function writeAscii(text: string, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  return at + text.length
}

function writeMillionths(value: number, bytes: Uint8Array, from: number): number {
  let at = from
  if (value < 0) bytes[at++] = MINUS
  const magnitude = Math.abs(value)
  const whole = Math.floor(magnitude / MILLION)
  at = writeWhole(whole | 0, bytes, at)
  const decimals = (magnitude - whole * MILLION) | 0
  if (decimals === 0) return at
  bytes[at++] = POINT
  const high = (decimals / 1000) | 0
  const low = decimals - 1000 * high
  if (low === 0) return writeGroup(high, LENGTHS[high]!, bytes, at)
  return writeGroup(low, LENGTHS[low]!, bytes, writeGroup(high, 3, bytes, at))
}

/** @param value a whole number from 0 to 2^31 − 1 */
function writeWhole(value: number, bytes: Uint8Array, at: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value
    return at + 1
  }
  if (value < 1000) return value < 100 ? writeGroupEnd(value, 2, bytes, at) : writeGroup(value, 3, bytes, at)
  const thousands = (value / 1000) | 0
  return writeGroup(value - 1000 * thousands, 3, bytes, writeWhole(thousands, bytes, at))
}

/** The first `count` of the three digits. */
function writeGroup(group: number, count: number, bytes: Uint8Array, at: number): number {
  const from = 3 * group
  bytes[at] = DIGITS[from]!
  if (count > 1) bytes[at + 1] = DIGITS[from + 1]!
  if (count > 2) bytes[at + 2] = DIGITS[from + 2]!
  return at + count
}

/** The last `count` of the three digits. */
function writeGroupEnd(group: number, count: number, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < count; index++) bytes[at + index] = DIGITS[3 * group + 3 - count + index]!
  return at + count
}
