// Nearest centroids by boxes. One copy for each number of features $D; see scripts/kernels.mjs.
//
// Scores stand for distances: s_c(x) = x·c − |c|²/2 is largest for the nearest centroid.

/** Fills the tables of the centroids from `centroids`, which have gone at most `farthest` since the last assignment. */
export function prepareCentres_$D(farthest: f64): void {
  largestShift = farthest
  const width = <usize>lanesOfCentres << 4
  for (let j = 0; j < lanesOfCentres << 2; j++) {
    const lane = lanes + (<usize>j << 2)
    if (j >= clusters) {
      // Never a candidate: the bias keeps its score below all others.
      store<f32>(lane + $d * width, 0) //: d
      store<f32>(lane + $D * width, -1e30)
      store<f32>(lane + ($D + 1) * width, 0)
      store<f32>(lane + ($D + 2) * width, 0)
      continue
    }
    const centre = centroids + <usize>j * ${D*8}
    const splat = splats + <usize>j * ${(D+1)*16}
    let squares: f64 = 0
    let y$d = load<f64>(centre, $d * 8) - load<f64>(origin, $d * 8) //: d
    if ($D > 3) {
      let pair$h = f64x2.splat(0) //: h
      for (let q = 0; q < features; q++) {
        const at = <usize>q << 3
        const x = f64x2.splat(load<f64>(centre + at) - load<f64>(origin + at))
        const turned = rotation + <usize>q * $H * 16
        pair$h = f64x2.add(pair$h, f64x2.mul(x, v128.load(turned, $h * 16))) //: h
      }
      y$d = f64x2.extract_lane(pair${d >> 1}, ${d & 1}) //: d
    }
    const z$d = <f32>(y$d * scale) //: d
    squares += <f64>z$d * <f64>z$d //: d
    store<f32>(lane + $d * width, z$d) //: d
    v128.store(splat, f32x4.splat(z$d), $d * 16) //: d
    const bias = <f32>(-0.5 * squares)
    store<f32>(lane + $D * width, bias)
    v128.store(splat, f32x4.splat(bias), $D * 16)
    store<f32>(lane + ($D + 1) * width, <f32>sqrt<f64>(squares) * UP)
    store<f32>(lane + ($D + 2) * width, -bias * UP)
  }
  for (let j = 0; j < clusters; j++) {
    const target = apart + <usize>j * $D * width
    for (let q: usize = 0; q < $D; q++) {
      const own = v128.load32_splat(lanes + q * width + (<usize>j << 2))
      for (let at: usize = 0; at < width; at += 16) {
        v128.store(target + q * width + at, f32x4.abs(f32x4.sub(v128.load(lanes + q * width + at), own)))
      }
    }
  }
}

/**
 * Which centroids may be nearest to a point of the box; renews the lease of `state`.
 *
 * With r the best at the middle, c is out when s_c − s_r stays below 0 over the whole box:
 * (s_c − s_r)(mid) + half · |c − r| + errors < 0.
 */
