import type { Matrix } from '../numeric/matrix.ts'
import { type Compactness, compactness } from '../quality/compactness.ts'
import type { Evidence } from '../quality/evidence.ts'
import { type SilhouetteResult, silhouettes } from '../quality/silhouette.ts'
import type { KScanEntry, TrainingOptions } from '../records/model.ts'
import { arrange, type Clustering } from './arrange.ts'
import type { OpenRows } from './engine.ts'
import { METRICS } from './metric.ts'
import type { Workshop } from './workshop.ts'

/** One clustering with everything the choice of k looks at. */
export interface Candidate {
  clustering: Clustering
  compactness: Compactness
  silhouette: SilhouetteResult
  /** The k that was asked for; more than the clusters found where the engine left some empty. */
  k: number
  /** False where it stopped at `max_iterations`. */
  converged: boolean
}

/** What is known of each k beyond the clustering itself. */
export interface Hints {
  evidence?: Evidence | undefined
  /** For each k, the Jaccard similarity of its least stable cluster under resampling. */
  stability?: ReadonlyMap<number, number>
}

export type SweepOptions = Pick<TrainingOptions, 'distance' | 'restarts' | 'max_iterations' | 'seed'>

/** Of a sweep, what the starts take; the silhouettes take the rest. */
const STARTS_SHARE = 2 / 3

/**
 * Clusters the same rows for each k and measures every result.
 *
 * @param ks different, each at most the number of different rows
 * @param minSize rows that each cluster should have, where some start gives that
 */
export function sweep(
  matrix: Matrix,
  ks: number[],
  { minSize, ...options }: SweepOptions & { minSize?: number },
  progress: (done: number, message: string) => void,
  workshop: Workshop
): Candidate[] {
  const starts = ks.length * options.restarts
  const told = (ended: number) =>
    progress((STARTS_SHARE * ended) / starts, `Clustered ${ended} of ${starts} starts of ${matrix.n} customers.`)
  told(0)
  const rows = workshop.engines[options.distance].open(matrix, ks.length, workshop)
  const { restarts, max_iterations, seed } = options
  const request = { ks, restarts, max_iterations, seed, ...(minSize !== undefined && { min_size: minSize }) }
  const clusterings = rows.sweep(request, told).map(({ centroids, converged }, index) => ({
    k: ks[index]!,
    converged,
    clustering: arrange(matrix, centroids, METRICS[options.distance], workshop, rows.label)
  }))
  progress(STARTS_SHARE, 'Measuring how well the segments are separated.')
  return measure(matrix, clusterings, options, workshop, rows)
}

/**
 * Adds the quality figures to finished clusterings; the silhouettes of all of them in one pass.
 *
 * @param rows the matrix, where an engine has it open for as many clusterings
 */
export function measure(
  matrix: Matrix,
  clusterings: Pick<Candidate, 'k' | 'clustering' | 'converged'>[],
  { distance, seed }: SweepOptions,
  workshop: Workshop,
  rows: OpenRows = workshop.engines[distance].open(matrix, clusterings.length, workshop)
): Candidate[] {
  const scores = silhouettes(
    matrix,
    clusterings.map(({ clustering }) => clustering),
    { distance, seed, rows },
    workshop
  )
  const spend = (units: number) => workshop.spend(units)
  return clusterings.map((found, index) => {
    workshop.poll()
    const { labels, k } = found.clustering
    return { ...found, compactness: compactness(matrix, labels, k, spend), silhouette: scores[index]! }
  })
}

/** Share of the clustered rows in the smallest cluster. */
export const smallestShare = ({ clustering }: Candidate): number =>
  Math.min(...clustering.sizes) / clustering.labels.length

export function toScanEntry(candidate: Candidate, { evidence, stability }: Hints): KScanEntry {
  const compared = evidence?.at.find(({ k }) => k === candidate.k)
  return {
    k: candidate.k,
    inertia: candidate.compactness.inertia,
    silhouette: candidate.silhouette.mean,
    davies_bouldin: candidate.compactness.davies_bouldin,
    calinski_harabasz: candidate.compactness.calinski_harabasz,
    smallest_share: smallestShare(candidate),
    gap: compared?.gap ?? null,
    gap_se: compared?.gap_se ?? null,
    stability: stability?.get(candidate.k) ?? null
  }
}
