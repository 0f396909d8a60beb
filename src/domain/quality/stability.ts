import type { Clustering } from '../clustering/arrange.ts'
import type { SweepOptions } from '../clustering/sweep.ts'
import type { Workshop } from '../clustering/workshop.ts'
import { countDistinctRows, type Matrix, takeRows } from '../numeric/matrix.ts'
import { createRandom, type RandomSource, sampleIndices } from '../numeric/random.ts'
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

/** A clustering that is resampled. */
type Original = Pick<Clustering, 'k' | 'labels'>

/** For each clustering the Jaccard similarity of its least stable cluster, by k; an estimate from few resamples. */
export function scanStability(
  matrix: Matrix,
  clusterings: Original[],
  options: SweepOptions,
  workshop: Workshop
): Map<number, number> {
  const several = clusterings.filter(({ k }) => k > 1)
  const found = resample(matrix, several, options, workshop, BRIEF)
  return new Map(several.map(({ k }, index) => [k, Math.min(...found[index]!.jaccard)]))
}

/**
 * Whether the clusters come back on other customers of the same kind: nonparametric bootstrap (Hennig 2007, fpc's
 * clusterboot). Rows are drawn with replacement and clustered anew; over the rows drawn, each original cluster's best
 * Jaccard similarity with a new one, and the adjusted Rand index of both partitions, are averaged over the resamples.
 *
 * Above THOROUGH.mostRows rows a random sample stands for all; where k · d is large there are fewer resamples.
 *
 * @returns null for one cluster; a cluster that no resample met has Jaccard 0
 */
export function bootstrapStability(
  matrix: Matrix,
  clustering: Original,
  options: SweepOptions,
  workshop: Workshop
): ModelMetrics['stability'] {
  return clustering.k < 2 ? null : resample(matrix, [clustering], options, workshop, THOROUGH)[0]!
}

/** The clusterings of all k are measured on the same resamples. */
function resample(
  matrix: Matrix,
  originals: Original[],
  { seed, max_iterations, distance }: SweepOptions,
  workshop: Workshop,
  effort: Effort
): NonNullable<ModelMetrics['stability']>[] {
  if (originals.length === 0) return []
  const random = createRandom(seed, effort.mostRows, 0x57ab)
  const sample = sampleIndices(matrix.n, effort.mostRows, random)
  const most = Math.max(...originals.map(({ k }) => k))
  const oneResample = sample.length * most * matrix.d * ITERATIONS * effort.restarts
  const resamples = Math.min(effort.resamples, Math.max(FEWEST_RESAMPLES, Math.floor(effort.work / oneResample)))

  const draws = Array.from({ length: resamples }, () => drawRows(sample, random))
  const tasks = draws.map(({ rows, weights }, b) => {
    const taken = takeRows(matrix, rows)
    const distinct = countDistinctRows(taken, most)
    workshop.spend(taken.data.length)
    return {
      matrix: taken,
      weights,
      options: {
        ks: originals.map(({ k }) => Math.min(k, distinct)),
        restarts: effort.restarts,
        max_iterations: Math.min(max_iterations, effort.maxIterations),
        seed: seed + b + 1
      }
    }
  })
  const clusterings = workshop.engines[distance].sweepEach(tasks, workshop)
  return originals.map((original, index) =>
    compare(
      original,
      draws.map(({ rows }, b) => ({ rows, labels: clusterings[b]![index]!.labels }))
    )
  )
}

/** As many of the rows as there are, drawn with replacement: those drawn, and how often. */
function drawRows(sample: Int32Array, random: RandomSource): { rows: Int32Array; weights: Float64Array } {
  const times = new Float64Array(sample.length)
  for (let i = 0; i < sample.length; i++) times[random.below(sample.length)]!++
  return { rows: sample.filter((_, i) => times[i]! > 0), weights: times.filter((count) => count > 0) }
}

/** @param resampled the rows of each resample and their new clusters */
function compare(
  { k, labels }: Original,
  resampled: { rows: Int32Array; labels: Int32Array }[]
): NonNullable<ModelMetrics['stability']> {
  let rand = 0
  const jaccard = Array.from({ length: k }, () => ({ sum: 0, times: 0 }))
  for (const { rows, labels: after } of resampled) {
    const before = rows.map((row) => labels[row]!)
    rand += adjustedRand(before, after)
    bestJaccard(before, after, k).forEach((value, c) => {
      if (Number.isNaN(value)) return
      jaccard[c]!.sum += value
      jaccard[c]!.times++
    })
  }
  return {
    ari_mean: rand / resampled.length,
    jaccard: jaccard.map(({ sum, times }) => (times > 0 ? sum / times : 0)),
    resamples: resampled.length
  }
}