function findCandidates_$D(box: usize, state: usize): u64 {
  const width = <usize>lanesOfCentres << 4
  const m$d = v128.load32_splat(box, $d * 4) //: d
  let top = f32x4.splat(-Infinity)
  for (let at: usize = 0; at < width; at += 16) {
    const lane = lanes + at
    let score = v128.load(lane + $D * width)
    score = f32x4.add(score, f32x4.mul(m$d, v128.load(lane + $d * width))) //: d
    v128.store(scratch + at, score)
    top = f32x4.pmax(top, score)
  }
  const best = maxOfLanes(top)
  const highest = f32x4.splat(best)
  let nearest = 0
  for (let at: usize = 0; at < width; at += 16) {
    const here = i32x4.bitmask(f32x4.eq(v128.load(scratch + at), highest))
    if (here) { nearest = <i32>(at >> 2) + ctz(here); break }
  }

  const middleSquares = load<f32>(box, ${2*D*4})
  const halfLength = load<f32>(box, ${(2*D+1)*4})
  const reach = load<f32>(box, ${(2*D+2)*4})
  const floor = absoluteError + orthogonalityError * reach * reach
  const nearestLane = lanes + (<usize>nearest << 2)
  const nearestError =
    floor + relativeError * (reach * load<f32>(nearestLane + ($D + 1) * width) + load<f32>(nearestLane + ($D + 2) * width))
  const reaches = f32x4.splat(reach)
  const rate = f32x4.splat(4 * relativeError)
  const errors = f32x4.splat(4 * (floor + nearestError))
  const slack = f32x4.splat(middleSquares * <f32>1.00001 + 8 * nearestError)
  const bestDistance = f32x4.splat(sqrt<f32>(max<f32>(0, middleSquares * <f32>1.00001 + 8 * nearestError - 2 * best)) + 2 * halfLength)

  const spread = apart + <usize>nearest * $D * width
  const h$d = v128.load32_splat(box, ($D + $d) * 4) //: d
  let candidates: u64 = 0
  let soonest = f32x4.splat(Infinity)
  let farthest = f32x4.splat(0)
  let longest = f32x4.splat(0)
  for (let at: usize = 0; at < width; at += 16) {
    const score = v128.load(scratch + at)
    const norm = v128.load(lanes + at + ($D + 1) * width)
    const error = f32x4.mul(rate, f32x4.add(f32x4.mul(reaches, norm), v128.load(lanes + at + ($D + 2) * width)))
    let ahead = f32x4.add(f32x4.sub(score, highest), f32x4.add(errors, error))
    ahead = f32x4.add(ahead, f32x4.mul(h$d, v128.load(spread + $d * width + at))) //: d
    const out = f32x4.lt(ahead, f32x4.splat(0))
    candidates |= <u64>(~i32x4.bitmask(out) & 15) << (at >> 2)
    const distance = f32x4.sqrt(
      f32x4.pmax(f32x4.splat(0), f32x4.add(f32x4.add(slack, error), f32x4.mul(score, f32x4.splat(-2))))
    )
    const gap = f32x4.div(f32x4.mul(ahead, f32x4.splat(-2)), f32x4.add(distance, bestDistance))
    soonest = f32x4.pmin(soonest, v128.bitselect(gap, f32x4.splat(Infinity), out))
    farthest = f32x4.pmax(farthest, v128.andnot(distance, out))
    longest = f32x4.pmax(longest, v128.andnot(norm, out))
  }
  const span: f32 = (maxOfLanes(farthest) + halfLength) * <f32>2.00002
  const lease = min<f32>(minOfLanes(soonest) * DOWN, span)
  const length = maxOfLanes(longest) + lease
  store<f64>(state, 0, CLOCK)
  store<f32>(state, lease * DOWN - LEASE_SLACK, LEASE)
  store<f32>(state, 2 * (floor + (relativeError + LABEL_BITS) * (reach * length + length * length * 0.5)) * UP, CLOSE)
  store<f32>(state, (DOWN * 2) / (span + lease), SHARE)
  nearestToMiddle = nearest
  return candidates
}

/** The scan in float64 that decides: squared differences added feature by feature, the lower index on a tie. */
function nearestExactly_$D(point: i32, candidates: u64): i32 {
  const row = rows + (<usize>point * $D << 3)
  const x$d = load<f64>(row, $d * 8) //: d
  let nearest = ctz(candidates)
  let smallest: f64 = Infinity
  for (let left = candidates; left; left &= left - 1) {
    const j = ctz(left)
    const centre = centroids + <usize>j * ${D*8}
    let square: f64 = 0
    const t$d = x$d - load<f64>(centre, $d * 8) //: d
    square += t$d * t$d //: d
    if (square < smallest) { smallest = square; nearest = j }
  }
  return <i32>nearest
}

@inline function add_$D(target: usize, mass: usize): void {
  v128.store(target, f64x2.add(v128.load(target, $m * 16), v128.load(mass, $m * 16)), $m * 16) //: m
  if ($D & 1) store<f64>(target, load<f64>(target, ${(D+1)*8}) + load<f64>(mass, ${(D+1)*8}), ${(D+1)*8})
}

@inline function subtract_$D(target: usize, mass: usize): void {
  v128.store(target, f64x2.sub(v128.load(target, $m * 16), v128.load(mass, $m * 16)), $m * 16) //: m
  if ($D & 1) store<f64>(target, load<f64>(target, ${(D+1)*8}) - load<f64>(mass, ${(D+1)*8}), ${(D+1)*8})
}

