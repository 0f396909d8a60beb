// Points, blocks and super-blocks that change from one cluster to another, in the sums of both. One copy for each number of features $D; see scripts/kernels.mjs.

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
