import { distance as distances, similarity } from 'ml-distance'
import { kmeansGenerator } from 'ml-kmeans'
import type { Matrix } from '../numeric/matrix.ts'
import { createRandom } from '../numeric/random.ts'
import { countMembers } from './arrange.ts'
import type { ClusterEngine, KMeansOptions, KMeansResult } from './engine.ts'
import { METRICS, nearestCentroid } from './metric.ts'
import type { Pace } from './pace.ts'
import { betterStart, plainEngine } from './plain-engine.ts'
import { TrainingRefused } from './refusal.ts'
import { plusPlusStart, randomStart } from './seeding.ts'

/** ml-kmeans wants an array of arrays, about 100 bytes a customer more than the matrix. */
export const ML_ENGINE_MAX_CUSTOMERS = 200_000

type PairDistance = (a: number[], b: number[]) => number

/** ml-distance gives NaN for a point at the origin, and ml-kmeans then finds no nearest centroid. */
const cosineDistance: PairDistance = (a, b) => {
  const likeness = similarity.cosine(a, b)
  return Number.isNaN(likeness) ? 1 : Math.max(0, 1 - likeness)
}

export const manhattanEngine = mlEngine('manhattan', distances.manhattan)
export const cosineEngine = mlEngine('cosine', cosineDistance)

/**
 * k-means of ml-kmeans with a distance of ml-distance. The library knows one start, leaves an empty cluster where it
 * is and returns no loss: the restarts and the loss are added here. So is the start, since the library's own cannot be
 * cancelled. Centroids are means whatever the distance.
 */
function mlEngine(name: 'manhattan' | 'cosine', pairDistance: PairDistance): ClusterEngine {
  return plainEngine({
    distance: name,
    kmeans(matrix, options, pace) {
      if (matrix.n > ML_ENGINE_MAX_CUSTOMERS) {
        throw new TrainingRefused(
          'distance_not_supported',
          `The distance "${name}" clusters at most ${ML_ENGINE_MAX_CUSTOMERS} customers, and there are ${matrix.n}: use "euclidean", or a shorter window.`
        )
      }
      const rows = Array.from({ length: matrix.n }, (_, i) =>
        Array.from(matrix.data.subarray(i * matrix.d, (i + 1) * matrix.d))
      )
      let best: (KMeansResult & { smallest: number }) | undefined
      for (let restart = 0; restart < options.restarts; restart++) {
        const result = oneStart(matrix, rows, name, pairDistance, options, restart, pace)
        const measured = { ...result, smallest: Math.min(...countMembers(result.labels, options.k)) }
        best = best === undefined ? measured : betterStart(best, measured, options.min_size ?? 0)
        if (options.start instanceof Float64Array) break
      }
      if (best === undefined) throw new RangeError(`restarts must be at least 1, got ${options.restarts}`)
      const { smallest: _, ...winner } = best
      return winner
    }
  })
}

function oneStart(
  matrix: Matrix,
  rows: number[][],
  name: 'manhattan' | 'cosine',
  pairDistance: PairDistance,
  { k, max_iterations, seed, start = 'k-means++' }: KMeansOptions,
  restart: number,
  pace: Pace
): KMeansResult {
  const { n, d } = matrix
  const random = createRandom(seed, k, restart)
  let centroids =
    start === 'k-means++'
      ? plusPlusStart(matrix, k, random, pace)
      : start === 'random'
        ? randomStart(matrix, k, random)
        : start
  const steps = kmeansGenerator(rows, k, {
    distanceFunction: pairDistance,
    maxIterations: max_iterations,
    initialization: Array.from({ length: k }, (_, c) => Array.from(centroids.subarray(c * d, (c + 1) * d)))
  })
  let iterations = 0
  let converged = false
  for (const step of steps) {
    centroids = Float64Array.from(step.centroids.flat())
    iterations = step.iterations
    converged = step.converged
    pace.spend(n * k * d)
  }

  const metric = METRICS[name]
  const labels = new Int32Array(n)
  let loss = 0
  for (let i = 0; i < n; i++) {
    labels[i] = nearestCentroid(metric, matrix.data, i * d, centroids, d)
    loss += metric.rank(matrix.data, i * d, centroids, labels[i]! * d, d)
  }
  return { centroids, labels, loss, iterations, converged }
}