/** Moves a whole block or super-block between clusters. @returns how many points moved */
function moveMass_$D(mass: usize, from: i32, to: i32): i32 {
  add_$D(sums + <usize>to * ${(D+2)*8}, mass)
  if (from >= 0) subtract_$D(sums + <usize>from * ${(D+2)*8}, mass)
  return <i32>load<f64>(mass, ($D + 1) * 8)
}

function movePoint_$D(point: i32, from: i32, to: i32): void {
  if ($D <= 3 && !exactSums) {
    movePointNearly_$D(point, from, to)
    return
  }
  const row = rows + (<usize>point * $D << 3)
  const w = weightOf(point)
  const weight = f64x2.splat(w)
  const one = f64x2.replace_lane(weight, 1, 1)
  const gainer = sums + <usize>to * ${(D+2)*8}
  const loser = sums + <usize>from * ${(D+2)*8}
  const x$e = f64x2.mul(f64x2.sub(v128.load(row, $e * 16), v128.load(origin, $e * 16)), weight) //: e
  v128.store(gainer, f64x2.add(v128.load(gainer, $e * 16), x$e), $e * 16) //: e
  v128.store(loser, f64x2.sub(v128.load(loser, $e * 16), x$e), $e * 16) //: e
  if ($D & 1) {
    const last = (load<f64>(row, ${(D-1)*8}) - load<f64>(origin, ${(D-1)*8})) * w
    store<f64>(gainer, load<f64>(gainer, ${(D-1)*8}) + last, ${(D-1)*8})
    store<f64>(loser, load<f64>(loser, ${(D-1)*8}) - last, ${(D-1)*8})
  }
  v128.store(gainer, f64x2.add(v128.load(gainer, $D * 8), one), $D * 8)
  v128.store(loser, f64x2.sub(v128.load(loser, $D * 8), one), $D * 8)
}

/** The same by the float32 coordinates, which a scan has just read: the rows of a large data set are far from the cache. */
function movePointNearly_$D(point: i32, from: i32, to: i32): void {
  const w = weightOf(point)
  const gainer = sums + <usize>to * ${(D+2)*8}
  const loser = sums + <usize>from * ${(D+2)*8}
  const x = axes + (<usize>point << 2)
  const perUnit = w / scale
  const x$d = <f64>load<f32>(x + $d * axisBytes) * perUnit //: d
  store<f64>(gainer, load<f64>(gainer, $d * 8) + x$d, $d * 8) //: d
  store<f64>(loser, load<f64>(loser, $d * 8) - x$d, $d * 8) //: d
  store<f64>(gainer, load<f64>(gainer, $D * 8) + w, $D * 8)
  store<f64>(gainer, load<f64>(gainer, ($D + 1) * 8) + 1, ($D + 1) * 8)
  store<f64>(loser, load<f64>(loser, $D * 8) - w, $D * 8)
  store<f64>(loser, load<f64>(loser, ($D + 1) * 8) - 1, ($D + 1) * 8)
}

/**
 * Labels the points of a block, eight at a time, those whose lease ran out or all of them when `anew`.
 * A lease is kept for four pairs of points: enough to know whether all eight stand.
 *
 * @returns how many labels changed
 */
function scan_$D(b: i32, candidates: u64, anew: bool): i32 {
  const state = stateOf(b)
  if (anew) store<f64>(state, 0, POINT_CLOCK)
  const now = <f32>load<f64>(state, POINT_CLOCK) * UP
  if (!anew && load<f32>(state, POINT_LEASE) >= now) return 0
  const rest = candidates & (candidates - 1)
  return (rest & (rest - 1)) == 0
    ? scanTwo_$D(b, <i32>ctz(candidates), <i32>ctz(rest), now, anew)
    : scanMany_$D(b, candidates, now, anew)
}

