import { type Matrix, takeRows } from '../numeric/matrix.ts'
import type { ClusterEngine, KMeansResult, OpenRows, SweepOptions, SweepTask } from './engine.ts'
import type { Pace } from './pace.ts'

/** An engine that knows k-means for one k does the rest by doing that again and again. */
export function plainEngine({ distance, kmeans }: Pick<ClusterEngine, 'distance' | 'kmeans'>): ClusterEngine {
  const open = (matrix: Matrix, _labelings: number, pace: Pace): OpenRows => ({
    sweep({ ks, ...options }: SweepOptions, ended) {
      let count = 0
      return ks.map((k) => {
        const result = kmeans(matrix, { ...options, k }, pace)
        count += options.start instanceof Float64Array ? 1 : options.restarts
        ended?.(count)
        return result
      })
    }
  })
  const sweepOne = (task: SweepTask, pace: Pace): KMeansResult[] => {
    if (task.weights === undefined) return open(task.matrix, task.options.ks.length, pace).sweep(task.options)
    const { rows, firstOf } = repeated(task.weights)
    return open(takeRows(task.matrix, rows), task.options.ks.length, pace)
      .sweep(task.options)
      .map((result) => ({ ...result, labels: firstOf.map((at) => result.labels[at]!) }))
  }
  return { distance, kmeans, open, sweepEach: (tasks, pace) => tasks.map((task) => sweepOne(task, pace)) }
}

/** Every row as often as it counts, and where each row comes first. */
function repeated(weights: Float64Array): { rows: Int32Array; firstOf: Int32Array } {
  const firstOf = new Int32Array(weights.length)
  let length = 0
  for (let row = 0; row < weights.length; row++) {
    firstOf[row] = length
    length += weights[row]!
  }
  const rows = new Int32Array(length)
  for (let row = 0; row < weights.length; row++) rows.fill(row, firstOf[row]!, firstOf[row]! + weights[row]!)
  return { rows, firstOf }
}

/**
 * The better of two starts of the same k: one whose clusters all have `least` rows before one whose have not, then the
 * lower loss, then the earlier.
 */
export function betterStart<Start extends { loss: number; smallest: number }>(
  a: Start,
  b: Start,
  least: number
): Start {
  const reaches = a.smallest >= least
  if (reaches !== b.smallest >= least) return reaches ? a : b
  return b.loss < a.loss ? b : a
}
