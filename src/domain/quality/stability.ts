import { type Clustering, label } from '../clustering/arrange.ts'
import { METRICS } from '../clustering/metric.ts'
import type { SweepOptions } from '../clustering/sweep.ts'
import type { Workshop } from '../clustering/workshop.ts'
import { countDistinctRows, type Matrix, takeRows } from '../numeric/matrix.ts'
import { createRandom, sampleIndices } from '../numeric/random.ts'
import type { ModelMetrics } from '../records/model.ts'
import { adjustedRand, bestJaccard } from './adjusted-rand.ts'

const RESAMPLES = 20
const MOST_ROWS = 5_000
const RESTARTS = 2
/** Multiplications that all resamples together may take, at ITERATIONS a restart: about a second. */
const WORK = 1e9
const ITERATIONS = 20
const FEWEST_RESAMPLES = 5

/**
 * Whether the clusters come back on other customers of the same kind: nonparametric bootstrap (Hennig 2007, fpc's
 * clusterboot). Rows are drawn with replacement and clustered anew; over the rows drawn, each original cluster's best
 * Jaccard similarity with a new one, and the adjusted Rand index of both partitions, are averaged over the resamples.
 *
 * Above MOST_ROWS rows a random sample stands for all; where k · d is large there are fewer resamples.
 *
 * @returns null for one cluster; a cluster that no resample met has Jaccard 0
 */
export function bootstrapStability(
  matrix: Matrix,
  clustering: Clustering,
  options: SweepOptions,
  workshop: Workshop
): ModelMetrics['stability'] {
  const { k, labels } = clustering
  if (k < 2) return null
  const random = createRandom(options.seed, k, 0x57ab)
  const sample = sampleIndices(matrix.n, MOST_ROWS, random)
  const oneResample = sample.length * k * matrix.d * ITERATIONS * RESTARTS
  const resamples = Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(WORK / oneResample)))

  let rand = 0
  const jaccard = Array.from({ length: k }, () => ({ sum: 0, times: 0 }))
  for (let b = 0; b < resamples; b++) {
    const rows = Int32Array.from(sample, () => sample[random.below(sample.length)]!)
    const resample = takeRows(matrix, rows)
    const found = Math.min(k, countDistinctRows(resample, k))
    const { centroids } = workshop.engines[options.distance].kmeans(
      resample,
      { k: found, restarts: RESTARTS, max_iterations: options.max_iterations, seed: options.seed + b + 1 },
      workshop
    )
    const drawn = Int32Array.from(new Set(rows))
    const before = drawn.map((row) => labels[row]!)
    const after = label(takeRows(matrix, drawn), centroids, METRICS[options.distance], workshop)
    rand += adjustedRand(before, after)
    bestJaccard(before, after, k).forEach((value, c) => {
      if (Number.isNaN(value)) return
      jaccard[c]!.sum += value
      jaccard[c]!.times++
    })
  }
  return {
    ari_mean: rand / resamples,
    jaccard: jaccard.map(({ sum, times }) => (times > 0 ? sum / times : 0)),
    resamples
  }
}
