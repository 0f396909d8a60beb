// Writes the rows and columns of an answer. What it does not write itself, a number beyond its range or one that lies so near
// the middle of two millionths that only exact decimals can tell, it leaves: then the caller writes that row.
// Pointers are exported globals, set by row-text.ts. Phrases and ids are copied by 16 bytes, so up to 15 bytes behind the
// end of whatever is written are overwritten too.

/** Of 0 to 999: three digits, and in the fourth byte how many of them are left without zeros at the end. */
export let digits: usize = 0
/** Pairs of u32: where each phrase lies, and how many bytes it has. */
export let phrases: usize = 0
/** Int32 for each segment: scratch. */
export let order: usize = 0
/** Float64 rows of `placementBytes`: segment, distance, margin, out of domain, distances to all segments. */
export let placements: usize = 0
export let placementBytes: usize = 0
/** Distances to be told of each customer. */
export let segments: i32 = 0
/** Float64 rows of `width` features, and the first phrase of their names. */
export let values: usize = 0
export let width: i32 = 0
export let titles: i32 = 0
/** Pairs of i32 for each row: where the id of the customer begins and ends. */
export let ids: usize = 0
/** Where the text ends that was written last. */
export let end: usize = 0

/** What `ids` count from. */
let idBytes: usize = 0

/** The phrases of rows, in the order in which row-text.ts hands them over; those of segments and features follow. */
const CUSTOMER: i32 = 0
const MARGIN: i32 = 1
const WITHIN: i32 = 2
const BEYOND: i32 = 3
const NEAREST: i32 = 4
const NEAREST_END: i32 = 5
const VALUES_END: i32 = 6
const ROW_END: i32 = 7
const TRUE: i32 = 8
const FALSE: i32 = 9
const OF_SEGMENTS: i32 = 10
/** Of each segment: own, near, nextNear, id, name. */
const PER_SEGMENT: i32 = 5

const MOST: f64 = 1e9
const MILLION: f64 = 1e6
const WHOLE: f64 = 4503599627370496
const COMMA: u8 = 0x2c

// All that writes is handed the place to write to and returns the place behind; 0 where it has to be left.

// @ts-ignore: a decorator of AssemblyScript
@inline
function copy(to: usize, from: usize, length: usize): usize {
  const end = to + length
  do {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  } while (to < end)
  return end
}

// @ts-ignore
@inline
function phrase(to: usize, index: i32): usize {
  const entry = phrases + (<usize>index << 3)
  return copy(to, <usize>load<u32>(entry), <usize>load<u32>(entry, 4))
}

// @ts-ignore
@inline
function digitsOf(group: u32): u32 {
  return load<u32>(digits + (<usize>group << 2))
}

// What is added to 2^52 is rounded to a whole number, which is then the low bits: as fast as an addition, where the conversion of
// a double takes several steps and a branch.

/** The whole number below. */
// @ts-ignore
@inline
function floored(value: f64): f64 {
  const nearest = value + WHOLE - WHOLE
  return nearest - select<f64>(1, 0, nearest > value)
}

// @ts-ignore
@inline
function bitsOf(rounded: f64): u32 {
  return <u32>reinterpret<u64>(rounded)
}

/** Without a branch for up to six digits: how many there are no processor foresees. */
// @ts-ignore
@inline
function whole(to: usize, value: u32): usize {
  if (value >= 1000000) return large(to, value)
  const thousands = value / 1000
  const text = (<u64>digitsOf(value - 1000 * thousands) << 24) | (digitsOf(thousands) & 0xffffff)
  const length =
    1 + <u32>(value >= 10) + <u32>(value >= 100) + <u32>(value >= 1000) + <u32>(value >= 10000) + <u32>(value >= 100000)
  store<u64>(to, text >> (<u64>(6 - length) << 3))
  return to + length
}

function large(to: usize, value: u32): usize {
  if (value < 1000) {
    const length = 1 + <u32>(value >= 10) + <u32>(value >= 100)
    store<u32>(to, digitsOf(value) >> ((3 - length) << 3))
    return to + length
  }
  const thousands = value / 1000
  const end = large(to, thousands)
  store<u32>(end, digitsOf(value - 1000 * thousands))
  return end + 3
}

/** @param millionths below a million */
// @ts-ignore
@inline
function decimal(to: usize, units: u32, millionths: u32): usize {
  let point = to + 1
  if (units < 10) store<u8>(to, 0x30 + units)
  else point = whole(to, units)
  const high = digitsOf(millionths / 1000)
  const low = digitsOf(millionths % 1000)
  store<u64>(point, 0x2e | (<u64>(high & 0xffffff) << 8) | (<u64>low << 32))
  const kept = high >> 24
  const keptLow = low >> 24
  return point + select<u32>(4 + keptLow, kept + <u32>(kept > 0), keptLow > 0)
}