/** Between two centroids one difference of scores, linear in x, decides. */
function scanTwo_$D(b: i32, lower: i32, higher: i32, now: f32, anew: bool): i32 {
  const state = stateOf(b)
  const close = v128.load32_splat(state, CLOSE)
  const share = load<f32>(state, SHARE)
  const rate = f32x4.splat(share * DOWN)
  const start = f32x4.splat(now * DOWN - load<f32>(state, CLOSE) * share * UP - LEASE_SLACK)
  const clock = f32x4.splat(now)
  const zero = f32x4.splat(0)
  const first = splats + <usize>lower * ${(D+1)*16}, second = splats + <usize>higher * ${(D+1)*16}
  const c$d = f32x4.sub(v128.load(first, $d * 16), v128.load(second, $d * 16)) //: d
  const bias = f32x4.sub(v128.load(first, $D * 16), v128.load(second, $D * 16))
  const ifHigher = <u64>higher * 0x0101010101010101
  const swap = <u64>(lower ^ higher) * 0x0101010101010101
  const step = axisBytes
  const end = b * $B + $B
  let soonest = f32x4.splat(Infinity)
  let changed = 0
  for (let p = b * $B; p < end; p += 8) {
    const lease = leases + (<usize>p << 1)
    if (!anew) {
      const left = v128.load(lease)
      if (i32x4.bitmask(f32x4.ge(left, clock)) == 15) {
        soonest = f32x4.pmin(soonest, left)
        continue
      }
    }
    let x = axes + (<usize>p << 2)
    let ahead$v = bias //: v
    ahead0 = f32x4.add(ahead0, f32x4.mul(v128.load(x), c$d)); ahead1 = f32x4.add(ahead1, f32x4.mul(v128.load(x, 16), c$d)); x += step //: d
    const gap = f32x4.pmin(f32x4.abs(ahead0), f32x4.abs(ahead1))
    const until = f32x4.add(f32x4.mul(gap, rate), start)
    v128.store(lease, until)
    soonest = f32x4.pmin(soonest, until)
    const isLower = i16x8.narrow_i32x4_s(f32x4.ge(ahead0, zero), f32x4.ge(ahead1, zero))
    const after = ifHigher ^ (i64x2.extract_lane(i8x16.narrow_i16x8_s(isLower, isLower), 0) & swap)
    const doubtful = f32x4.le(gap, close)
    if (i32x4.bitmask(doubtful)) {
      const doubts =
        i32x4.bitmask(f32x4.le(f32x4.abs(ahead0), close)) | (i32x4.bitmask(f32x4.le(f32x4.abs(ahead1), close)) << 4)
      changed += relabel_$D(p, decide_$D(p, after, doubts, (<u64>1 << lower) | (<u64>1 << higher)))
    } else if (after != load<u64>(labels + <usize>p)) changed += relabel_$D(p, after)
  }
  store<f32>(state, minOfLanes(soonest), POINT_LEASE)
  return changed
}

/**
 * Among several the largest score wins. The lowest six bits of a score give way to the label, so that the two largest
 * carry theirs along; CLOSE allows for what that changes.
 */
