// Takes a delimited text apart and keeps each different text of a column once. group.ts lays out the memory.
//
// Everything here is of one group of rows. A code is 1 + the number of a text in its column, and 0 for an empty value.

const LF: i32 = 0x0a
const CR: i32 = 0x0d
const SPACE: i32 = 0x20
/** Bytes below it are in no good record. */
const LOWEST: i32 = 2

/** Places looked at before a text is taken for new: a file made to collide costs room, not time. */
const PROBES_MAX: i32 = 24

// --- the text, set once ---
/** Bytes that stand between and around values, 256 where there is none. */
export let delimiter: i32 = 256
export let quote: i32 = 256
export let escaping: i32 = 256
/** Records that are longer are left to the caller. */
export let recordBytesMax: i32 = 0

// --- where things lie, set by the caller ---
export let columns: i32 = 0
/** Rows that a group may have, also the length of a column's codes. */
export let rowsMax: i32 = 0
/** Int32 [columns][2]: values of a record, from and to. */
export let bounds: usize = 0
/** [columns] of COLUMN bytes. */
export let states: usize = 0
/** Int32 [columns][rowsMax]. */
export let codes: usize = 0
/** [texts] of ENTRY bytes. */
export let entries: usize = 0
/** Open addressing, two Int32 a place: 1 + the entry, 0 where free, and its hash. At most half full. */
export let table: usize = 0
/** Bytes of the texts, one behind the other. */
export let texts: usize = 0
/** Bytes of texts at which a group is full. */
export let textsMax: usize = 0

// --- the group ---
export let rows: i32 = 0
/** Texts of all columns, and the end of their bytes. */
export let entryCount: i32 = 0
export let textsEnd: usize = 0
/** Places of the table less 1. */
let mask: i32 = 0

/** Bytes behind the last record that was taken are there but not all of a record; or are no record that is taken here. */
const MORE: i32 = 0
const OTHER: i32 = 1
const FULL: i32 = 2
export let stopped: i32 = MORE

// A column: texts, bytes of its dictionary, empty values, last text, first entry, last entry.
const COLUMN: usize = 24
// An entry: start, length, hash, number in its column, next entry of its column (0 at the end), column.
const ENTRY: usize = 24

/** Set in the end of a value that holds doubled quotes; texts lie far below. */
const DOUBLED: u32 = 0x80000000

const FIRST_PLACES: i32 = 1 << 14

/** Begins a group. */
export function clear(): void {
  rows = 0
  // Entry 0 is none.
  entryCount = 1
  textsEnd = texts
  mask = FIRST_PLACES - 1
  memory.fill(table, 0, <usize>FIRST_PLACES << 3)
  memory.fill(states, 0, <usize>columns * COLUMN)
}

/**
 * Takes good records from `from` on, up to `end` at most: as many values as there are columns, each plain or in quotes, and
 * LF, CRLF or CR behind them. Doubled quotes become single ones where they lie. 32 bytes behind `end` can be read.
 *
 * @returns the end of the last record taken; why it is the last, is in `stopped`
 */
export function take(from: usize, end: usize): usize {
  let start = from
  while (true) {
    if (rows >= rowsMax || textsEnd - texts >= textsMax) {
      stopped = FULL
      return start
    }
    const next = record(start, end)
    if (next == 0) return start
    for (let column = 0; column < columns; column++) {
      const place = bounds + (<usize>column << 3)
      const first = load<u32>(place)
      const last = load<u32>(place, 4)
      add(column, first, last & DOUBLED ? single(first, last ^ DOUBLED) : last)
    }
    rows++
    start = next
  }
}

/** One row of the values in `bounds`. */
export function addRow(): void {
  for (let column = 0; column < columns; column++) {
    const place = bounds + (<usize>column << 3)
    add(column, load<u32>(place), load<u32>(place, 4))
  }
  rows++
}

