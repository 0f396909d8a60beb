// The points of a block among the centroids left for it. One copy for each number of features $D; see scripts/kernels.mjs.

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
