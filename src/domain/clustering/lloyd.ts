import { columnMoments, type Matrix } from '../numeric/matrix.ts'
import { createRandom } from '../numeric/random.ts'
import { countMembers } from './arrange.ts'
import type { ClusterEngine, KMeansResult } from './engine.ts'
import { Pace } from './pace.ts'
import { betterStart, plainEngine } from './plain-engine.ts'
import { plusPlusStart, randomStart } from './seeding.ts'

/** scikit-learn's `tol`: relative to the mean variance of the features. */
const TOLERANCE = 1e-4

/**
 * Lloyd's algorithm in float64 on squared Euclidean distance.
 *
 * Each restart stops as scikit-learn's does: when no label changes, or when the squared shift of all centroids together
 * is at most TOLERANCE times the mean variance. The best restart is then run on until no label changes, so that its
 * centroids are the means of their members (within the same limit of iterations).
 */
export const lloydEngine: ClusterEngine = plainEngine({
  distance: 'euclidean',
  kmeans(matrix, { k, restarts, max_iterations, seed, start = 'k-means++', min_size = 0 }, pace) {
    const tolerance = TOLERANCE * columnMoments(matrix).meanVariance
    let best: (KMeansResult & { smallest: number }) | undefined
    for (let restart = 0; restart < (typeof start === 'string' ? restarts : 1); restart++) {
      const random = createRandom(seed, k, restart)
      const centroids =
        start === 'k-means++'
          ? plusPlusStart(matrix, k, random, pace)
          : start === 'random'
            ? randomStart(matrix, k, random)
            : start.slice()
      const result = iterate(matrix, centroids, { max_iterations, tolerance }, pace)
      const measured = { ...result, smallest: Math.min(...countMembers(result.labels, k)) }
      best = best === undefined ? measured : betterStart(best, measured, min_size)
    }
    if (best === undefined) throw new RangeError(`restarts must be at least 1, got ${restarts}`)

    const { smallest: _, ...winner } = best
    const left = max_iterations - winner.iterations
    if (winner.converged || left <= 0) return winner
    const settled = iterate(matrix, winner.centroids, { max_iterations: left, tolerance: -1 }, pace)
    return { ...settled, iterations: winner.iterations + settled.iterations }
  }
})

/** Assignment and mean in turn, from `centroids`, which it moves. */
function iterate(
  matrix: Matrix,
  centroids: Float64Array,
  limit: { max_iterations: number; tolerance: number },
  pace: Pace
): KMeansResult {
  const labels = new Int32Array(matrix.n).fill(-1)
  const squared = new Float64Array(matrix.n)
  let iterations = 0
  let converged = false
  while (iterations < limit.max_iterations) {
    iterations++
    if (!assign(matrix, centroids, labels, squared, pace)) {
      converged = true
      break
    }
    pace.spend(2 * matrix.data.length)
    if (moveToMeans(matrix, centroids, labels, squared) <= limit.tolerance) break
  }
  if (!converged) converged = !assign(matrix, centroids, labels, squared, pace)

  let loss = 0
  for (let i = 0; i < squared.length; i++) loss += squared[i]!
  return { centroids, labels, loss, iterations, converged }
}

/** Labels each row with its nearest centroid, the lower index on a tie. Returns whether any label changed. */
function assign(
  matrix: Matrix,
  centroids: Float64Array,
  labels: Int32Array,
  squared: Float64Array,
  pace: Pace
): boolean {
  const { data, n, d } = matrix
  const block = Pace.rowsPerSpend(centroids.length)
  let changed = false
  for (let from = 0; from < n; from += block) {
    const to = Math.min(from + block, n)
    for (let i = from; i < to; i++) {
      const row = i * d
      let nearest = 0
      let smallest = Number.POSITIVE_INFINITY
      for (let c = 0, at = 0; at < centroids.length; c++) {
        let sum = 0
        for (let j = 0; j < d; j++, at++) {
          const difference = data[row + j]! - centroids[at]!
          sum += difference * difference
        }
        if (sum < smallest) {
          smallest = sum
          nearest = c
        }
      }
      squared[i] = smallest
      if (labels[i] !== nearest) {
        labels[i] = nearest
        changed = true
      }
    }
    pace.spend((to - from) * centroids.length)
  }
  return changed
}

/**
 * Moves each centroid to the mean of its members. An empty cluster takes the row farthest from its own centroid
 * (the lower index on a tie) out of a cluster that has others left, as scikit-learn does.
 *
 * @returns summed squared shift of all centroids
 */
function moveToMeans(matrix: Matrix, centroids: Float64Array, labels: Int32Array, squared: Float64Array): number {
  const { data, n, d } = matrix
  const k = centroids.length / d
  const sums = new Float64Array(k * d)
  const sizes = new Float64Array(k)
  for (let i = 0; i < n; i++) {
    const c = labels[i]!
    sizes[c]!++
    for (let j = 0; j < d; j++) sums[c * d + j]! += data[i * d + j]!
  }
  for (let c = 0; c < k; c++) {
    if (sizes[c] === 0) fillEmpty(matrix, c, sums, sizes, labels, squared)
  }

  let shift = 0
  for (let c = 0; c < k; c++) {
    if (sizes[c] === 0) continue
    for (let j = 0; j < d; j++) {
      const mean = sums[c * d + j]! / sizes[c]!
      shift += (mean - centroids[c * d + j]!) ** 2
      centroids[c * d + j] = mean
    }
  }
  return shift
}

function fillEmpty(
  { data, n, d }: Matrix,
  empty: number,
  sums: Float64Array,
  sizes: Float64Array,
  labels: Int32Array,
  squared: Float64Array
): void {
  let farthest = -1
  let largest = 0
  for (let i = 0; i < n; i++) {
    if (squared[i]! > largest && sizes[labels[i]!]! > 1) {
      farthest = i
      largest = squared[i]!
    }
  }
  if (farthest < 0) return
  const from = labels[farthest]!
  sizes[from]!--
  sizes[empty] = 1
  for (let j = 0; j < d; j++) {
    sums[from * d + j]! -= data[farthest * d + j]!
    sums[empty * d + j] = data[farthest * d + j]!
  }
  labels[farthest] = empty
  squared[farthest] = 0
}
