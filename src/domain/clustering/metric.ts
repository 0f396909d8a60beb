import type { Distance } from '../vocabulary.ts'

/**
 * How far a point is from a centroid. `rank` orders centroids as the distance does and is cheaper: the squared
 * Euclidean distance needs no root. Ties must be decided on `rank`, since rounding the root can make new ones.
 */
export interface Metric {
  readonly name: Distance
  rank(a: Float64Array, aStart: number, b: Float64Array, bStart: number, d: number): number
  toDistance(rank: number): number
}

const euclidean: Metric = {
  name: 'euclidean',
  rank(a, aStart, b, bStart, d) {
    let squared = 0
    for (let j = 0; j < d; j++) {
      const difference = a[aStart + j]! - b[bStart + j]!
      squared += difference * difference
    }
    return squared
  },
  toDistance: Math.sqrt
}

const manhattan: Metric = {
  name: 'manhattan',
  rank(a, aStart, b, bStart, d) {
    let sum = 0
    for (let j = 0; j < d; j++) sum += Math.abs(a[aStart + j]! - b[bStart + j]!)
    return sum
  },
  toDistance: (rank) => rank
}

/** 1 − cosine of the angle, 0 to 2. A point at the origin has no direction: 1 from everything, as in scikit-learn. */
const cosine: Metric = {
  name: 'cosine',
  rank(a, aStart, b, bStart, d) {
    let dot = 0
    let aa = 0
    let bb = 0
    for (let j = 0; j < d; j++) {
      const x = a[aStart + j]!
      const y = b[bStart + j]!
      dot += x * y
      aa += x * x
      bb += y * y
    }
    return aa === 0 || bb === 0 ? 1 : Math.max(0, 1 - dot / Math.sqrt(aa * bb))
  },
  toDistance: (rank) => rank
}

export const METRICS: Readonly<Record<Distance, Metric>> = { euclidean, manhattan, cosine }

/** Index of the centroid nearest to a point; the lower index on a tie, so that one model always gives one answer. */
export function nearestCentroid(
  metric: Metric,
  data: Float64Array,
  start: number,
  centroids: Float64Array,
  d: number
): number {
  let nearest = 0
  let smallest = Number.POSITIVE_INFINITY
  for (let c = 0; c * d < centroids.length; c++) {
    const rank = metric.rank(data, start, centroids, c * d, d)
    if (rank < smallest) {
      nearest = c
      smallest = rank
    }
  }
  return nearest
}
