// What is left of the squared distances. One copy for each number of features $D; see scripts/kernels.mjs.

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
