// Sums of distances over all pairs, for exact silhouettes. One copy for each number of features $D; see scripts/kernels.mjs.
//
// Points are sorted into tiles of one cell. Coordinates are float32 relative to the middle of the tile that holds the
// columns, so that close points keep their digits however far from the origin they lie.

/** Tiles `from` to `to`: their origins and, four columns after four, their coordinates. The last column fills up. */
export function drawTiles_$D(from: i32, to: i32): void {
  for (let t = from; t < to; t++) {
    const tile = tiles + <usize>t * TILE
    const members = memberOf + (<usize>load<i32>(tile, TILE_START) << 2)
    const length = load<i32>(tile, TILE_LENGTH)
    const middle = tileOrigins + <usize>t * ${D*8}
    let sum$d: f64 = 0 //: d
    for (let c = 0; c < length; c++) {
      const row = rows + <usize>load<i32>(members + (<usize>c << 2)) * ${D*8}
      sum$d += load<f64>(row, $d * 8) - load<f64>(origin, $d * 8) //: d
    }
    const o$d = load<f64>(origin, $d * 8) + sum$d / <f64>length //: d
    store<f64>(middle, o$d, $d * 8) //: d
    const columns = tileColumns + <usize>load<i32>(tile, TILE_COLUMNS) * ${D*4}
    for (let c = 0; c < (length + 3 & ~3); c++) {
      const row = rows + <usize>load<i32>(members + (<usize>min(c, length - 1) << 2)) * ${D*8}
      const column = columns + <usize>(c >> 2) * ${D*16} + (<usize>(c & 3) << 2)
      store<f32>(column, <f32>((load<f64>(row, $d * 8) - o$d) * scale), $d * 16) //: d
    }
  }
}

/** Rows of tile `a` against the columns of tiles `from` to `to`, each pair once: needs from ≥ a. Adds into `sumsOfPairs`. */
export function pairTiles_$D(a: i32, from: i32, to: i32): void {
  const tile = tiles + <usize>a * TILE
  const start = load<i32>(tile, TILE_START)
  const length = load<i32>(tile, TILE_LENGTH)
  const cell = load<i32>(tile, TILE_CELL)
  const members = memberOf + (<usize>start << 2)
  for (let b = from; b < to; b++) {
    const other = tiles + <usize>b * TILE
    const target = sumsOfPairs + ((<usize>load<i32>(other, TILE_CELL) * pairStride + <usize>start) << 3)
    if (a == b) {
      let r = 0
      for (; r + 1 < length; r += 2) sumRows_$D_2_0(members + (<usize>r << 2), b, target + (<usize>r << 3))
      if (r < length) sumRows_$D_1_0(members + (<usize>r << 2), b, target + (<usize>r << 3))
      continue
    }
    const columns = load<i32>(other, TILE_LENGTH)
    memory.fill(columnSums, 0, <usize>(columns + 3 & ~3) << 2)
    let r = 0
    for (; r + 1 < length; r += 2) sumRows_$D_2_1(members + (<usize>r << 2), b, target + (<usize>r << 3))
    if (r < length) sumRows_$D_1_1(members + (<usize>r << 2), b, target + (<usize>r << 3))
    const mirror = sumsOfPairs + ((<usize>cell * pairStride + <usize>load<i32>(other, TILE_START)) << 3)
    for (let c = 0; c < columns; c++) {
      addWhole(mirror + (<usize>c << 3), <f64>load<f32>(columnSums + (<usize>c << 2)))
    }
  }
}

/** Rows `from` to `to` of `sampleOf` against the columns of all tiles. Adds into `sumsOfPairs`. */
export function sampleTiles_$D(from: i32, to: i32, tileCount: i32): void {
  for (let b = 0; b < tileCount; b++) {
    const cell = load<i32>(tiles + <usize>b * TILE, TILE_CELL)
    const target = sumsOfPairs + ((<usize>cell * pairStride) << 3)
    let r = from
    for (; r + 1 < to; r += 2) sumRows_$D_2_0(sampleOf + (<usize>r << 2), b, target + (<usize>r << 3))
    if (r < to) sumRows_$D_1_0(sampleOf + (<usize>r << 2), b, target + (<usize>r << 3))
  }
}
