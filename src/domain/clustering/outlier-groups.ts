import type { Matrix } from '../numeric/matrix.ts'
import { countDistinctRows } from '../numeric/matrix.ts'
import { silhouettes } from '../quality/silhouette.ts'
import { arrange, type Clustering, clusterMeans } from './arrange.ts'
import { dissolveTiny } from './dissolve-tiny.ts'
import { METRICS } from './metric.ts'
import type { SweepOptions } from './sweep.ts'
import type { Workshop } from './workshop.ts'

const MOST_GROUPS = 3
/** At or below this Kaufman & Rousseeuw see no structure, and the outliers stay together. */
const NO_STRUCTURE = 0.25

/**
 * Clusters the outliers among themselves into 1 to 3 groups, so that the best customers and the most lapsed do not
 * share a segment. Groups with fewer than `minMembers` are dissolved into the others; of what is left the best silhouette wins.
 *
 * @param outliers at least one row
 */
export function groupOutliers(
  outliers: Matrix,
  minMembers: number,
  options: SweepOptions,
  workshop: Workshop
): Clustering {
  const metric = METRICS[options.distance]
  const together = arrange(outliers, clusterMeans(outliers, new Int32Array(outliers.n), 1), metric, workshop)
  const most = Math.min(MOST_GROUPS, countDistinctRows(outliers, MOST_GROUPS), outliers.n - 1)

  const found: Clustering[] = []
  for (let k = 2; k <= most; k++) {
    const { centroids } = workshop.engines[options.distance].kmeans(outliers, { ...options, k }, workshop)
    const start = arrange(outliers, centroids, metric, workshop)
    const large = dissolveTiny(outliers, start, minMembers, options, workshop)
    if (large !== undefined) found.push(large.clustering)
  }
  const scores = silhouettes(outliers, found, { distance: options.distance, seed: options.seed }, workshop)
  let best = together
  let bestScore = NO_STRUCTURE
  found.forEach((clustering, index) => {
    const score = scores[index]!.mean
    if (clustering.k > 1 && score !== null && score > bestScore) {
      best = clustering
      bestScore = score
    }
  })
  return best
}
