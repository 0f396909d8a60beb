// What all kernels share: where the data lies, and the work that does not depend on the number of features.
//
// A `space` is one data set in spatial order: blocks of BLOCK(D) points, super-blocks of 16 blocks, each with a box.
// Pointers are exported globals; layout.ts sets them, once for an instance and a data set.

const SUPER: i32 = 16
const NONE: i32 = -2
const MIXED: i32 = -1

// --- the data set, shared by all workers ---
export let count: i32 = 0
export let features: i32 = 0
export let paddedFeatures: i32 = 0
export let blockSize: i32 = 0
/** Float64 rows as given, in the caller's order. */
export let input: usize = 0
/** Float64 [paddedFeatures]: what is subtracted from every row before anything else. */
export let origin: usize = 0
/** Float64 pairs [features][ceil(paddedFeatures / 2)][2]: column q is what feature q adds to each rotated axis. */
export let rotation: usize = 0
/** Float64 [features][4]: three directions of the spatial order, and 0. */
export let directions: usize = 0
/** Power of two that brings the longest centred row to between 1/2 and 1. */
export let scale: f64 = 1
/** Int32 [count]: the caller's index of each point in spatial order. */
export let order: usize = 0
/** Int32 [count]: the cell of the Morton curve of each row, in the caller's order. */
export let cells: usize = 0
/** Float64 [count][paddedFeatures], spatial order, as given (not centred). */
export let rows: usize = 0
/** Float64 [count] in the caller's order, or 0 for weights of 1. */
export let inputWeights: usize = 0
/** Float64 [count] in spatial order, or 0. */
export let weights: usize = 0
/** Float32 [paddedFeatures] axes of `axisBytes`: centred, rotated, scaled. */
export let axes: usize = 0
export let axisBytes: usize = 0
/** Float32 rows: mid[D], half[D], |mid|², |half|, reach, 0. */
export let boxes: usize = 0
export let superBoxes: usize = 0
/** Float64 rows: sum of centred rows [D], weight, rows, squares around the mean. */
export let masses: usize = 0
export let superMasses: usize = 0

// --- one worker's scratch ---
/** Uint8 [count]: valid where neither the block nor its super-block has an owner. */
export let labels: usize = 0
/** Float32: a lease for each two points; while seeding, [count] the squared distance to the nearest centre. */
export let leases: usize = 0
/** Rows of STATE bytes for each block and super-block. */
export let states: usize = 0
export let superStates: usize = 0
/** Float64 [k][paddedFeatures]: centroids in the coordinates of the rows as given. */
export let centroids: usize = 0
/** Float64 [k][paddedFeatures + 2]: sum of the centred members, their weight, their number. */
export let sums: usize = 0
export let clusters: i32 = 0
/** Vectors of four that hold one number for each centroid. */
export let lanesOfCentres: i32 = 0
/** Float32x4 [k][D + 1]: each coordinate four times, then the bias −|c|²/2. */
export let splats: usize = 0
/** Float32 [D + 3][4 · lanesOfCentres]: coordinates, bias, |c|, |c|²/2. */
export let lanes: usize = 0
/** Float32 [k][D][4 · lanesOfCentres]: |c_a − c_b| for each axis. */
export let apart: usize = 0
/** 256 bytes. */
export let scratch: usize = 0
/** Float32 [k]: way of each centroid since the last assignment, scaled and rounded up. */
export let shifts: usize = 0
/** 1 when points move between sums by their float64 rows, 0 when float32 will do on the way. */
export let exactSums: i32 = 1
/** The largest of `shifts`. */
let largestShift: f64 = 0
/** The trials of k-means++: Float32x4 [8][D] coordinates, Float32 [2][D][4] the same in lanes, Float64 [8] totals. */
export let trialSplats: usize = 0
export let trialLanes: usize = 0
export let trialTotals: usize = 0

// --- error bounds, see exactness in docs/decisions ---
export let relativeError: f32 = 0
export let orthogonalityError: f32 = 0
export let absoluteError: f32 = 0

// --- a state row ---
// What is known of a block or super-block in this run. A lease is a way the centroids may go before a finding falls;
// a clock adds up the way they went. Each has its own, since only the centroids in question count.
const STATE: usize = 64
/** u64: which centroids may be nearest to its points. */
const CANDIDATES: usize = 0
/** f64: while seeding, weighted squares to the nearest centre. */
const POTENTIAL: usize = 8
/** f64: way of the candidates, for the leases of the points. */
const POINT_CLOCK: usize = 16
/** f64: way of candidates and others, for the lease of CANDIDATES. */
const CLOCK: usize = 24
const LEASE: usize = 32
/** f32: gap of scores up to which float32 does not decide. */
const CLOSE: usize = 36
/** f32: gap of distances for a gap of scores of 1, at least. */
const SHARE: usize = 40
/** i32: the cluster of all its points, MIXED or NONE. */
const OWNER: usize = 44
/** f32: while seeding, largest square to the nearest centre. */
const LARGEST: usize = 48
/** i32: turn of the last visit. */
const SEEN: usize = 52
/** f32: the shortest lease of its points. */
const POINT_LEASE: usize = 56

