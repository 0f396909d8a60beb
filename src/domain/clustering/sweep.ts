import type { Matrix } from '../numeric/matrix.ts'
import { type Compactness, compactness } from '../quality/compactness.ts'
import type { Evidence } from '../quality/evidence.ts'
import { type SilhouetteResult, silhouettes } from '../quality/silhouette.ts'
import type { KScanEntry, TrainingOptions } from '../records/model.ts'
import { arrange, type Clustering } from './arrange.ts'
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

/**
 * Clusters the same rows for each k and measures every result.
 *
 * @param ks different, each at most the number of different rows
 */
export function sweep(
  matrix: Matrix,
  ks: number[],
  options: SweepOptions,
  progress: (done: number, message: string) => void,
  workshop: Workshop
): Candidate[] {
  const engine = workshop.engines[options.distance]
  // The work of one k grows with k, and the silhouettes of all come at the end.
  const work = ks.reduce((sum, k) => sum + k, 0) * 1.5
  let done = 0
  const clusterings = ks.map((k) => {
    progress(done / work, ks.length > 1 ? `Clustering into ${k} segments.` : `Clustering ${matrix.n} customers.`)
    const { centroids, converged } = engine.kmeans(matrix, { ...options, k }, workshop)
    done += k
    return { k, converged, clustering: arrange(matrix, centroids, METRICS[options.distance], workshop) }
  })
  progress(done / work, 'Measuring how well the segments are separated.')
  return measure(matrix, clusterings, options, workshop)
}

/** Adds the quality figures to finished clusterings; the silhouettes of all of them in one pass. */
export function measure(
  matrix: Matrix,
  clusterings: Pick<Candidate, 'k' | 'clustering' | 'converged'>[],
  { distance, seed }: SweepOptions,
  workshop: Workshop
): Candidate[] {
  const scores = silhouettes(
    matrix,
    clusterings.map(({ clustering }) => clustering),
    { distance, seed },
    workshop
  )
  return clusterings.map((found, index) => {
    workshop.poll()
    const { labels, k } = found.clustering
    return { ...found, compactness: compactness(matrix, labels, k), silhouette: scores[index]! }
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
