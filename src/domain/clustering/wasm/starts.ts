import { type RandomSource, sampleIndices } from '../../numeric/random.ts'
import type { Member } from './crew.ts'
import type { RestartTask } from './orders.ts'
import type { Space } from './space.ts'

/** 65,536 points of many features, 131,072 of few: a few milliseconds. */
const SUPER_BLOCKS_BETWEEN_POLLS = 128

export interface Drawn {
  /** k rows of d */
  centroids: Float64Array
  /** Inertia with them, about; 0 when nobody looked. */
  potential: number
}

/** Centroids to begin with, as given or drawn from the rows. */
export function draw(
  space: Space,
  start: RestartTask['start'],
  k: number,
  random: RandomSource,
  member: Member
): Drawn {
  if (typeof start !== 'string') return { centroids: start, potential: 0 }
  const { n, d, width, shared } = space.layout
  space.use()
  const { points, potential } =
    start === 'random' ? { points: sampleIndices(n, k, random), potential: 0 } : plusPlus(space, k, random, member)
  const rows = space.doubles(shared.rows, n * width)
  const centroids = new Float64Array(k * d)
  points.forEach((point, c) => {
    centroids.set(rows.subarray(point * width, point * width + d), c * d)
  })
  return { centroids, potential: potential / space.frame.scale ** 2 }
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007; as in scikit-learn): each next centroid is the best of 2 + ⌊ln k⌋ points
 * drawn with probability proportional to weight · squared distance to the nearest so far. Float32 distances: only the draw
 * depends on them.
 *
 * @returns the points and the sum of these distances, scaled
 */
function plusPlus(
  space: Space,
  k: number,
  random: RandomSource,
  member: Member
): { points: number[]; potential: number } {
  const { run, layout } = space
  const { n, scratch } = layout
  const trials = 2 + Math.floor(Math.log(k))
  const totals = space.doubles(scratch[space.worker]!.trialTotals, trials)
  run.resetStates()
  run.resetNearest()
  const chosen = [layout.weighted ? pickByWeight(space, random) : random.below(n)]
  run.setTrial(0, chosen[0]!)
  let potential = lowerTo(space, 0, member)
  while (chosen.length < k) {
    const points = Array.from({ length: trials }, () =>
      potential > 0 ? run.pick(random.next() * potential) : random.below(n)
    )
    points.forEach((point, t) => {
      run.setTrial(t, point)
    })
    tryAll(space, totals, member)
    let best = 0
    for (let t = 1; t < trials; t++) if (totals[t]! < totals[best]!) best = t
    chosen.push(points[best]!)
    potential = lowerTo(space, best, member)
  }
  return { points: chosen, potential }
}

function tryAll({ run, layout }: Space, totals: Float64Array, member: Member): void {
  totals.fill(0)
  for (let from = 0; from < layout.superBlocks; from += SUPER_BLOCKS_BETWEEN_POLLS) {
    run.tryAll(from, Math.min(layout.superBlocks, from + SUPER_BLOCKS_BETWEEN_POLLS), totals.length)
    member.poll()
  }
}

/** @returns what is left of the potential */
function lowerTo({ run, layout }: Space, trial: number, member: Member): number {
  let potential = 0
  for (let from = 0; from < layout.superBlocks; from += SUPER_BLOCKS_BETWEEN_POLLS) {
    potential += run.lowerTo(from, Math.min(layout.superBlocks, from + SUPER_BLOCKS_BETWEEN_POLLS), trial)
    member.poll()
  }
  return potential
}

function pickByWeight(space: Space, random: RandomSource): number {
  const { n, shared } = space.layout
  const weights = space.doubles(shared.weights, n)
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  for (let point = 0; point < n; point++) {
    left -= weights[point]!
    if (left < 0) return point
  }
  return n - 1
}
