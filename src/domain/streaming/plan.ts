import { estimateTrainingBytes } from '../clustering/memory.ts'
import { layOut, MAX_FEATURES } from '../kernels/layout.ts'
import type { TrainingOptions } from '../records/model.ts'

/** How a training shall be done, and what memory it may need for that. */
export interface TrainingPlan {
  /** Customers of the sample and draws of the coreset; null where all customers are clustered in memory. */
  sampleSize: number | null
  /** Upper estimate. */
  bytes: number
}

type Options = Pick<TrainingOptions, 'k' | 'distance' | 'outliers' | 'method'>

/** More do not find better centroids, only later; and all their silhouettes are still exact. */
const MOST_SAMPLED = 50_000
/** Fewer would hide a segment of one customer in a hundred. */
const FEWEST_SAMPLED = 2_000
/** Sizes are multiples of this. */
const SAMPLE_STEP = 1000
/** Single features and the most preferences: segments are described by all of them, whatever is clustered. */
const ALL_FEATURES = 20
const NUMBER = 8
const OVERHEAD = 1.3
/** Chunks of customers on their way: read, scaled, placed; ids as strings. */
const CHUNKS = 8 * 2 ** 20

/**
 * Exact while that fits into `budget` bytes and into the kernels' memory, or is asked for, else on as large a sample as fits.
 *
 * @param features columns that are clustered
 * @returns more bytes than `budget` where nothing fits
 */
export function planTraining(customers: number, features: number, options: Options, budget: number): TrainingPlan {
  const exact = { sampleSize: null, bytes: estimateTrainingBytes(customers, features, options) }
  const fits = exact.bytes <= budget && kernelsHold(customers, features, options)
  if (options.method === 'exact' || (options.method !== 'coreset' && fits)) return exact

  let sampleSize = MOST_SAMPLED
  while (sampleSize > FEWEST_SAMPLED && estimateCoresetBytes(sampleSize, features, options) > budget) {
    sampleSize -= SAMPLE_STEP
  }
  return { sampleSize, bytes: estimateCoresetBytes(sampleSize, features, options) }
}

/** WebAssembly addresses 4 GiB; a part of them is for the sums of silhouettes. */
const KERNEL_BYTES = 3.5 * 2 ** 30
const MOST_THREADS = 8

/** Whether so many customers can be clustered all at once, given the memory. */
export function kernelsHold(n: number, features: number, { k, distance }: Options): boolean {
  if (distance !== 'euclidean') return true
  const labelSets = typeof k === 'number' ? 1 : k.max - k.min + 1
  const shape = { n, d: Math.min(features, MAX_FEATURES), weighted: false, workers: MOST_THREADS, labelSets }
  return layOut(shape).end <= KERNEL_BYTES
}

/** Upper estimate of the memory of a training on a sample, in bytes: the same for any number of customers. */
export function estimateCoresetBytes(sampleSize: number, features: number, options: Options): number {
  // The coreset with its weights, while it is drawn and once in the kernels' order; the sample with every feature, picked and sorted.
  const coreset = sampleSize * 2 * (features + 1) * NUMBER
  const sample = sampleSize * (ALL_FEATURES + 4) * NUMBER
  return Math.ceil(estimateTrainingBytes(sampleSize, features, options) + OVERHEAD * (coreset + sample) + CHUNKS)
}