/** To six decimals, half away from zero. */
// @ts-ignore
@inline
function distance(to: usize, value: f64): usize {
  if (!(value >= 0 && value < MOST)) return 0
  const units = floored(value)
  const product = (value - units) * MILLION
  const rounded = product + WHOLE
  // Half of the distance between two doubles, twice.
  const doubt = product * 2.220446049250313e-16
  if (!(0.5 - abs(product - (rounded - WHOLE)) > doubt)) return 0
  const millionths = bitsOf(rounded)
  return millionths == 1000000 ? 0 : decimal(to, bitsOf(units + WHOLE), millionths)
}

/** All digits, of which up to six are decimals. */
// @ts-ignore
@inline
function number(to: usize, value: f64): usize {
  if (value != value) {
    store<u32>(to, 0x6c6c756e)
    return to + 4
  }
  if (!(value >= 0 && value < MOST)) return 0
  const units = floored(value)
  if (units == value) return whole(to, bitsOf(units + WHOLE))
  const rounded = (value - units) * MILLION + WHOLE
  const millionths = rounded - WHOLE
  if (millionths == MILLION || (units * MILLION + millionths) / MILLION != value) return 0
  return decimal(to, bitsOf(units + WHOLE), bitsOf(rounded))
}

// @ts-ignore
@inline
function id(to: usize, row: i32): usize {
  const at = ids + (<usize>row << 3)
  const from = <usize>load<i32>(at)
  return copy(to, idBytes + from, <usize>load<i32>(at, 4) - from)
}

/** The segments by their distance. Sorted by insertion: there are few, and equal distances keep the model's order. */
function nearest(to: usize, distances: usize): usize {
  for (let index = 0; index < segments; index++) {
    const own = load<f64>(distances + (<usize>index << 3))
    let place = order + (<usize>index << 2)
    for (; place > order; place -= 4) {
      const before = load<i32>(place - 4)
      if (load<f64>(distances + (<usize>before << 3)) <= own) break
      store<i32>(place, before)
    }
    store<i32>(place, index)
  }
  to = phrase(to, NEAREST)
  for (let place = 0; place < segments; place++) {
    const index = load<i32>(order + (<usize>place << 2))
    to = phrase(to, OF_SEGMENTS + PER_SEGMENT * index + (place == 0 ? 1 : 2))
    to = distance(to, load<f64>(distances + (<usize>index << 3)))
    if (to == 0) return 0
  }
  return phrase(to, NEAREST_END)
}

// @ts-ignore
@inline
function segmentAt(place: usize): i32 {
  return <i32>bitsOf(load<f64>(place) + WHOLE)
}

/** The customer's row, with the comma before it. */
// @ts-ignore
@inline
function row(to: usize, index: i32): usize {
  const place = placements + <usize>index * placementBytes
  to = phrase(to, CUSTOMER)
  to = id(to, index)
  to = phrase(to, OF_SEGMENTS + PER_SEGMENT * segmentAt(place))
  to = distance(to, load<f64>(place, 8))
  if (to == 0) return 0
  to = phrase(to, MARGIN)
  to = distance(to, load<f64>(place, 16))
  if (to == 0) return 0
  to = phrase(to, load<f64>(place, 24) == 0 ? WITHIN : BEYOND)
  if (segments > 0) {
    to = nearest(to, place + 32)
    if (to == 0) return 0
  }
  if (width > 0) {
    const value = values + (<usize>(index * width) << 3)
    for (let f = 0; f < width; f++) {
      to = phrase(to, titles + f)
      to = number(to, load<f64>(value + (<usize>f << 3)))
      if (to == 0) return 0
    }
    to = phrase(to, VALUES_END)
  }
  return phrase(to, ROW_END)
}

/** A value of a column, with the comma before it. */
// @ts-ignore
@inline
function cell(to: usize, kind: i32, index: i32): usize {
  const place = placements + <usize>index * placementBytes
  store<u8>(to, COMMA)
  to += 1
  if (kind == ID) return id(to, index)
  if (kind == SEGMENT || kind == NAME) {
    return phrase(to, OF_SEGMENTS + PER_SEGMENT * segmentAt(place) + kind)
  }
  if (kind == FLAG) return phrase(to, load<f64>(place, 24) == 0 ? FALSE : TRUE)
  return distance(to, load<f64>(place + (<usize>kind << 3)))
}

/** Columns: the first two by their place in a row of `placements`, two by their place among the phrases of a segment. */
const DISTANCE: i32 = 1
const MARGINS: i32 = 2
const SEGMENT: i32 = 3
const NAME: i32 = 4
const FLAG: i32 = 5
const ID: i32 = 6
const WHOLE_ROW: i32 = 7

/**
 * Customers from `from` to `to`: of each the whole row, or what stands in one column.
 * @returns the first that is not written
 */
export function write(kind: i32, from: i32, to: i32, idsFrom: usize, at: usize): i32 {
  idBytes = idsFrom
  let place = at
  let index = from
  for (; index < to; index++) {
    const behind = kind == WHOLE_ROW ? row(place, index) : cell(place, kind, index)
    if (behind == 0) break
    place = behind
  }
  end = place
  return index
}
