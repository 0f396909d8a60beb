// Reads customers, numbers and ids out of the text of a body, as row-pattern.ts and json-bytes.ts do in JavaScript. What it does
// not know it leaves: it reads only what a comma follows, and stops before all else, so that the caller reads on from there.
// Pointers are exported globals, set by body-text.ts. Behind the text stands a zero, which ends every number and every id;
// up to 15 bytes behind it are looked at and count for nothing.

/** Pairs of u32: where each piece of a pattern lies, and how many bytes it has. Opening, one before each value, closing. */
export let pieces: usize = 0
/** Values of a customer. */
export let width: i32 = 0
/** Sixteen bytes of ones, and sixteen zeros. */
export let masks: usize = 0
/** Float64: 10^0 to 10^7. */
export let powers: usize = 0
/** Where the text lies, and which byte of the body its first is. */
export let text: usize = 0
export let base: i32 = 0
/** Float64 numbers that were read. */
export let values: usize = 0
/** Pairs of i32: of each id where in the body it begins and ends, with its quotes. */
export let ids: usize = 0
/** Where the text was read to. */
export let at: usize = 0
/** Room for hashes, and what is taken from a hash as a place there. */
export let slots: usize = 0
export let slotMask: u32 = 0

const QUOTE: u32 = 0x22
const COMMA: u32 = 0x2c
const MINUS: u32 = 0x2d
const POINT: u32 = 0x2e
const ZERO: u32 = 0x30
/** "null", from its first byte on. */
const NULL: u32 = 0x6c6c756e
/** As in customer-id.ts. */
const LONGEST_ID: usize = 200
const LONGEST_PROBE: i32 = 64

// All that reads is handed the place to read from and returns the place behind; 0 where it does not know what stands there.

// @ts-ignore: a decorator of AssemblyScript
@inline
function behindBlanks(from: usize): usize {
  let byte: u32 = load<u8>(from)
  if (byte > 0x20) return from
  while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) byte = load<u8>(++from)
  return from
}

// @ts-ignore
@inline
function piece(from: usize, index: i32, end: usize): usize {
  const entry = pieces + (<usize>index << 3)
  let other = <usize>load<u32>(entry)
  let left = <usize>load<u32>(entry, 4)
  if (from + left > end) return 0
  for (; left > 16; left -= 16, from += 16, other += 16) {
    if (v128.any_true(v128.xor(v128.load(from), v128.load(other)))) return 0
  }
  const differing = v128.xor(v128.load(from), v128.load(other))
  return v128.any_true(v128.and(differing, v128.load(masks + 16 - left))) ? 0 : from + left
}

/** A text in quotes of printable ASCII without quotes and backslashes: not empty, not too long, not beginning with a blank. */
// @ts-ignore
@inline
function id(from: usize): usize {
  if (load<u8>(from) != QUOTE || load<u8>(from, 1) == 0x20) return 0
  let to = from + 1
  for (;;) {
    const bytes = v128.load(to)
    const ending = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      // Beyond ASCII is below 0 here.
      v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)))
    )
    const found = i8x16.bitmask(ending)
    if (found != 0) {
      to += <usize>ctz(found)
      break
    }
    to += 16
    if (to - from > LONGEST_ID + 1) return 0
  }
  const length = to - from - 1
  return load<u8>(to) == QUOTE && length > 0 && length <= LONGEST_ID ? to + 1 : 0
}

// Digits are taken by eight: a loop over them ends after a number of turns that no processor can foresee, and that it cannot
// costs more than all the reckoning.

/** How many of eight bytes are digits before the first that is none. */
// @ts-ignore
@inline
function digitsAhead(bytes: u64): u64 {
  const others = ((bytes + 0x4646464646464646) | (bytes - 0x3030303030303030)) & 0x8080808080808080
  return <u64>ctz(others) >> 3
}

