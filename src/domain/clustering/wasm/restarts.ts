import { createRandom, type RandomSource, sampleIndices } from '../../numeric/random.ts'
import type { Member } from './crew.ts'
import { LloydRun } from './lloyd-run.ts'
import type { FinishResult, Frame, RestartResult, StageOrders } from './orders.ts'
import type { Space } from './space.ts'

/** Attempts to find centroids that are, to the last bit, the means of the labels they give. */
const SETTLING_ATTEMPTS = 8
/** 65,536 points of many features, 131,072 of few: a few milliseconds. */
const SUPER_BLOCKS_BETWEEN_POLLS = 128

/** Runs restarts until none is left; one is always run by one member, so its result does not depend on the crew. */
export function runRestarts(
  space: Space,
  frame: Frame,
  { tasks, maxIterations, tolerance, seed }: StageOrders['restarts'],
  member: Member
): RestartResult[] {
  const results: RestartResult[] = []
  for (let claimed = member.claim(); claimed < tasks.length; claimed = member.claim()) {
    // The largest k come last and take longest: begun first, they leave nobody waiting at the end.
    const task = tasks.length - 1 - claimed
    const { k, restart, start } = tasks[task]!
    const run = new LloydRun(space, frame, member, k, false)
    run.restart(
      typeof start === 'string' ? chooseStart(space, start, k, createRandom(seed, k, restart), member) : start
    )
    const { iterations, converged } = iterate(run, maxIterations, tolerance)
    const smallest = Math.min(...run.sizes())
    results.push({ task, centroids: run.centroidRows(), loss: run.inertia(), iterations, converged, smallest })
    member.done()
  }
  return results
}

/** scikit-learn's rule: until no label changes, or the summed squared shift is at most `tolerance`. */
function iterate(run: LloydRun, maxIterations: number, tolerance: number): { iterations: number; converged: boolean } {
  let iterations = 0
  while (iterations < maxIterations) {
    iterations++
    if (run.assign() === 0) return { iterations, converged: true }
    if (run.moveToMeans() <= tolerance) break
  }
  return { iterations, converged: run.assign() === 0 }
}

/** Labels for the winners, into the label sets. */
export function finish(
  space: Space,
  frame: Frame,
  { tasks, maxIterations }: StageOrders['finish'],
  member: Member
): FinishResult[] {
  const { layout, worker } = space
  const results: FinishResult[] = []
  for (let task = member.claim(); task < tasks.length; task = member.claim()) {
    const { k, slot, centroids, settle, iterations: before } = tasks[task]!
    const run = new LloydRun(space, frame, member, k, true)
    run.restart(centroids)
    const left = maxIterations - before
    const { iterations, converged } = settle ? settled(run, left) : { iterations: 0, converged: run.assign() === 0 }
    space.run.writeLabels(0, layout.superBlocks)
    const labels = layout.scratch[worker]!.labels
    space.bytes(layout.labelSetAt(slot), layout.n).set(space.bytes(labels, layout.n))
    results.push({
      task,
      centroids: run.centroidRows(),
      loss: run.inertia(),
      iterations: before + iterations,
      converged,
      sizes: run.sizes()
    })
  }
  return results
}

/**
 * Goes on until no label changes. The sums kept in step have by then lost some last bits: they are added up anew and the
 * centroids taken from them, until those give the labels they come from.
 */
function settled(run: LloydRun, maxIterations: number): { iterations: number; converged: boolean } {
  let { iterations, converged } = iterate(run, maxIterations, -1)
  for (let attempt = 0; attempt < SETTLING_ATTEMPTS && converged; attempt++) {
    run.forget()
    run.assign()
    run.moveToMeans()
    if (run.assign() === 0) return { iterations, converged: true }
    const more = iterate(run, Math.max(0, maxIterations - iterations), -1)
    iterations += more.iterations
    converged = more.converged
  }
  return { iterations, converged }
}

function chooseStart(
  space: Space,
  start: 'k-means++' | 'random',
  k: number,
  random: RandomSource,
  member: Member
): Float64Array {
  const { n, d, width, shared } = space.layout
  const points = start === 'random' ? sampleIndices(n, k, random) : plusPlus(space, k, random, member)
  const rows = space.doubles(shared.rows, n * width)
  const centroids = new Float64Array(k * d)
  points.forEach((point, c) => {
    centroids.set(rows.subarray(point * width, point * width + d), c * d)
  })
  return centroids
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007; as in scikit-learn): each next centroid is the best of 2 + ⌊ln k⌋ points
 * drawn with probability proportional to weight · squared distance to the nearest so far. Float32 distances: only the draw
 * depends on them.
 */
function plusPlus(space: Space, k: number, random: RandomSource, member: Member): number[] {
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
  return chosen
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
