// Scales customers and places them among the segments of a model, two at a time and without a branch: which segment is nearest
// no processor foresees. As the loops of scale-rows.ts and assign.ts over squared Euclidean distances, to the last bit.
// Pointers are exported globals, set by row-kernel.ts. Of an odd number of customers one more is placed, and counts for nothing.

/** Float64 planes of `planeBytes`: in each a feature of all customers. */
export let points: usize = 0
export let planeBytes: usize = 0
export let d: i32 = 0
/** A byte for each customer: 1 where it belongs to the second kind of segments, 2 where it lies beyond what the training saw. */
export let limits: usize = 0
export let segments: i32 = 0
/** Float64, of each segment: d coordinates; 0 or 1, its kind; beyond which distance a customer is far. */
export let centroids: usize = 0
export let kinds: usize = 0
export let radii: usize = 0
/** Two Float64 for each segment: scratch. */
export let ranks: usize = 0
/** Float64 rows of `rowBytes`: segment, distance, margin, out of domain, distances to the first `told` segments. */
export let rows: usize = 0
export let rowBytes: usize = 0
export let told: i32 = 0

/** Float64 logarithms of 1 + x for whole x below `logarithmsEnd`. */
export let logarithms: usize = 0
export let logarithmsEnd: i32 = 0
/** Pairs of Float64: the customers whose logarithm is not among them and the number it is wanted of; and how many there are. */
export let left: usize = 0
export let leftCount: i32 = 0

const LIMIT: f64 = 1e100
const WHOLE: f64 = 4503599627370496

/** What a feature does to a value, as Float64 from `axis` on: in the order of row-kernel.ts. */
const IMPUTE: usize = 0
const LOWER: usize = 8
const UPPER: usize = 16
const FENCE_MIN: usize = 24
const FENCE_MAX: usize = 32
const RANGE_MIN: usize = 40
const RANGE_MAX: usize = 48
const CENTER: usize = 56
const SCALE: usize = 64

// @ts-ignore: a decorator of AssemblyScript
@inline
function limited(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(LIMIT)), f64x2.splat(-LIMIT))
}

// @ts-ignore
@inline
function beyond(x: v128, min: v128, max: v128): u32 {
  return <u32>i64x2.bitmask(v128.or(f64x2.lt(x, min), f64x2.gt(x, max)))
}

/** The logarithm of 1 + x; 0 where it is left to the caller. */
// @ts-ignore
@inline
function logarithm(x: f64, row: i32): f64 {
  // What is added to 2^52 is rounded to a whole number, which is then the low bits.
  const rounded = x + WHOLE
  if (x < <f64>logarithmsEnd && rounded - WHOLE == x) {
    return load<f64>(logarithms + (<usize>(<u32>reinterpret<u64>(rounded)) << 3))
  }
  const pair = left + (<usize>leftCount << 4)
  leftCount++
  store<f64>(pair, <f64>row)
  store<f64>(pair, x, 8)
  return 0
}

/**
 * Scales one feature in its plane, in place.
 * @param logarithmic whether by log1p, else not transformed at all
 * @returns false where a value is absent that never was
 */