/** What six bits of label may change of a score, relative to it: 64 units in the last place, and one more. */
const LABEL_BITS: f32 = 1.01 / 131072.0
/** What every lease is shortened by: covers the rounding of the float64 scan itself (about 60 units of 2^-53, scaled). */
const LEASE_SLACK: f32 = 1e-11
/** Rounds down what a few float32 operations may have rounded up. */
const DOWN: f32 = 1.0 - 1.0 / 1048576.0
const UP: f32 = 1.0 + 1.0 / 1048576.0

/** What findCandidates found last: the centroid nearest to the middle of the box. */
let nearestToMiddle: i32 = 0

@inline function blockCount(): i32 { return (count + blockSize - 1) / blockSize }
@inline function superCount(): i32 { return (blockCount() + SUPER - 1) / SUPER }
@inline function stateOf(block: i32): usize { return states + <usize>block * STATE }
@inline function superStateOf(superBlock: i32): usize { return superStates + <usize>superBlock * STATE }
@inline function weightOf(point: i32): f64 { return weights ? load<f64>(weights + (<usize>point << 3)) : 1.0 }
@inline function maxOfLanes(v: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3))
  )
}
@inline function minOfLanes(v: v128): f32 {
  return min<f32>(
    min<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    min<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3))
  )
}
@inline function sumOfLanes(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) +
    <f64>f32x4.extract_lane(v, 1) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3))
  )
}

/** Before a run: every point unassigned, no lease, nothing known of the distance to centres. */
export function resetStates(): void {
  resetRows(states, blockCount())
  resetRows(superStates, superCount())
}

function resetRows(first: usize, length: i32): void {
  for (let i = 0, row = first; i < length; i++, row += STATE) {
    store<u64>(row, 0, CANDIDATES)
    store<i32>(row, -2, SEEN)
    store<i32>(row, NONE, OWNER)
    store<f64>(row, 0, POTENTIAL)
    store<f32>(row, Infinity, LARGEST)
  }
}

/** Before seeding: every point infinitely far from the centres, those that fill the last block at 0. */
export function resetNearest(): void {
  const end = leases + (<usize>(blockCount() * blockSize) << 2)
  for (let at = leases; at < end; at += 16) v128.store(at, f32x4.splat(Infinity))
  for (let at = leases + (<usize>count << 2); at < end; at += 4) store<f32>(at, 0)
}

/** Writes the owners of whole blocks into the labels of their points. */
export function writeLabels(from: i32, to: i32): void {
  const all = blockCount()
  for (let s = from; s < to; s++) {
    const owner = load<i32>(superStateOf(s), OWNER)
    for (let b = s * SUPER; b < min(all, (s + 1) * SUPER); b++) {
      const label = owner != MIXED ? owner : load<i32>(stateOf(b), OWNER)
      if (label != MIXED) memory.fill(labels + <usize>(b * blockSize), <u8>label, <usize>blockSize)
    }
  }
}

/** Labels in the caller's order as Int32; call writeLabels first. */
export function exportLabels(from: i32, to: i32, target: usize): void {
  for (let p = from; p < to; p++) {
    const row = load<i32>(order + (<usize>p << 2))
    store<i32>(target + (<usize>row << 2), <i32>load<u8>(labels + <usize>p))
  }
}

/** The point at which the running sum of potentials passes `target`; one of potential 0 only if there is no other. */
export function pick(target: f64): i32 {
  let left = target
  let s = 0
  const lastSuper = superCount() - 1
  while (s < lastSuper && left >= load<f64>(superStateOf(s), POTENTIAL)) left -= load<f64>(superStateOf(s++), POTENTIAL)
  let b = s * SUPER
  const lastBlock = min(blockCount(), b + SUPER) - 1
  while (b < lastBlock && left >= load<f64>(stateOf(b), POTENTIAL)) left -= load<f64>(stateOf(b++), POTENTIAL)
  let chosen = b * blockSize
  for (let p = chosen; p < min(count, (b + 1) * blockSize); p++) {
    const potential = <f64>load<f32>(leases + (<usize>p << 2)) * weightOf(p)
    if (potential <= 0) continue
    chosen = p
    left -= potential
    if (left < 0) break
  }
  return chosen
}