/** The number that the first `digits` bytes are, 1 to 8: pairs of digits, then fours, then all are put together at once. */
// @ts-ignore
@inline
function reckoned(bytes: u64, digits: u64): u64 {
  const aligned = (bytes - 0x3030303030303030) << (64 - (digits << 3))
  const pairs = aligned * 10 + (aligned >> 8)
  const high = (pairs & 0x000000ff000000ff) * 0x000f424000000064
  return (high + ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32
}

/** Of up to 7 digits before the point and up to 7 behind it, without exponent, or null: to `values[index]`. */
// @ts-ignore
@inline
function number(from: usize, index: i32): usize {
  const place = values + (<usize>index << 3)
  const negative = load<u8>(from) == MINUS
  const first = from + <usize>negative
  const bytes = load<u64>(first)
  const digits = digitsAhead(bytes)
  if (digits == 0) {
    if (negative || <u32>bytes != NULL) return 0
    store<f64>(place, NaN)
    return first + 4
  }
  if (digits == 8 || (digits > 1 && (bytes & 0xff) == ZERO)) return 0
  let value = <f64>reckoned(bytes, digits)
  let to = first + <usize>digits
  if (load<u8>(to) == POINT) {
    const rest = load<u64>(to, 1)
    const decimals = digitsAhead(rest)
    if (decimals == 0 || decimals == 8) return 0
    const power = load<f64>(powers + (<usize>decimals << 3))
    // Whole numbers below 10^14 and their sums are exact, so that only the division rounds.
    value = (value * power + <f64>reckoned(rest, decimals)) / power
    to += 1 + <usize>decimals
  }
  if ((load<u8>(to) | 0x20) == 0x65) return 0
  store<f64>(place, negative ? -value : value)
  return to
}

// @ts-ignore
@inline
function comma(from: usize): usize {
  from = behindBlanks(from)
  return load<u8>(from) == COMMA ? from + 1 : 0
}

// @ts-ignore
@inline
function keepId(index: i32, from: usize, to: usize): void {
  const entry = ids + (<usize>index << 3)
  store<i32>(entry, base + <i32>(from - text))
  store<i32>(entry, base + <i32>(to - text), 4)
}

function customer(from: usize, end: usize, row: i32): usize {
  const start = piece(behindBlanks(from), 0, end)
  if (start == 0) return 0
  let to = id(start)
  if (to == 0) return 0
  keepId(row, start, to)
  for (let f = 0; f < width; f++) {
    to = piece(to, 1 + f, end)
    if (to == 0) return 0
    to = number(to, row * width + f)
    if (to == 0) return 0
  }
  to = piece(to, 1 + width, end)
  return to == 0 ? 0 : comma(to)
}

export const CUSTOMERS: i32 = 0
export const NUMBERS: i32 = 1
export const IDS: i32 = 2

/** Reads what a comma follows, up to `most` of them. @returns how many */
export function read(kind: i32, from: usize, end: usize, most: i32): i32 {
  let count = 0
  for (; count < most; count++) {
    let to: usize
    if (kind == CUSTOMERS) to = customer(from, end, count)
    else {
      const start = behindBlanks(from)
      to = kind == NUMBERS ? number(start, count) : id(start)
      if (to != 0) {
        if (kind == IDS) keepId(count, start, to)
        to = comma(to)
      }
    }
    if (to == 0 || to > end) break
    from = to
  }
  at = from
  return count
}

function hash(from: usize, to: usize): u64 {
  let state: u64 = 0x9e3779b97f4a7c15
  for (; from + 8 <= to; from += 8) {
    state = (state ^ load<u64>(from)) * 0xff51afd7ed558ccd
    state ^= state >> 32
  }
  const left = <u64>(to - from) << 3
  const rest = left == 0 ? 0 : load<u64>(from) & (0xffffffffffffffff >> (64 - left))
  state = (state ^ rest ^ (left << 56)) * 0xc4ceb9fe1a85ec53
  return state ^ (state >> 29)
}

/** Puts the hashes of ids into `slots`. @returns whether none was there: then no two ids are the same */
export function addHashes(count: i32): bool {
  for (let index = 0; index < count; index++) {
    const entry = ids + (<usize>index << 3)
    const from = text + <usize>(load<i32>(entry) - base)
    // Zero stands for a free slot.
    const own = hash(from, text + <usize>(load<i32>(entry, 4) - base)) | 1
    let slot = <u32>(own >> 8) & slotMask
    for (let probe = 0; ; probe++) {
      const place = slots + (<usize>slot << 3)
      const other = load<u64>(place)
      if (other == 0) {
        store<u64>(place, own)
        break
      }
      if (other == own || probe == LONGEST_PROBE) return false
      slot = (slot + 1) & slotMask
    }
  }
  return true
}
