import { type Matrix, takeRows } from '../numeric/matrix.ts'
import { arrange, type Clustering } from './arrange.ts'
import { METRICS } from './metric.ts'
import type { SweepOptions } from './sweep.ts'
import type { Workshop } from './workshop.ts'

/**
 * A clustering near the one given in which every cluster has at least `minMembers` rows, so usually with fewer clusters.
 *
 * The rows of smaller clusters are set aside and the other clusters settle without them; then each row that was set
 * aside joins the nearest. Only joining them would not do: they are far out, and draw the mean after them until they are alone
 * again. So a centroid here is the mean of its members but those few.
 *
 * @returns undefined when no cluster is large enough
 */
export function dissolveTiny(
  matrix: Matrix,
  clustering: Clustering,
  minMembers: number,
  options: SweepOptions,
  workshop: Workshop
): { clustering: Clustering; converged: boolean } | undefined {
  const metric = METRICS[options.distance]
  let rest = matrix
  let current = clustering
  let converged = true
  while (current.sizes.some((size) => size < minMembers)) {
    const { labels, sizes, centroids } = current
    const large = Array.from(sizes.keys()).filter((c) => sizes[c]! >= minMembers)
    if (large.length === 0) return undefined
    const rows = Int32Array.from(labels.keys()).filter((row) => sizes[labels[row]!]! >= minMembers)
    rest = takeRows(rest, rows)
    const start = takeRows({ data: centroids, n: current.k, d: matrix.d }, large).data
    const found = workshop.engines[options.distance].kmeans(
      rest,
      { ...options, k: large.length, restarts: 1, start },
      workshop
    )
    converged = found.converged
    current = arrange(rest, found.centroids, metric, workshop)
  }
  return { clustering: arrange(matrix, current.centroids, metric, workshop), converged }
}
