import type { Matrix } from '../numeric/matrix.ts'
import { arrange, type Clustering, clusterMeans } from './arrange.ts'
import { ENGINES } from './engines.ts'
import { METRICS } from './metric.ts'
import type { Pace } from './pace.ts'
import type { SweepOptions } from './sweep.ts'

/**
 * Joins clusters with fewer than `minMembers` rows, the smallest first, with the cluster of the nearest mean, until
 * all are large enough or one is left. After each join `refine` may move rows, as long as it keeps to the means given.
 */
export function mergeSmall(
  matrix: Matrix,
  clustering: Clustering,
  minMembers: number,
  refine: (means: Float64Array, k: number) => Clustering
): Clustering {
  let current = clustering
  while (current.k > 1) {
    const smallest = indexOfSmallest(current.sizes)
    if (current.sizes[smallest]! >= minMembers) break
    const means = clusterMeans(matrix, current.labels, current.k)
    const target = nearestOther(means, smallest, matrix.d)
    const joined = current.labels.map((label) => {
      const kept = label === smallest ? target : label
      return kept > smallest ? kept - 1 : kept
    })
    current = refine(clusterMeans(matrix, joined, current.k - 1), current.k - 1)
  }
  return current
}

/**
 * A clustering without small clusters near the one given: a k-means optimum too, but started from the means that are
 * left after each join instead of from chance. Its k is smaller.
 */
export function mergeAndRefine(
  matrix: Matrix,
  clustering: Clustering,
  minMembers: number,
  options: SweepOptions,
  pace: Pace
): { clustering: Clustering; converged: boolean } {
  let converged = true
  const merged = mergeSmall(matrix, clustering, minMembers, (means, k) => {
    const found = ENGINES[options.distance].kmeans(matrix, { ...options, k, restarts: 1, start: means }, pace)
    converged = found.converged
    return arrange(matrix, found.centroids, METRICS[options.distance], pace)
  })
  return { clustering: merged, converged }
}

function indexOfSmallest(sizes: Int32Array): number {
  let smallest = 0
  for (let c = 1; c < sizes.length; c++) if (sizes[c]! <= sizes[smallest]!) smallest = c
  return smallest
}

function nearestOther(means: Float64Array, from: number, d: number): number {
  let nearest = -1
  let smallest = Number.POSITIVE_INFINITY
  for (let c = 0; c * d < means.length; c++) {
    if (c === from) continue
    const rank = METRICS.euclidean.rank(means, from * d, means, c * d, d)
    if (rank < smallest || nearest < 0) {
      nearest = c
      smallest = rank
    }
  }
  return nearest
}
