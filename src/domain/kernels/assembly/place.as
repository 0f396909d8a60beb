// Sorts the rows in space and draws the boxes. One copy for each number of features $D; see scripts/kernels.mjs.

/**
 * The Morton cell of each row, counted in `histogram` (Int32 for each cell, zeroed by the caller).
 * `frame` holds for each of three directions the low end, cells per unit; a value beyond an end falls in the end cell.
 *
 * @returns the largest squared length of a centred row
 */
export function findCells_$D(from: i32, to: i32, bits: i32, frame: usize, histogram: usize): f64 {
  const last = <f64>((1 << bits) - 1)
  const low0 = load<f64>(frame), low1 = load<f64>(frame, 16), low2 = load<f64>(frame, 32)
  const per0 = load<f64>(frame, 8), per1 = load<f64>(frame, 24), per2 = load<f64>(frame, 40)
  let longest: f64 = 0
  for (let i = from; i < to; i++) {
    const row = input + (<usize>(<i64>i * features) << 3)
    let first: f64 = 0, second: f64 = 0, third: f64 = 0, length: f64 = 0
    if ($D <= 3) {
      const x$d = load<f64>(row, $d * 8) - load<f64>(origin, $d * 8) //: d
      length += x$d * x$d //: d
      first = x0
      if ($D > 1) second = x${Math.min(D - 1, 1)}
      if ($D > 2) third = x${Math.min(D - 1, 2)}
    } else {
      let pair = f64x2.splat(0), rest = f64x2.splat(0)
      for (let q = 0; q < features; q++) {
        const at = <usize>q << 3
        const x = load<f64>(row + at) - load<f64>(origin + at)
        const along = directions + (at << 2)
        pair = f64x2.add(pair, f64x2.mul(f64x2.splat(x), v128.load(along)))
        rest = f64x2.add(rest, f64x2.mul(f64x2.splat(x), f64x2.replace_lane(v128.load(along, 16), 1, x)))
      }
      first = f64x2.extract_lane(pair, 0)
      second = f64x2.extract_lane(pair, 1)
      third = f64x2.extract_lane(rest, 0)
      length = f64x2.extract_lane(rest, 1)
    }
    longest = max<f64>(longest, length)
    let cell = cellOf(first, low0, per0, last)
    if ($D == 2) cell = (spread2(cell) << 1) | spread2(cellOf(second, low1, per1, last))
    if ($D > 2) {
      cell = (spread3(cell) << 2) | (spread3(cellOf(second, low1, per1, last)) << 1) | spread3(cellOf(third, low2, per2, last))
    }
    store<i32>(cells + (<usize>i << 2), cell)
    const counter = histogram + (<usize>cell << 2)
    store<i32>(counter, load<i32>(counter) + 1)
  }
  return longest
}

/** Super-blocks `from` to `to`: rows, axes, weights, boxes and masses of their blocks and of themselves. */
export function place_$D(from: i32, to: i32): void {
  const all = blockCount()
  for (let s = from; s < to; s++) {
    const end = min(all, (s + 1) * SUPER)
    for (let b = s * SUPER; b < end; b++) placeBlock_$D(b)
    placeSuper_$D(s, end)
  }
}

