// k-means++ by boxes: a block farther from a new centre than its farthest point from the old ones keeps its potential.
// One copy for each number of features $D; see scripts/kernels.mjs.

/** Trial `t` of the next choice is the point `p`. */
export function setTrial_$D(t: i32, p: i32): void {
  const x = axes + (<usize>p << 2)
  const splat = trialSplats + <usize>t * ${D*16}
  const lane = trialLanes + <usize>(t >> 2) * ${D*16} + (<usize>(t & 3) << 2)
  const x$d = load<f32>(x + $d * axisBytes) //: d
  v128.store(splat, f32x4.splat(x$d), $d * 16) //: d
  store<f32>(lane, x$d, $d * 16) //: d
}

/** Bit t is set when trial t may be nearer to a point of the box than `largest`, a squared distance. */
@inline function trialsWithin_$D(box: usize, largest: f32, trials: i32): i32 {
  const limit = f32x4.splat(largest)
  let within = 0
  for (let t = 0; t < trials; t += 4) {
    const lane = trialLanes + <usize>t * ${D*4}
    let square = f32x4.splat(0)
    const u$d = f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.abs(f32x4.sub(v128.load(lane, $d * 16), v128.load32_splat(box, $d * 4))), v128.load32_splat(box, ($D + $d) * 4))) //: d
    square = f32x4.add(square, f32x4.mul(u$d, u$d)) //: d
    within |= i32x4.bitmask(f32x4.lt(square, limit)) << t
  }
  return within & ((1 << trials) - 1)
}

/** Potential of block b with trial t added. */
function tryBlock_$D(b: i32, t: i32): f64 {
  const splat = trialSplats + <usize>t * ${D*16}
  let total = f32x4.splat(0)
  const c$d = v128.load(splat, $d * 16) //: d
  for (let p = b * $B; p < b * $B + $B; p += 4) {
    const x = axes + (<usize>p << 2)
    let square = f32x4.splat(0)
    const t$d = f32x4.sub(v128.load(x + $d * axisBytes), c$d) //: d
    square = f32x4.add(square, f32x4.mul(t$d, t$d)) //: d
    square = f32x4.pmin(square, v128.load(leases + (<usize>p << 2)))
    if (weights) square = f32x4.mul(square, weightsOf(p))
    total = f32x4.add(total, square)
  }
  return sumOfLanes(total)
}

/** Adds to trialTotals the potential of super-blocks `from` to `to` with each of the trials added. */
export function tryAll_$D(from: i32, to: i32, trials: i32): void {
  const all = blockCount()
  for (let s = from; s < to; s++) {
    const state = superStateOf(s)
    const near = trialsWithin_$D(superBoxes + <usize>s * ${(2*D+4)*4}, load<f32>(state, LARGEST), trials)
    addTotals(trials, ~near, load<f64>(state, POTENTIAL))
    if (!near) continue
    for (let b = s * SUPER; b < min(all, (s + 1) * SUPER); b++) {
      const blockState = stateOf(b)
      const nearer = near & trialsWithin_$D(boxes + <usize>b * ${(2*D+4)*4}, load<f32>(blockState, LARGEST), trials)
      addTotals(trials, near & ~nearer, load<f64>(blockState, POTENTIAL))
      for (let left = nearer; left; left &= left - 1) addTotals(trials, left & -left, tryBlock_$D(b, ctz(left)))
    }
  }
}

/** Takes trial t as the next centre of super-blocks `from` to `to`. @returns their potential */
export function lowerTo_$D(from: i32, to: i32, t: i32): f64 {
  const all = blockCount()
  const bit = 1 << t
  let total: f64 = 0
  for (let s = from; s < to; s++) {
    const state = superStateOf(s)
    if (trialsWithin_$D(superBoxes + <usize>s * ${(2*D+4)*4}, load<f32>(state, LARGEST), t + 1) & bit) {
      let potential: f64 = 0
      let largest: f32 = 0
      for (let b = s * SUPER; b < min(all, (s + 1) * SUPER); b++) {
        const blockState = stateOf(b)
        const box = boxes + <usize>b * ${(2*D+4)*4}
        if (trialsWithin_$D(box, load<f32>(blockState, LARGEST), t + 1) & bit) lowerBlock_$D(b, t, blockState)
        potential += load<f64>(blockState, POTENTIAL)
        largest = max<f32>(largest, load<f32>(blockState, LARGEST))
      }
      store<f64>(state, potential, POTENTIAL)
      store<f32>(state, largest, LARGEST)
    }
    total += load<f64>(state, POTENTIAL)
  }
  return total
}

function lowerBlock_$D(b: i32, t: i32, state: usize): void {
  const splat = trialSplats + <usize>t * ${D*16}
  let total = f32x4.splat(0)
  let largest = f32x4.splat(0)
  const c$d = v128.load(splat, $d * 16) //: d
  for (let p = b * $B; p < b * $B + $B; p += 4) {
    const x = axes + (<usize>p << 2)
    const nearest = leases + (<usize>p << 2)
    let square = f32x4.splat(0)
    const t$d = f32x4.sub(v128.load(x + $d * axisBytes), c$d) //: d
    square = f32x4.add(square, f32x4.mul(t$d, t$d)) //: d
    square = f32x4.pmin(square, v128.load(nearest))
    v128.store(nearest, square)
    largest = f32x4.pmax(largest, square)
    if (weights) square = f32x4.mul(square, weightsOf(p))
    total = f32x4.add(total, square)
  }
  store<f64>(state, sumOfLanes(total), POTENTIAL)
  store<f32>(state, maxOfLanes(largest), LARGEST)
}
