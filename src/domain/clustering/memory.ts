import { layOut, MAX_FEATURES, sumsBytes } from '../kernels/layout.ts'
import type { TrainingOptions } from '../records/model.ts'

/** JavaScript objects, lists of labels in flight and what the collector has not yet freed, on top of the arrays. */
const OVERHEAD = 1.3
const FIXED = 32 * 2 ** 20
const NUMBER = 8
const INDEX = 4
/** Threads that are counted on; more take some bytes a customer each. */
const THREADS = 4

/**
 * Upper estimate of the memory that `trainClusters` needs beside its input being there once, in bytes.
 *
 * @param features columns that are clustered
 */
export function estimateTrainingBytes(
  customers: number,
  features: number,
  { k, distance, outliers }: Pick<TrainingOptions, 'k' | 'distance' | 'outliers'>
): number {
  const labelings = typeof k === 'number' ? 1 : k.max - k.min + 1
  const table = customers * features * NUMBER
  const splits = outliers.policy === 'separate' || outliers.policy === 'exclude'

  // The input, the cluster space, its rows in silhouette order, and the rows without outliers.
  const tables = table * (3 + (splits ? 1 : 0))
  // Two columns being fitted and sorted; the seeding's four; the squared distances and labels of a restart and the best.
  const columns = customers * (6 * NUMBER + 2 * (NUMBER + INDEX))
  // Labels and silhouettes of each k, once more where small segments are joined, and the cells they fall into.
  const sweep = customers * (2 * labelings * (INDEX + NUMBER) + 4 * INDEX)
  // Labels, distances, margins, silhouettes.
  const outcome = customers * (INDEX + 3 * NUMBER)
  // ml-kmeans reads arrays of arrays.
  const rows = distance === 'euclidean' ? 0 : table + customers * 64

  const kernels = distance === 'euclidean' ? kernelBytes(customers, features, labelings) : 0

  return Math.ceil(FIXED + OVERHEAD * (tables + columns + sweep + outcome + rows + kernels))
}

/** Of the memory that the kernels work in. */
function kernelBytes(customers: number, features: number, labelings: number): number {
  const shape = { n: customers, d: Math.min(MAX_FEATURES, Math.max(1, features)), weighted: false }
  const { end, width } = layOut({ ...shape, workers: THREADS, labelSets: labelings })
  // Of the pass over the pairs: its columns, where each row lies in them, the values of each labeling, and the sums.
  return end + customers * (4 * width + 2 * INDEX + labelings * NUMBER) + sumsBytes(customers)
}
