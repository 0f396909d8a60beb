import { MAX_CLUSTERS, MAX_FEATURES } from '../../kernels/layout.ts'
import type { KMeansResult, SweepTask } from '../engine.ts'
import type { Crew, Member } from './crew.ts'
import type { SetResult } from './orders.ts'
import { PreparedRows } from './prepared-rows.ts'

/** Whether the kernels have copies for so many features and clusters. */
export const kernelsTake = (d: number, ks: readonly number[]): boolean =>
  d <= MAX_FEATURES && ks.every((k) => k <= MAX_CLUSTERS)

/** Sweeps over whole sets of rows until none is left; one is always worked on by one member, in a memory of its own. */
export function sweepSets(own: Crew, tasks: readonly SweepTask[], member: Member): SetResult[] {
  const results: SetResult[] = []
  own.poll = () => member.poll()
  for (let task = member.claim(); task < tasks.length; task = member.claim()) {
    const { matrix, weights, options } = tasks[task]!
    const rows = new PreparedRows(own, matrix, options.ks.length, weights)
    results.push({ task, results: rows.sweep(options).map(toResult) })
    member.done()
  }
  return results
}

export const toResult = ({ centroids, labels, loss, iterations, converged }: KMeansResult): KMeansResult => ({
  centroids,
  labels,
  loss,
  iterations,
  converged
})