function scanMany_$D(b: i32, candidates: u64, now: f32, anew: bool): i32 {
  const state = stateOf(b)
  const close = v128.load32_splat(state, CLOSE)
  const share = load<f32>(state, SHARE)
  const rate = f32x4.splat(share * DOWN)
  const start = f32x4.splat(now * DOWN - load<f32>(state, CLOSE) * share * UP - LEASE_SLACK)
  const clock = f32x4.splat(now)
  const upperBits = i32x4.splat(~63)
  const end = b * $B + $B
  let soonest = f32x4.splat(Infinity)
  let changed = 0
  for (let p = b * $B; p < end; p += 8) {
    const lease = leases + (<usize>p << 1)
    if (!anew) {
      const left = v128.load(lease)
      if (i32x4.bitmask(f32x4.ge(left, clock)) == 15) {
        soonest = f32x4.pmin(soonest, left)
        continue
      }
    }
    const x = axes + (<usize>p << 2)
    let best$v = f32x4.splat(-Infinity), second$v = f32x4.splat(-Infinity) //: v
    if ($D <= 4) {
      const x$d_$v = v128.load(x + $d * axisBytes, $v * 16) //: d v
      for (let left = candidates; left; left &= left - 1) {
        const j = ctz(left)
        const centre = splats + <usize>j * ${(D+1)*16}
        let score$v = v128.load(centre, $D * 16) //: v
        score$v = f32x4.add(score$v, f32x4.mul(x$d_$v, v128.load(centre, $d * 16))) //: d v
        score$v = v128.or(v128.and(score$v, upperBits), i32x4.splat(<i32>j)) //: v
        second$v = f32x4.pmax(second$v, f32x4.pmin(best$v, score$v)) //: v
        best$v = f32x4.pmax(best$v, score$v) //: v
      }
    } else {
      // Eight points at once would not leave registers for the coordinates.
      //: each v
      const x$d_$v = v128.load(x + $d * axisBytes, $v * 16) //: d
      for (let left = candidates; left; left &= left - 1) {
        const j = ctz(left)
        const centre = splats + <usize>j * ${(D+1)*16}
        let score = v128.load(centre, $D * 16)
        score = f32x4.add(score, f32x4.mul(x$d_$v, v128.load(centre, $d * 16))) //: d
        score = v128.or(v128.and(score, upperBits), i32x4.splat(<i32>j))
        second$v = f32x4.pmax(second$v, f32x4.pmin(best$v, score))
        best$v = f32x4.pmax(best$v, score)
      }
      //: end
    }
    const gap$v = f32x4.sub(best$v, second$v) //: v
    const gap = f32x4.pmin(gap0, gap1)
    const until = f32x4.add(f32x4.mul(gap, rate), start)
    v128.store(lease, until)
    soonest = f32x4.pmin(soonest, until)
    const label$v = v128.andnot(best$v, upperBits) //: v
    const short = i16x8.narrow_i32x4_s(label0, label1)
    const after = i64x2.extract_lane(i8x16.narrow_i16x8_s(short, short), 0)
    if (i32x4.bitmask(f32x4.le(gap, close))) {
      const doubts = i32x4.bitmask(f32x4.le(gap0, close)) | (i32x4.bitmask(f32x4.le(gap1, close)) << 4)
      changed += relabel_$D(p, decide_$D(p, after, doubts, candidates))
    } else if (after != load<u64>(labels + <usize>p)) changed += relabel_$D(p, after)
  }
  store<f32>(state, minOfLanes(soonest), POINT_LEASE)
  return changed
}

/** Eight labels with those that float32 cannot tell, a bit for each, decided in float64. */
function decide_$D(p: i32, eight: u64, doubts: i32, candidates: u64): u64 {
  for (let left = doubts; left; left &= left - 1) {
    const l = ctz(left)
    if (p + l >= count) break
    const shift = <u64>(l << 3)
    eight = (eight & ~(<u64>255 << shift)) | (<u64>nearestExactly_$D(p + l, candidates) << shift)
  }
  return eight
}

/** Gives eight points their labels. @returns how many changed */
function relabel_$D(p: i32, after: u64): i32 {
  const label = labels + <usize>p
  const before = load<u64>(label)
  store<u64>(label, after)
  let changed = 0
  let differing = before ^ after
  while (differing) {
    const l = <i32>(ctz(differing) >> 3)
    const shift = <u64>(l << 3)
    differing &= ~(<u64>255 << shift)
    if (p + l >= count) break
    movePoint_$D(p + l, <i32>(before >> shift) & 255, <i32>(after >> shift) & 255)
    changed++
  }
  return changed
}

/** Every point of a mixed block goes to `owner`. @returns how many were elsewhere */
function claim_$D(b: i32, owner: i32): i32 {
  let changed = 0
  for (let p = b * $B; p < min(count, b * $B + $B); p++) {
    const label = <i32>load<u8>(labels + <usize>p)
    if (label == owner) continue
    movePoint_$D(p, label, owner)
    changed++
  }
  return changed
}

/** Gives a whole block to `owner`. */
function own_$D(b: i32, owner: i32): i32 {
  const state = stateOf(b)
  const before = load<i32>(state, OWNER)
  if (before == owner) return 0
  store<i32>(state, owner, OWNER)
  return before == MIXED ? claim_$D(b, owner) : moveMass_$D(masses + <usize>b * ${(D+3)*8}, before, owner)
}

