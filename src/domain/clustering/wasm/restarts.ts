import { createRandom } from '../../numeric/random.ts'
import type { Member } from './crew.ts'
import { LloydRun } from './lloyd-run.ts'
import type { FinishResult, RestartResult, StageOrders } from './orders.ts'
import type { Space } from './space.ts'
import { type Drawn, draw } from './starts.ts'

/** Attempts to find centroids that are, to the last bit, the means of the labels they give. */
const SETTLING_ATTEMPTS = 8

/** Runs restarts until none is left; one is always run by one member, so its result does not depend on the crew. */
export function runRestarts(
  space: Space,
  { tasks, maxIterations, tolerance, seed }: StageOrders['restarts'],
  member: Member
): RestartResult[] {
  const results: RestartResult[] = []
  for (let claimed = member.claim(); claimed < tasks.length; claimed = member.claim()) {
    // The largest k come last and take longest: begun first, they leave nobody waiting at the end.
    const task = tasks.length - 1 - claimed
    const { k, restart, start } = tasks[task]!
    const drawn = draw(space, start, k, createRandom(seed, k, restart), member)
    const given = approach(space, drawn, { k, maxIterations, tolerance }, member)
    const run = new LloydRun(space, member, k, false)
    run.restart(given)
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
export function finish(space: Space, { tasks, maxIterations }: StageOrders['finish'], member: Member): FinishResult[] {
  const { layout, worker } = space
  const results: FinishResult[] = []
  for (let task = member.claim(); task < tasks.length; task = member.claim()) {
    const { k, slot, centroids, settle, iterations: before } = tasks[task]!
    const run = new LloydRun(space, member, k, true)
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

/**
 * Moves drawn centroids of a large data set among its coarse rows, where most of the way costs a small part of what it does
 * among all. They stay as drawn where it is not certain that this brought them nearer to the rows.
 */
function approach(
  space: Space,
  { centroids, potential }: Drawn,
  { k, maxIterations, tolerance }: { k: number; maxIterations: number; tolerance: number },
  member: Member
): Float64Array {
  if (space.coarse === null || potential === 0) return centroids
  const run = new LloydRun(space.coarse, member, k, true)
  run.restart(centroids)
  iterate(run, maxIterations, tolerance)
  return run.inertia() + space.coarse.frame.hidden < potential ? run.centroidRows() : centroids
}
