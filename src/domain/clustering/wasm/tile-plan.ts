import { ensureBytes } from '../../kernels/kernels.ts'
import { sumsBytes } from '../../kernels/layout.ts'
import type { Crew } from './crew.ts'
import type { TilePlan } from './orders.ts'
import type { Space } from './space.ts'
import { share } from './steps.ts'

/** Points of a tile at most: as many float32 distances are added before the sum goes on in float64. */
export const TILE = 256
/** Positions whose sums are added up together, so that they stay in the cache. */
export const CHUNK = 512

/** A labelling whose labels lie in a label set of the space. */
export interface Labelling {
  slot: number
  k: number
}

/** Labellings whose sums are kept together. */
interface Group {
  labellings: Labelling[]
  cellOf: Int32Array
  cells: number
}

/** Splits labellings so that the sums of each group fit; `cellOf` numbers the tuples of labels in order of appearance. */
export function groupsWithin(crew: Crew, space: Space, labellings: readonly Labelling[], rows: number): Group[] {
  const most = Math.floor(sumsBytes(space.layout.n) / (rows * 8 * crew.size))
  const groups: Group[] = []
  for (const labelling of labellings) {
    crew.poll()
    const last = groups.at(-1)
    const joined = last && refine(space, last, labelling)
    if (last && joined && joined.cells <= most) Object.assign(last, joined)
    else groups.push(refine(space, { labellings: [], cellOf: new Int32Array(space.layout.n), cells: 1 }, labelling))
  }
  return groups
}

function refine(space: Space, group: Group, labelling: Labelling): Group {
  const { n } = space.layout
  const labels = space.bytes(space.layout.labelSetAt(labelling.slot), n)
  const numbers = new Int32Array(group.cells * labelling.k).fill(-1)
  const cellOf = new Int32Array(n)
  let cells = 0
  for (let p = 0; p < n; p++) {
    const tuple = group.cellOf[p]! * labelling.k + labels[p]!
    if (numbers[tuple]! < 0) numbers[tuple] = cells++
    cellOf[p] = numbers[tuple]!
  }
  return { labellings: [...group.labellings, labelling], cellOf, cells }
}

/**
 * Sorts the points by cell into tiles, and lays out what the pass over the pairs needs behind the data set.
 *
 * @param sample points whose sums are wanted; all when left out
 */
export function planTiles(
  crew: Crew,
  space: Space,
  { labellings, cellOf, cells }: Group,
  sample?: Int32Array
): TilePlan {
  const { n, width, layoutEnd } = { ...space.layout, layoutEnd: space.layout.end }
  const sizeOf = new Int32Array(cells)
  for (let p = 0; p < n; p++) sizeOf[cellOf[p]!]!++
  const tileCount = sizeOf.reduce((sum, size) => sum + Math.ceil(size / TILE), 0)
  const columns = n + 4 * tileCount
  const positions = sample?.length ?? n
  const stride = (positions + 1) & ~1

  let end = layoutEnd
  const take = (bytes: number) => {
    const address = end
    end = Math.ceil((end + bytes) / 64) * 64
    return address
  }
  const each = (bytes: number) => Array.from({ length: crew.size }, () => take(bytes))
  const plan: TilePlan = {
    tiles: take(tileCount * 16),
    tileCount,
    tileOrigins: take(tileCount * width * 8),
    tileColumns: take(columns * width * 4),
    memberOf: take(n * 4),
    sampleOf: take(positions * 4),
    sampleCount: sample?.length ?? 0,
    cells,
    sums: each(cells * stride * 8),
    columnSums: each(TILE * 4),
    stride,
    // No coordinate is more than 1 from the origin, so no distance more than 2, nor their sum more than 2 n.
    pairUnits: 2 ** (51 - Math.ceil(Math.log2(n + 1))),
    work: each(CHUNK * 8 * Math.max(...labellings.map(({ k }) => k))),
    values: take(labellings.length * stride * 8),
    labellings: labellings.map(({ slot, k }) => {
      const labels = space.bytes(space.layout.labelSetAt(slot), n)
      const clusterOf = new Int32Array(cells)
      const sizes = new Float64Array(k)
      for (let p = 0; p < n; p++) {
        clusterOf[cellOf[p]!] = labels[p]!
        sizes[labels[p]!]!++
      }
      crew.poll()
      return { k, clusterOf, sizes }
    }),
    cellOfPosition: new Int32Array(positions),
    end
  }
  plan.end = end
  ensureBytes(space.kernels.memory, end)

  const memberOf = space.integers(plan.memberOf, n)
  const next = new Int32Array(cells)
  for (let cell = 1; cell < cells; cell++) next[cell] = next[cell - 1]! + sizeOf[cell - 1]!
  writeTileTable(space, plan, sizeOf, next)
  for (let p = 0; p < n; p++) memberOf[next[cellOf[p]!]!++] = p
  if (sample) {
    space.integers(plan.sampleOf, positions).set(sample)
    sample.forEach((point, i) => {
      plan.cellOfPosition[i] = cellOf[point]!
    })
  } else for (let i = 0; i < n; i++) plan.cellOfPosition[i] = cellOf[memberOf[i]!]!
  return plan
}

function writeTileTable(space: Space, plan: TilePlan, sizeOf: Int32Array, starts: Int32Array): void {
  const table = space.integers(plan.tiles, plan.tileCount * 4)
  let at = 0
  let column = 0
  sizeOf.forEach((size, cell) => {
    const parts = Math.ceil(size / TILE)
    for (let part = 0; part < parts; part++) {
      const [from, to] = share(size, { index: part, size: parts })
      table.set([starts[cell]! + from, to - from, cell, column], at)
      at += 4
      column += Math.ceil((to - from) / 4) * 4
    }
  })
}