export function scale(plane: usize, axis: usize, logarithmic: bool, n: i32): bool {
  const impute = v128.load_splat<f64>(axis, IMPUTE)
  const lower = v128.load_splat<f64>(axis, LOWER)
  const upper = v128.load_splat<f64>(axis, UPPER)
  const fenceMin = v128.load_splat<f64>(axis, FENCE_MIN)
  const fenceMax = v128.load_splat<f64>(axis, FENCE_MAX)
  const rangeMin = v128.load_splat<f64>(axis, RANGE_MIN)
  const rangeMax = v128.load_splat<f64>(axis, RANGE_MAX)
  const center = v128.load_splat<f64>(axis, CENTER)
  const scale = v128.load_splat<f64>(axis, SCALE)
  let absent = i64x2.splat(0)
  leftCount = 0
  for (let row = 0; row < n; row += 2, plane += 16) {
    const raw = v128.load(plane)
    let value = v128.bitselect(limited(raw), impute, f64x2.eq(raw, raw))
    absent = v128.or(absent, f64x2.ne(value, value))
    const fence = beyond(value, fenceMin, fenceMax)
    const range = beyond(value, rangeMin, rangeMax)
    if ((fence | range) != 0) {
      const both = (fence & 1) | ((range & 1) << 1) | ((fence & 2) << 7) | ((range & 2) << 8)
      const place = limits + <usize>row
      store<u16>(place, load<u16>(place) | <u16>both)
    }
    value = v128.bitselect(lower, f64x2.pmin(value, upper), f64x2.lt(value, lower))
    if (logarithmic) {
      const positive = f64x2.pmax(f64x2.splat(0), value)
      value = f64x2.splat(logarithm(f64x2.extract_lane(positive, 0), row))
      value = f64x2.replace_lane(value, 1, logarithm(f64x2.extract_lane(positive, 1), row + 1))
    }
    v128.store(plane, limited(f64x2.div(f64x2.sub(limited(value), center), scale)))
  }
  return !v128.any_true(absent)
}

/** All bits of a customer are set who bears the mark. @param mark the same for both, in their bytes of `limits` */
// @ts-ignore
@inline
function marked(both: v128, mark: v128): v128 {
  return i64x2.eq(v128.and(both, mark), mark)
}

/** Of both customers two numbers that follow each other. */
// @ts-ignore
@inline
function storePair(to: usize, one: v128, other: v128): void {
  v128.store(to, v128.shuffle<f64>(one, other, 0, 2))
  v128.store(to + rowBytes, v128.shuffle<f64>(one, other, 1, 3))
}

export function place(n: i32): void {
  const none = f64x2.splat(Infinity)
  const zero = f64x2.splat(0)
  const one = f64x2.splat(1)
  let to = rows
  for (let row = 0; row < n; row += 2, to += rowBytes << 1) {
    const both = i64x2.splat(<i64>load<u16>(limits + <usize>row))
    const kind = v128.and(marked(both, i64x2(1, 0x100)), one)
    let least = none
    let next = none
    let radius = none
    let found = f64x2.splat(-1)
    let coordinate = centroids
    for (let index = 0; index < segments; index++) {
      let squared = f64x2.splat(0)
      let point = points + (<usize>row << 3)
      for (let j = 0; j < d; j++, point += planeBytes, coordinate += 8) {
        const difference = f64x2.sub(v128.load(point), v128.load_splat<f64>(coordinate))
        squared = f64x2.add(squared, f64x2.mul(difference, difference))
      }
      v128.store(ranks + (<usize>index << 4), squared)
      const place = <usize>index << 3
      const rank = v128.bitselect(squared, none, f64x2.eq(v128.load_splat<f64>(kinds + place), kind))
      const nearer = f64x2.lt(rank, least)
      next = f64x2.pmin(next, f64x2.pmax(least, rank))
      least = f64x2.pmin(least, rank)
      found = v128.bitselect(f64x2.splat(<f64>index), found, nearer)
      radius = v128.bitselect(v128.load_splat<f64>(radii + place), radius, nearer)
    }
    const distance = f64x2.sqrt(least)
    const second = f64x2.sqrt(next)
    const margin = v128.and(f64x2.pmax(zero, f64x2.sub(one, f64x2.div(distance, second))), f64x2.gt(second, zero))
    const far = v128.and(v128.and(f64x2.gt(distance, radius), marked(both, i64x2(2, 0x200))), one)
    storePair(to, found, distance)
    storePair(to + 16, margin, far)
    let at = to + 32
    for (let index = 0; index < told; index += 2, at += 16) {
      const rank = ranks + (<usize>index << 4)
      if (index + 1 < told) storePair(at, f64x2.sqrt(v128.load(rank)), f64x2.sqrt(v128.load(rank, 16)))
      else {
        const last = f64x2.sqrt(v128.load(rank))
        v128.store_lane<f64>(at, last, 0)
        v128.store_lane<f64>(at + rowBytes, last, 1)
      }
    }
  }
}
