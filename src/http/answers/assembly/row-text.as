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
let out: usize = 0

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
const COMMA: u8 = 0x2c

// @ts-ignore: a decorator of AssemblyScript
@inline
function copy(from: usize, length: usize): void {
  let to = out
  const end = to + length
  do {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  } while (to < end)
  out = end
}

// @ts-ignore
@inline
function phrase(index: i32): void {
  const entry = phrases + (<usize>index << 3)
  copy(<usize>load<u32>(entry), <usize>load<u32>(entry, 4))
}

/** @param value below 1,000 */
// @ts-ignore
@inline
function group(value: u32): void {
  store<u32>(out, load<u32>(digits + (<usize>value << 2)))
  out += 3
}

function whole(value: u32): void {
  if (value < 10) {
    store<u8>(out, 0x30 + value)
    out += 1
    return
  }
  if (value < 1000) {
    const text = load<u32>(digits + (<usize>value << 2))
    if (value < 100) {
      store<u32>(out, text >> 8)
      out += 2
    } else {
      store<u32>(out, text)
      out += 3
    }
    return
  }
  const thousands = value / 1000
  whole(thousands)
  group(value - 1000 * thousands)
}

/** @param millionths below a million */
function decimal(units: u32, millionths: u32): void {
  whole(units)
  if (millionths == 0) return
  store<u8>(out, 0x2e)
  const high = millionths / 1000
  const low = millionths - 1000 * high
  const text = load<u32>(digits + (<usize>high << 2))
  store<u32>(out, text, 1)
  if (low == 0) {
    out += 1 + <usize>(text >> 24)
    return
  }
  const rest = load<u32>(digits + (<usize>low << 2))
  store<u32>(out, rest, 4)
  out += 4 + <usize>(rest >> 24)
}

/** To six decimals, half away from zero. */
function distance(value: f64): bool {
  if (!(value >= 0 && value < MOST)) return false
  let units = <u32>value
  const product = (value - <f64>units) * MILLION
  let millionths = <u32>product
  const rest = product - <f64>millionths
  const doubt = product * 2.220446049250313e-16
  if (rest > 0.5 + doubt) millionths += 1
  else if (!(rest < 0.5 - doubt)) return false
  if (millionths == 1000000) {
    units += 1
    millionths = 0
  }
  decimal(units, millionths)
  return true
}

/** All digits, of which up to six are decimals. */
function number(value: f64): bool {
  if (value != value) {
    store<u32>(out, 0x6c6c756e)
    out += 4
    return true
  }
  if (!(value >= 0 && value < MOST)) return false
  const units = <u32>value
  if (<f64>units == value) {
    whole(units)
    return true
  }
  const millionths = <u32>((value - <f64>units) * MILLION + 0.5)
  if (millionths >= 1000000 || (<f64>units * MILLION + <f64>millionths) / MILLION != value) return false
  decimal(units, millionths)
  return true
}

function id(row: i32): void {
  const at = ids + (<usize>row << 3)
  const from = <usize>load<i32>(at)
  copy(idBytes + from, <usize>load<i32>(at, 4) - from)
}

function nearest(row: usize): bool {
  const distances = row + 32
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
  phrase(NEAREST)
  for (let place = 0; place < segments; place++) {
    const index = load<i32>(order + (<usize>place << 2))
    phrase(OF_SEGMENTS + PER_SEGMENT * index + (place == 0 ? 1 : 2))
    if (!distance(load<f64>(distances + (<usize>index << 3)))) return false
  }
  phrase(NEAREST_END)
  return true
}

/** The customer's row, with the comma before it. */
function row(index: i32): bool {
  const place = placements + <usize>index * placementBytes
  phrase(CUSTOMER)
  id(index)
  phrase(OF_SEGMENTS + PER_SEGMENT * <i32>load<f64>(place))
  if (!distance(load<f64>(place, 8))) return false
  phrase(MARGIN)
  if (!distance(load<f64>(place, 16))) return false
  phrase(load<f64>(place, 24) == 0 ? WITHIN : BEYOND)
  if (segments > 0 && !nearest(place)) return false
  if (width > 0) {
    const value = values + (<usize>(index * width) << 3)
    for (let f = 0; f < width; f++) {
      phrase(titles + f)
      if (!number(load<f64>(value + (<usize>f << 3)))) return false
    }
    phrase(VALUES_END)
  }
  phrase(ROW_END)
  return true
}

/** A value of a column, with the comma before it. */
function cell(kind: i32, index: i32): bool {
  const place = placements + <usize>index * placementBytes
  store<u8>(out, COMMA)
  out += 1
  if (kind == ID) id(index)
  else if (kind == SEGMENT || kind == NAME) phrase(OF_SEGMENTS + PER_SEGMENT * <i32>load<f64>(place) + kind)
  else if (kind == FLAG) phrase(load<f64>(place, 24) == 0 ? FALSE : TRUE)
  else return distance(load<f64>(place + (<usize>kind << 3)))
  return true
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
  out = at
  let index = from
  for (; index < to; index++) {
    end = out
    if (!(kind == WHOLE_ROW ? row(index) : cell(kind, index))) return index
  }
  end = out
  return index
}