function visit_$D(b: i32, turn: i32): i32 {
  const state = stateOf(b)
  let candidates = load<u64>(state)
  const known = load<i32>(state, SEEN) == turn - 1
  let anew = !known
  if (!tick(state, turn)) {
    const found = findCandidates_$D(boxes + <usize>b * ${(2*D+4)*4}, state)
    // The leases of the points say nothing of centroids that were no candidates when they were given.
    anew = anew || (found & ~candidates) != 0
    candidates = found
    store<u64>(state, found)
  }
  if ((candidates & (candidates - 1)) == 0) return own_$D(b, <i32>ctz(candidates))
  let changed = 0
  let owner = load<i32>(state, OWNER)
  if (owner == NONE) {
    // Most points of a block have one label: cheaper to move the whole block there first than each point by itself.
    owner = nearestToMiddle
    changed = own_$D(b, owner)
  }
  if (owner != MIXED) {
    memory.fill(labels + <usize>(b * $B), <u8>owner, $B)
    store<i32>(state, MIXED, OWNER)
  }
  return changed + scan_$D(b, candidates, anew)
}

/**
 * Labels the points of super-blocks `from` to `to` with their nearest centroid and keeps `sums` in step.
 *
 * @param turn 0 after a reset, then one more for each assignment
 * @returns how many labels changed; on turn 0 any number above 0
 */
export function assign_$D(from: i32, to: i32, turn: i32): i32 {
  const all = blockCount()
  let changed = 0
  for (let s = from; s < to; s++) {
    const state = superStateOf(s)
    const owner = load<i32>(state, OWNER)
    let candidates = load<u64>(state)
    if (!tick(state, turn)) {
      candidates = findCandidates_$D(superBoxes + <usize>s * ${(2*D+4)*4}, state)
      store<u64>(state, candidates)
    } else if (owner >= 0) continue
    const end = min(all, (s + 1) * SUPER)
    if ((candidates & (candidates - 1)) == 0) {
      const next = <i32>ctz(candidates)
      if (owner == next) continue
      store<i32>(state, next, OWNER)
      if (owner != MIXED) changed += moveMass_$D(superMasses + <usize>s * ${(D+3)*8}, owner, next)
      else for (let b = s * SUPER; b < end; b++) changed += own_$D(b, next)
      continue
    }
    if (owner != MIXED) {
      for (let b = s * SUPER; b < end; b++) store<i32>(stateOf(b), owner, OWNER)
      store<i32>(state, MIXED, OWNER)
    }
    for (let b = s * SUPER; b < end; b++) changed += visit_$D(b, turn)
  }
  return changed
}

/** Sum over the points of super-blocks `from` to `to` of weight · squared distance to their own centroid, in float64. */
export function inertia_$D(from: i32, to: i32): f64 {
  const all = blockCount()
  let sum: f64 = 0
  for (let s = from; s < to; s++) {
    const owner = load<i32>(superStateOf(s), OWNER)
    if (owner >= 0) { sum += massInertia_$D(superMasses + <usize>s * ${(D+3)*8}, owner); continue }
    for (let b = s * SUPER; b < min(all, (s + 1) * SUPER); b++) {
      const blockOwner = load<i32>(stateOf(b), OWNER)
      if (blockOwner >= 0) { sum += massInertia_$D(masses + <usize>b * ${(D+3)*8}, blockOwner); continue }
      let part: f64 = 0
      for (let p = b * $B; p < min(count, b * $B + $B); p++) {
        part += squaredDistance_$D(p, <i32>load<u8>(labels + <usize>p)) * weightOf(p)
      }
      sum += part
    }
  }
  return sum
}

/** Squares around the mean of the block and from its mean to the centroid (Huygens). */
@inline function massInertia_$D(mass: usize, owner: i32): f64 {
  const centre = centroids + <usize>owner * ${D*8}
  const weight = load<f64>(mass, $D * 8)
  let between: f64 = 0
  const t$d = load<f64>(mass, $d * 8) / weight - (load<f64>(centre, $d * 8) - load<f64>(origin, $d * 8)) //: d
  between += t$d * t$d //: d
  return load<f64>(mass, ($D + 2) * 8) + weight * between
}

@inline function squaredDistance_$D(point: i32, label: i32): f64 {
  const row = rows + (<usize>point * $D << 3)
  const centre = centroids + <usize>label * ${D*8}
  let square: f64 = 0
  const t$d = load<f64>(row, $d * 8) - load<f64>(centre, $d * 8) //: d
  square += t$d * t$d //: d
  return square
}
