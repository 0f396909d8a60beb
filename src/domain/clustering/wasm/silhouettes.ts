import { ensureBytes } from '../../kernels/kernels.ts'
import type { Crew, Member } from './crew.ts'
import type { TilePlan } from './orders.ts'
import type { Space } from './space.ts'
import { share } from './steps.ts'
import { CHUNK, groupsWithin, type Labelling, planTiles, TILE } from './tile-plan.ts'

/** About 15 ms of work for the kernels: features times pairs between two polls. */
const WORK_BETWEEN_POLLS = 5e7

/**
 * Exact silhouettes (Rousseeuw 1987) of every point under each labelling; 0 for a cluster of one, as in scikit-learn.
 *
 * Distances do not depend on the labels, so one pass over the pairs serves all labellings: points are grouped by the tuple
 * of their labels, sums of distances are kept for each such cell, and a cluster is a union of cells.
 *
 * @returns for each labelling a value for each row, in the caller's order
 */
export function silhouettes(crew: Crew, space: Space, labellings: readonly Labelling[]): Float64Array[] {
  const { n, shared } = space.layout
  const results: Float64Array[] = []
  for (const group of groupsWithin(crew, space, labellings, n)) {
    const plan = planTiles(crew, space, group)
    crew.poll()
    crew.run('tiles', plan)
    crew.run('pairs', { tiles: plan.tileCount })
    crew.run('values', {})
    const order = space.integers(shared.order, n)
    const memberOf = space.integers(plan.memberOf, n)
    group.labellings.forEach((_, l) => {
      const values = space.doubles(plan.values + l * plan.stride * 8, n)
      const result = new Float64Array(n)
      for (let i = 0; i < n; i++) result[order[memberOf[i]!]!] = values[i]!
      results.push(result)
    })
  }
  return results
}

/**
 * Exact silhouettes of some rows only, against all points.
 *
 * @param rows indices in the caller's order
 * @returns for each labelling a value for each of `rows`
 */
export function sampledSilhouettes(
  crew: Crew,
  space: Space,
  labellings: readonly Labelling[],
  rows: Int32Array
): Float64Array[] {
  const { n, shared } = space.layout
  const pointOf = new Int32Array(n)
  const order = space.integers(shared.order, n)
  for (let point = 0; point < n; point++) pointOf[order[point]!] = point
  const results: Float64Array[] = []
  for (const group of groupsWithin(crew, space, labellings, rows.length)) {
    const sample = rows.map((row) => pointOf[row]!)
    const plan = planTiles(crew, space, group, sample)
    crew.poll()
    crew.run('tiles', plan)
    crew.run('samples', { rows: rows.length, tiles: plan.tileCount })
    crew.run('values', {})
    group.labellings.forEach((_, l) => {
      results.push(space.doubles(plan.values + l * plan.stride * 8, rows.length).slice())
    })
  }
  return results
}

export const silhouetteStages = {
  /** Draws a share of the tiles and takes note of the plan. */
  tiles(space: Space, plan: TilePlan, member: Member): void {
    ensureBytes(space.kernels.memory, plan.end)
    const { tiles, tileOrigins, tileColumns, memberOf, sampleOf, stride, pairUnits, cells } = plan
    const sumsOfPairs = plan.sums[space.worker]!
    space.kernels.set({
      ...{ tiles, tileOrigins, tileColumns, memberOf, sampleOf, pairUnits, sumsOfPairs },
      pairStride: stride,
      columnSums: plan.columnSums[space.worker]!
    })
    space.doubles(sumsOfPairs, cells * stride).fill(0)
    const [from, to] = share(plan.tileCount, member)
    space.run.drawTiles(from, to)
    space.plan = plan
  },

  pairs(space: Space, { tiles }: { tiles: number }, member: Member): void {
    const atOnce = Math.ceil(WORK_BETWEEN_POLLS / (TILE * TILE * space.layout.width))
    for (let a = member.claim(); a < tiles; a = member.claim()) {
      for (let from = a; from < tiles; from += atOnce) {
        space.run.pairTiles(a, from, Math.min(tiles, from + atOnce))
        member.poll()
      }
    }
  },

  samples(space: Space, { rows, tiles }: { rows: number; tiles: number }, member: Member): void {
    const perClaim = Math.max(2, Math.floor(WORK_BETWEEN_POLLS / (space.layout.n * space.layout.width)) & ~1)
    for (let from = member.claim() * perClaim; from < rows; from = member.claim() * perClaim) {
      space.run.sampleTiles(from, Math.min(rows, from + perClaim), tiles)
      member.poll()
    }
  },

  values(space: Space, _: Record<string, never>, member: Member): void {
    const plan = space.plan!
    const positions = plan.sampleCount || space.layout.n
    for (let from = member.claim() * CHUNK; from < positions; from = member.claim() * CHUNK) {
      const length = Math.min(CHUNK, positions - from)
      joinWorkers(space, plan, from, length)
      plan.labellings.forEach((_, l) => {
        writeValues(space, plan, l, from, length)
      })
      member.poll()
    }
  }
}

/** Adds what each worker found to the sums of the first. */
function joinWorkers(space: Space, plan: TilePlan, from: number, length: number): void {
  const even = (length + 1) & ~1
  for (const sums of plan.sums.slice(1)) {
    for (let cell = 0; cell < plan.cells; cell++) {
      const at = (cell * plan.stride + from) * 8
      space.run.addInto(plan.sums[0]! + at, sums + at, even)
    }
  }
}

function writeValues(space: Space, plan: TilePlan, l: number, from: number, length: number): void {
  const { k, clusterOf, sizes } = plan.labellings[l]!
  const even = (length + 1) & ~1
  const work = plan.work[space.worker]!
  const byCluster = space.doubles(work, k * CHUNK).fill(0)
  for (let cell = 0; cell < plan.cells; cell++) {
    space.run.addInto(work + clusterOf[cell]! * CHUNK * 8, plan.sums[0]! + (cell * plan.stride + from) * 8, even)
  }
  const values = space.doubles(plan.values + (l * plan.stride + from) * 8, length)
  for (let i = 0; i < length; i++) {
    const own = clusterOf[plan.cellOfPosition[from + i]!]!
    let nearest = Number.POSITIVE_INFINITY
    for (let c = 0; c < k; c++) {
      if (c === own || sizes[c] === 0) continue
      const mean = byCluster[c * CHUNK + i]! / sizes[c]!
      if (mean < nearest) nearest = mean
    }
    const within = byCluster[own * CHUNK + i]! / (sizes[own]! - 1)
    const larger = Math.max(within, nearest)
    values[i] =
      sizes[own]! < 2 || larger === 0 || nearest === Number.POSITIVE_INFINITY ? 0 : (nearest - within) / larger
  }
}
