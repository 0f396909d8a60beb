import type { Matrix } from '../numeric/matrix.ts'
import { countDistinctRows } from '../numeric/matrix.ts'
import { quantile } from '../numeric/quantiles.ts'
import { silhouettes } from '../quality/silhouette.ts'
import { arrange, bySize, type Clustering, clusterMeans, countMembers, label } from './arrange.ts'
import { dissolveTiny } from './dissolve-tiny.ts'
import { METRICS } from './metric.ts'
import type { SweepOptions } from './sweep.ts'
import type { Workshop } from './workshop.ts'

const MOST_GROUPS = 3
/** At or below this Kaufman & Rousseeuw see no structure, and the outliers stay together. */
const NO_STRUCTURE = 0.25

/** So many of the outliers must lie nearest to the middle of their own bin for the bins to be groups. */
const AGREEMENT = 0.8

/**
 * Groups the outliers among themselves, 1 to 3 groups, so that the best customers and the most lapsed do not
 * share a segment. Clusters are tried first: those with fewer than `minMembers` are dissolved into the others, and of what is
 * left the best silhouette wins. Where no clusters are apart, the outliers are binned by the fence that each crosses
 * farthest: a few giants can make all others look alike. Bins below `minMembers` join the nearest.
 *
 * @param outliers at least one row
 * @param bins of each row, the fence that it crosses farthest
 */
export function groupOutliers(
  outliers: Matrix,
  bins: Int32Array,
  minMembers: number,
  options: SweepOptions,
  workshop: Workshop
): Clustering {
  const metric = METRICS[options.distance]
  const clusters = clusterApart(outliers, minMembers, options, workshop)
  if (clusters !== undefined) return clusters
  return (
    binned(outliers, bins, minMembers, options, workshop) ??
    arrange(outliers, clusterMeans(outliers, new Int32Array(outliers.n), 1), metric, workshop)
  )
}

function clusterApart(
  outliers: Matrix,
  minMembers: number,
  options: SweepOptions,
  workshop: Workshop
): Clustering | undefined {
  const metric = METRICS[options.distance]
  const most = Math.min(MOST_GROUPS, countDistinctRows(outliers, MOST_GROUPS), outliers.n - 1)
  const ks = Array.from({ length: Math.max(0, most - 1) }, (_, step) => step + 2)
  if (ks.length === 0) return undefined
  const engine = workshop.engines[options.distance]
  const { distance, restarts, max_iterations, seed } = options
  const found: Clustering[] = []
  for (const { centroids } of engine
    .open(outliers, ks.length, workshop)
    .sweep({ ks, restarts, max_iterations, seed })) {
    const start = arrange(outliers, centroids, metric, workshop)
    const large = dissolveTiny(outliers, start, minMembers, options, workshop)
    if (large !== undefined) found.push(large.clustering)
  }
  if (found.length === 0) return undefined
  const rows = engine.open(outliers, found.length, workshop)
  const scores = silhouettes(outliers, found, { distance, seed, rows }, workshop)
  let best: Clustering | undefined
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

/** Around the medians of the largest bins; undefined where fewer than two are large, or the bins overlap too much. */
function binned(
  outliers: Matrix,
  bins: Int32Array,
  minMembers: number,
  { distance }: SweepOptions,
  workshop: Workshop
): Clustering | undefined {
  const last = bins.reduce((most, bin) => Math.max(most, bin), 0)
  const sizes = countMembers(bins, last + 1)
  const large = bySize(sizes)
    .filter((bin) => sizes[bin]! >= minMembers)
    .slice(0, MOST_GROUPS)
  if (large.length < 2) return undefined
  const centroids = Float64Array.from(large.flatMap((bin) => mediansOf(outliers, bins, bin)))
  const nearest = label(outliers, centroids, METRICS[distance], workshop)
  const own = bins.filter((bin, row) => large[nearest[row]!] === bin).length
  const grouped = arrange(outliers, centroids, METRICS[distance], workshop)
  const enough = grouped.k > 1 && Math.min(...grouped.sizes) >= minMembers
  return enough && own >= AGREEMENT * outliers.n ? grouped : undefined
}

function mediansOf({ data, d }: Matrix, bins: Int32Array, bin: number): number[] {
  const rows = Array.from(bins.keys()).filter((row) => bins[row] === bin)
  return Array.from({ length: d }, (_, j) => quantile(Float64Array.from(rows, (row) => data[row * d + j]!).sort(), 0.5))
}
