// Which centroids a box can be nearest to.
// Scores stand for distances: s_c(x) = x·c − |c|²/2 is largest for the nearest centroid.
// One copy for each number of features $D; see scripts/kernels.mjs.

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