/**
 * Turns the clocks of a block or super-block. @returns whether its findings may still stand: they do not when it was not
 * visited in the turn before, as nobody counted the way of its candidates meanwhile.
 */
@inline function tick(state: usize, turn: i32): bool {
  const seen = load<i32>(state, SEEN)
  store<i32>(state, turn, SEEN)
  if (seen != turn - 1) return false
  let largest: f32 = 0
  for (let left = load<u64>(state, CANDIDATES); left; left &= left - 1) {
    largest = max<f32>(largest, load<f32>(shifts + (<usize>ctz(left) << 2)))
  }
  store<f64>(state, load<f64>(state, POINT_CLOCK) + 2 * <f64>largest, POINT_CLOCK)
  const clock = load<f64>(state, CLOCK) + <f64>largest + largestShift
  store<f64>(state, clock, CLOCK)
  return <f64>load<f32>(state, LEASE) >= clock
}

/** Adds `potential` to the totals of the trials in `which`, a bit for each. */
function addTotals(trials: i32, which: i32, potential: f64): void {
  for (let t = 0; t < trials; t++) {
    if (!(which & (1 << t))) continue
    const total = trialTotals + (<usize>t << 3)
    store<f64>(total, load<f64>(total) + potential)
  }
}

function weightsOf(p: i32): v128 {
  let four = f32x4.splat(<f32>weightOf(p))
  four = f32x4.replace_lane(four, 1, <f32>weightOf(p + 1))
  four = f32x4.replace_lane(four, 2, <f32>weightOf(p + 2))
  return f32x4.replace_lane(four, 3, <f32>weightOf(p + 3))
}

// --- spatial order ---

/** Puts two zero bits after each of the lowest six bits. */
@inline function spread3(v: i32): i32 {
  v = (v | (v << 8)) & 0x0300f00f
  v = (v | (v << 4)) & 0x030c30c3
  return (v | (v << 2)) & 0x09249249
}
/** Puts a zero bit after each of the lowest nine bits. */
@inline function spread2(v: i32): i32 {
  v = (v | (v << 8)) & 0x00ff00ff
  v = (v | (v << 4)) & 0x0f0f0f0f
  v = (v | (v << 2)) & 0x33333333
  return (v | (v << 1)) & 0x55555555
}
@inline function cellOf(value: f64, low: f64, perUnit: f64, last: f64): i32 {
  return <i32>max<f64>(0, min<f64>(last, (value - low) * perUnit))
}

/** Turns the counts of `workers` histograms, one after the other, into the first position of each cell and worker. */
export function startCells(histograms: usize, cellCount: i32, workers: i32): void {
  let next = 0
  for (let cell = 0; cell < cellCount; cell++) {
    for (let w = 0; w < workers; w++) {
      const counter = histograms + (<usize>(w * cellCount + cell) << 2)
      const here = load<i32>(counter)
      store<i32>(counter, next)
      next += here
    }
  }
}

/** Counting sort of the rows `from` to `to` by cell; rows of one cell keep their order. */
export function sortByCell(from: i32, to: i32, starts: usize): void {
  for (let i = from; i < to; i++) {
    const counter = starts + (<usize>load<i32>(cells + (<usize>i << 2)) << 2)
    const position = load<i32>(counter)
    store<i32>(counter, position + 1)
    store<i32>(order + (<usize>position << 2), i)
  }
}

// --- pairs ---

/** Int32 rows: first position, number of points, cell, first column (a multiple of 4). */
export let tiles: usize = 0
const TILE: usize = 16
const TILE_START: usize = 0
const TILE_LENGTH: usize = 4
const TILE_CELL: usize = 8
const TILE_COLUMNS: usize = 12
/** Float64 [tiles][D] */
export let tileOrigins: usize = 0
/** Float32 [columns / 4][D][4] */
export let tileColumns: usize = 0
/** Int32: the point at each position, sorted by cell. */
export let memberOf: usize = 0
/** Int32: the points of a sample of rows. */
export let sampleOf: usize = 0
/** Float64 [cells][pairStride]: sums of distances in whole `pairUnits`, so that no order of adding changes them. */
export let sumsOfPairs: usize = 0
export let pairStride: usize = 0
/** A power of two. */
export let pairUnits: f64 = 1
/** Float32 [longest tile] */
export let columnSums: usize = 0

@inline function addWhole(target: usize, distance: f64): void {
  store<f64>(target, load<f64>(target) + nearest<f64>(distance * pairUnits))
}

/** target[i] += source[i] for an even number of Float64. */
export function addInto(target: usize, source: usize, length: i32): void {
  const end = target + (<usize>length << 3)
  for (; target < end; target += 16, source += 16) v128.store(target, f64x2.add(v128.load(target), v128.load(source)))
}