function placeBlock_$D(b: i32): void {
  let low$d: f32 = Infinity, high$d: f32 = -Infinity //: d
  let sum$d: f64 = 0 //: d
  let weight: f64 = 0
  const first = b * $B
  const end = min(count, first + $B)
  for (let p = first; p < end; p++) {
    const from = load<i32>(order + (<usize>p << 2))
    const source = input + (<usize>(<i64>from * features) << 3)
    const row = rows + (<usize>p * $D << 3)
    const w = inputWeights ? load<f64>(inputWeights + (<usize>from << 3)) : 1.0
    if (weights) store<f64>(weights + (<usize>p << 3), w)
    weight += w
    if ($D <= 8) {
      // Up to eight features are never padded.
      store<f64>(row, load<f64>(source, $d * 8), $d * 8) //: d
    } else {
      for (let q = 0; q < $D; q++) {
        const at = <usize>q << 3
        store<f64>(row + at, q < features ? load<f64>(source + at) : 0)
      }
    }
    const x$d = load<f64>(row, $d * 8) - load<f64>(origin, $d * 8) //: d
    sum$d += x$d * w //: d
    let y$d = x$d //: d
    if ($D > 3) {
      let pair$h = f64x2.splat(0) //: h
      for (let q = 0; q < features; q++) {
        const at = <usize>q << 3
        const x = f64x2.splat(load<f64>(row + at) - load<f64>(origin + at))
        const turned = rotation + <usize>q * $H * 16
        pair$h = f64x2.add(pair$h, f64x2.mul(x, v128.load(turned, $h * 16))) //: h
      }
      y$d = f64x2.extract_lane(pair${d >> 1}, ${d & 1}) //: d
    }
    const at = axes + (<usize>p << 2)
    const z$d = <f32>(y$d * scale) //: d
    store<f32>(at + $d * axisBytes, z$d) //: d
    low$d = min<f32>(low$d, z$d); high$d = max<f32>(high$d, z$d) //: d
  }
  for (let p = end; p < first + $B; p++) {
    const at = axes + (<usize>p << 2)
    store<f32>(at + $d * axisBytes, 0) //: d
    if (weights) store<f64>(weights + (<usize>p << 3), 0)
  }
  const box = boxes + <usize>b * ${(2*D+4)*4}
  store<f32>(box, low$d, $d * 4); store<f32>(box, high$d, ($D + $d) * 4) //: d
  finishBox_$D(box)

  const mass = masses + <usize>b * ${(D+3)*8}
  store<f64>(mass, sum$d, $d * 8) //: d
  store<f64>(mass, weight, $D * 8)
  store<f64>(mass, <f64>(end - first), ($D + 1) * 8)
  const mean$d = sum$d / weight //: d
  let squares: f64 = 0
  for (let p = first; p < end; p++) {
    const row = rows + (<usize>p * $D << 3)
    let square: f64 = 0
    const t$d = load<f64>(row, $d * 8) - load<f64>(origin, $d * 8) - mean$d //: d
    square += t$d * t$d //: d
    squares += square * weightOf(p)
  }
  store<f64>(mass, squares, ($D + 2) * 8)
}

function placeSuper_$D(s: i32, end: i32): void {
  const box = superBoxes + <usize>s * ${(2*D+4)*4}
  const mass = superMasses + <usize>s * ${(D+3)*8}
  store<f32>(box, Infinity, $d * 4); store<f32>(box, -Infinity, ($D + $d) * 4) //: d
  memory.fill(mass, 0, ${(D+3)*8})
  for (let b = s * SUPER; b < end; b++) {
    const inner = boxes + <usize>b * ${(2*D+4)*4}
    const part = masses + <usize>b * ${(D+3)*8}
    for (let q: usize = 0; q < $D; q++) {
      const at = q << 2
      const mid = load<f32>(inner + at)
      const half = load<f32>(inner + at, $D * 4) * UP + abs<f32>(mid) * <f32>1.2e-7
      store<f32>(box + at, min<f32>(load<f32>(box + at), mid - half))
      store<f32>(box + at, max<f32>(load<f32>(box + at, $D * 4), mid + half), $D * 4)
    }
    for (let q: usize = 0; q < ${D+2}; q++) store<f64>(mass + (q << 3), load<f64>(mass + (q << 3)) + load<f64>(part + (q << 3)))
  }
  finishBox_$D(box)
  const weight = load<f64>(mass, $D * 8)
  let squares: f64 = 0
  for (let b = s * SUPER; b < end; b++) {
    const part = masses + <usize>b * ${(D+3)*8}
    const w = load<f64>(part, $D * 8)
    let between: f64 = 0
    for (let q: usize = 0; q < $D; q++) {
      const t = load<f64>(part + (q << 3)) / w - load<f64>(mass + (q << 3)) / weight
      between += t * t
    }
    squares += load<f64>(part, ($D + 2) * 8) + w * between
  }
  store<f64>(mass, squares, ($D + 2) * 8)
}

/** From low and high ends to mid and half, rounded outwards, and the lengths that bound everything in the box. */
function finishBox_$D(box: usize): void {
  let midSquares: f64 = 0, halfSquares: f64 = 0, reachSquares: f64 = 0
  for (let q: usize = 0; q < $D; q++) {
    const at = q << 2
    const low = load<f32>(box + at), high = load<f32>(box + at, $D * 4)
    const mid = low * 0.5 + high * 0.5
    const half = max<f32>(high - mid, mid - low) * UP
    store<f32>(box + at, mid)
    store<f32>(box + at, half, $D * 4)
    midSquares += <f64>mid * <f64>mid
    halfSquares += <f64>half * <f64>half
    const far = <f64>abs<f32>(mid) + <f64>half
    reachSquares += far * far
  }
  const reach = <f32>sqrt<f64>(reachSquares) * UP
  store<f32>(box, <f32>midSquares * UP, ${2*D*4})
  store<f32>(box, <f32>sqrt<f64>(halfSquares) * UP + reach * <f32>1e-6, ${(2*D+1)*4})
  store<f32>(box, reach, ${(2*D+2)*4})
  store<f32>(box, 0, ${(2*D+3)*4})
}