/** @returns the end of the record that begins at `start`, its values in `bounds`; 0 where there is none to take */
function record(start: usize, end: usize): usize {
  let at = start
  let value: i32 = 0
  stopped = MORE
  while (true) {
    if (at >= end) return 0
    let from = at
    let to: usize = 0
    let byte: i32 = load<u8>(at)
    if (byte == SPACE) {
      let open = at + 1
      while (open < end && load<u8>(open) == <u8>SPACE) open++
      if (open >= end) return 0
      if (<i32>load<u8>(open) == quote) return other()
    }
    if (byte == quote) {
      from = at + 1
      at = from
      let doubled: u32 = 0
      while (true) {
        to = find(at, quote, escaping, quote)
        at = to + 1
        if (at >= end) return 0
        if (<i32>load<u8>(to) != quote) return other()
        byte = load<u8>(at)
        if (byte != quote) break
        doubled = DOUBLED
        at++
      }
      to |= doubled
      if (byte != delimiter && byte != LF && byte != CR) return other()
    } else {
      at = find(at, delimiter, LF, CR)
      if (at >= end) return 0
      to = at
      byte = load<u8>(at)
    }
    const place = bounds + (<usize>value << 3)
    store<u32>(place, <u32>from)
    store<u32>(place, <u32>to, 4)
    value++
    if (byte == delimiter) {
      at++
      if (value == columns) return other()
      continue
    }
    if (byte < LOWEST || value != columns || at == start) return other()
    if (byte == CR) {
      if (at + 1 >= end) return 0
      if (load<u8>(at, 1) == <u8>LF) at++
    }
    at++
    return <i32>(at - start) > recordBytesMax ? other() : at
  }
}

/** Makes one quote of each two. @returns the end of what is left */
function single(from: usize, to: usize): usize {
  let end = from
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at)
    store<u8>(end++, byte)
    if (<i32>byte == quote) at++
  }
  return end
}

function other(): usize {
  stopped = OTHER
  return 0
}

/** Where the first byte is that is one of three or below LOWEST, perhaps behind the end of the text. */
// @ts-ignore: decorator
@inline
function find(from: usize, one: i32, two: i32, three: i32): usize {
  let at = from
  const ones = i8x16.splat(<i8>one)
  const twos = i8x16.splat(<i8>(two > 255 ? one : two))
  const threes = i8x16.splat(<i8>three)
  const lowest = i8x16.splat(<i8>LOWEST)
  while (true) {
    const bytes = v128.load(at)
    const found = v128.or(
      v128.or(i8x16.eq(bytes, ones), i8x16.eq(bytes, twos)),
      v128.or(i8x16.eq(bytes, threes), i8x16.lt_u(bytes, lowest))
    )
    const bits = i8x16.bitmask(found)
    if (bits != 0) return at + ctz(bits)
    at += 16
  }
}

/** The next value of a column. */
// @ts-ignore: decorator
@inline
function add(column: i32, from: usize, to: usize): void {
  const state = states + <usize>column * COLUMN
  const cell = codes + ((<usize>column * <usize>rowsMax + <usize>rows) << 2)
  if (from == to) {
    store<u32>(state, load<u32>(state, 8) + 1, 8)
    store<u32>(cell, 0)
    return
  }
  const length = to - from
  // Neighbouring rows are of one order.
  let entry = load<u32>(state, 12)
  if (entry == 0 || !is(entry, from, length)) {
    entry = look(column, state, from, length)
    store<u32>(state, entry, 12)
  }
  store<u32>(cell, load<u32>(entries + <usize>entry * ENTRY, 12) + 1)
}

// @ts-ignore: decorator
@inline
function is(entry: u32, from: usize, length: usize): bool {
  const place = entries + <usize>entry * ENTRY
  if (<usize>load<u32>(place, 4) != length) return false
  const start = <usize>load<u32>(place)
  let at: usize = 0
  for (; at + 8 <= length; at += 8) if (load<u64>(start + at) != load<u64>(from + at)) return false
  return at == length || ((load<u64>(start + at) ^ load<u64>(from + at)) << rest(length - at)) == 0
}

/** Bits of a word of eight bytes that lie behind its first `bytes`, which are 1 to 7. */
// @ts-ignore: decorator
@inline
function rest(bytes: usize): u64 {
  return 64 - (<u64>bytes << 3)
}

function look(column: i32, state: usize, from: usize, length: usize): u32 {
  const hash = hashOf(column, from, length)
  let place = hash & mask
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const slot = table + (<usize>place << 3)
    const entry = load<u32>(slot)
    if (entry == 0) {
      const made = append(column, state, hash, from, length)
      store<u32>(slot, made)
      store<i32>(slot, hash, 4)
      if (2 * entryCount > mask) rehash()
      return made
    }
    if (
      load<i32>(slot, 4) == hash &&
      load<i32>(entries + <usize>entry * ENTRY, 20) == column &&
      is(entry, from, length)
    ) {
      return entry
    }
    place = (place + 1) & mask
  }
  return append(column, state, hash, from, length)
}

