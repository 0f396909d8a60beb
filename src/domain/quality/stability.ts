import { type Clustering, label } from '../clustering/arrange.ts'
import { METRICS } from '../clustering/metric.ts'
import type { SweepOptions } from '../clustering/sweep.ts'
import type { Workshop } from '../clustering/workshop.ts'
import { countDistinctRows, type Matrix, takeRows } from '../numeric/matrix.ts'
import { createRandom, sampleIndices } from '../numeric/random.ts'
import type { ModelMetrics } from '../records/model.ts'
import type { StabilityBand } from '../vocabulary.ts'
import { adjustedRand, bestJaccard } from './adjusted-rand.ts'

/** How much is spent on one clustering. */
interface Effort {
  resamples: number
  mostRows: number
  restarts: number
  maxIterations: number
  /** Multiplications that all resamples together may take, at ITERATIONS a restart. */
  work: number
}

/** For the model itself: about a second at most. */
const THOROUGH: Effort = {
  resamples: 20,
  mostRows: 5_000,
  restarts: 2,
  maxIterations: Number.POSITIVE_INFINITY,
  work: 1e9
}
/** For each k of a sweep: some hundredths of a second. */
const BRIEF: Effort = { resamples: 8, mostRows: 1_000, restarts: 1, maxIterations: 20, work: 1e8 }
const ITERATIONS = 20
const FEWEST_RESAMPLES = 5

/** Hennig (2007): what the Jaccard similarity of a cluster under resampling means. */
export function stabilityBand(jaccard: number): StabilityBand {
  if (jaccard >= 0.85) return 'highly_stable'
  if (jaccard >= 0.75) return 'stable'
  return jaccard >= 0.6 ? 'pattern' : 'dissolved'
}

/** For each clustering the Jaccard similarity of its least stable cluster, by k; an estimate from few resamples. */
export function scanStability(
  matrix: Matrix,
  clusterings: Clustering[],
  options: SweepOptions,
  workshop: Workshop
): Map<number, number> {
  const least = new Map<number, number>()
  for (const clustering of clusterings) {
    const stability = bootstrapStability(matrix, clustering, options, workshop, BRIEF)
    if (stability !== null) least.set(clustering.k, Math.min(...stability.jaccard))
  }
  return least
}

/**
 * Whether the clusters come back on other customers of the same kind: nonparametric bootstrap (Hennig 2007, fpc's
 * clusterboot). Rows are drawn with replacement and clustered anew; over the rows drawn, each original cluster's best
 * Jaccard similarity with a new one, and the adjusted Rand index of both partitions, are averaged over the resamples.
 *
 * Above `effort.mostRows` rows a random sample stands for all; where k · d is large there are fewer resamples.
 *
 * @returns null for one cluster; a cluster that no resample met has Jaccard 0
 */
export function bootstrapStability(
  matrix: Matrix,
  clustering: Clustering,
  options: SweepOptions,
  workshop: Workshop,
  effort: Effort = THOROUGH
): ModelMetrics['stability'] {
  const { k, labels } = clustering
  if (k < 2) return null
  const random = createRandom(options.seed, k, 0x57ab)
  const sample = sampleIndices(matrix.n, effort.mostRows, random)
  const oneResample = sample.length * k * matrix.d * ITERATIONS * effort.restarts
  const resamples = Math.min(effort.resamples, Math.max(FEWEST_RESAMPLES, Math.floor(effort.work / oneResample)))

  let rand = 0
  const jaccard = Array.from({ length: k }, () => ({ sum: 0, times: 0 }))
  for (let b = 0; b < resamples; b++) {
    const rows = Int32Array.from(sample, () => sample[random.below(sample.length)]!)
    const resample = takeRows(matrix, rows)
    const found = Math.min(k, countDistinctRows(resample, k))
    const { centroids } = workshop.engines[options.distance].kmeans(
      resample,
      {
        k: found,
        restarts: effort.restarts,
        max_iterations: Math.min(options.max_iterations, effort.maxIterations),
        seed: options.seed + b + 1
      },
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
