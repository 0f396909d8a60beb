// The innermost loop of pairs.as: $R rows against one tile; adds to `columnSums` as well when $C is 1.

function sumRows_$D_$R_$C(members: usize, b: i32, target: usize): void {
  const tile = tiles + <usize>b * TILE
  const length = load<i32>(tile, TILE_LENGTH)
  const middle = tileOrigins + <usize>b * ${D*8}
  const row$r = rows + <usize>load<i32>(members, $r * 4) * ${D*8} //: r
  const a$d_$r = f32x4.splat(<f32>((load<f64>(row$r, $d * 8) - load<f64>(middle, $d * 8)) * scale)) //: d r
  let sum$r = f32x4.splat(0), distance$r = f32x4.splat(0) //: r
  let x = tileColumns + <usize>load<i32>(tile, TILE_COLUMNS) * ${D*4}
  const end = columnSums + (<usize>(length + 3 & ~3) << 2)
  let column = columnSums
  // A loop that is left at its end: out of any other V8 does not lift what stays the same (the splats above).
  do {
    const y$d = v128.load(x, $d * 16) //: d
    const u$d_$r = f32x4.sub(y$d, a$d_$r) //: d r
    let square$r = f32x4.mul(u0_$r, u0_$r) //: r
    square$r = f32x4.add(square$r, f32x4.mul(u${n+1}_$r, u${n+1}_$r)) //: n r
    distance$r = f32x4.sqrt(square$r) //: r
    sum$r = f32x4.add(sum$r, distance$r) //: r
    if ($C) {
      let both = v128.load(column)
      both = f32x4.add(both, distance$r) //: r
      v128.store(column, both)
    }
    column += 16
    x += ${D*16}
  } while (column < end)
  // The columns that fill up are copies of the last one: as many of its distance too much.
  const surplus = <f64>(-length & 3)
  addWhole(target + ($r << 3), sumOfLanes(sum$r) - surplus * <f64>f32x4.extract_lane(distance$r, 3)) //: r
}