// @ts-ignore: decorator
@inline
function hashOf(column: i32, from: usize, length: usize): i32 {
  const K: u64 = 0x9e3779b97f4a7c15
  let hash: u64 = (<u64>length << 16) + <u64>column
  let at: usize = 0
  for (; at + 8 <= length; at += 8) hash = rotl((hash ^ load<u64>(from + at)) * K, 29)
  if (at < length) hash = rotl((hash ^ (load<u64>(from + at) << rest(length - at))) * K, 29)
  hash *= K
  return <i32>(hash >> 32)
}

function append(column: i32, state: usize, hash: i32, from: usize, length: usize): u32 {
  const entry = <u32>entryCount
  entryCount++
  const place = entries + <usize>entry * ENTRY
  const number = load<u32>(state)
  memory.copy(textsEnd, from, length)
  store<u32>(place, <u32>textsEnd)
  store<u32>(place, <u32>length, 4)
  store<i32>(place, hash, 8)
  store<u32>(place, number, 12)
  store<u32>(place, 0, 16)
  store<i32>(place, column, 20)
  if (number == 0) store<u32>(state, entry, 16)
  else store<u32>(entries + <usize>load<u32>(state, 20) * ENTRY, entry, 16)
  store<u32>(state, entry, 20)
  store<u32>(state, number + 1)
  store<u32>(state, load<u32>(state, 4) + <u32>length + 4, 4)
  textsEnd += length
  return entry
}

/** Twice as many places. */
function rehash(): void {
  mask = 2 * mask + 1
  memory.fill(table, 0, (<usize>mask + 1) << 3)
  for (let entry = 1; entry < entryCount; entry++) {
    const hash = load<i32>(entries + <usize>entry * ENTRY, 8)
    let place = hash & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const slot = table + (<usize>place << 3)
      if (load<u32>(slot) == 0) {
        store<u32>(slot, entry)
        store<i32>(slot, hash, 4)
        break
      }
      place = (place + 1) & mask
    }
  }
}

/** Writes the texts of a column to `to`, each behind its length. */
export function writeTexts(column: i32, to: usize): void {
  let at = to
  let entry = load<u32>(states + <usize>column * COLUMN, 16)
  while (entry != 0) {
    const place = entries + <usize>entry * ENTRY
    const length = load<u32>(place, 4)
    store<u32>(at, length)
    memory.copy(at + 4, load<u32>(place), length)
    at += 4 + <usize>length
    entry = load<u32>(place, 16)
  }
}

/**
 * Writes, one bit a row, whether each value of a column is there.
 * @returns bytes written
 */
export function writeLevels(column: i32, to: usize): usize {
  const from = codes + ((<usize>column * <usize>rowsMax) << 2)
  let at = to
  for (let row = 0; row < rows; row += 8) {
    let bits: i32 = 0
    const last = min(8, rows - row)
    for (let each = 0; each < last; each++) {
      bits |= i32(load<u32>(from + (<usize>(row + each) << 2)) != 0) << each
    }
    store<u8>(at++, bits)
  }
  return at - to
}

/**
 * Writes the numbers of the texts of a column, `width` bits each, the lowest first, without the empty values.
 * @returns bytes written, of whole groups of eight numbers
 */
export function writeNumbers(column: i32, width: i32, to: usize): usize {
  const from = codes + ((<usize>column * <usize>rowsMax) << 2)
  let at = to
  let held: u64 = 0
  let bits: i32 = 0
  let count: i32 = 0
  for (let row = 0; row < rows; row++) {
    const code = load<u32>(from + (<usize>row << 2))
    if (code == 0) continue
    held |= <u64>(code - 1) << bits
    bits += width
    count++
    if (bits >= 32) {
      store<u32>(at, <u32>held)
      at += 4
      held >>= 32
      bits -= 32
    }
  }
  // The last group of eight is filled up with zeros.
  memory.fill(at + 8, 0, 32)
  store<u64>(at, held)
  return (<usize>((count + 7) >> 3)) * <usize>width
}
