import type { Distance } from '../vocabulary.ts'

/**
 * How far a point is from a centroid. `rank` orders centroids as the distance does and is cheaper: the squared
 * Euclidean distance needs no root. Ties must be decided on `rank`, since rounding the root can make new ones.
 */
export interface Metric {
  readonly name: Distance
  rank(a: Float64Array, aStart: number, b: Float64Array, bStart: number, d: number): number
  /** The ranks of all centroids, which follow each other from 0 on, into `ranks`. */
  rankAll(a: Float64Array, aStart: number, centroids: Float64Array, d: number, ranks: Float64Array): void
  toDistance(rank: number): number
  /** Whether a rank is the square of the distance. */
  readonly squared: boolean
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
  // As rank, written out: a call for each centroid would take longer than what it computes.
  rankAll(a, aStart, centroids, d, ranks) {
    for (let index = 0, at = 0; index < ranks.length; index++) {
      let squared = 0
      for (let j = 0; j < d; j++, at++) {
        const difference = a[aStart + j]! - centroids[at]!
        squared += difference * difference
      }
      ranks[index] = squared
    }
  },
  toDistance: Math.sqrt,
  squared: true
}

function rankEach(
  this: Metric,
  a: Float64Array,
  aStart: number,
  centroids: Float64Array,
  d: number,
  ranks: Float64Array
): void {
  for (let index = 0; index < ranks.length; index++) ranks[index] = this.rank(a, aStart, centroids, index * d, d)
}

const manhattan: Metric = {
  name: 'manhattan',
  rank(a, aStart, b, bStart, d) {
    let sum = 0
    for (let j = 0; j < d; j++) sum += Math.abs(a[aStart + j]! - b[bStart + j]!)
    return sum
  },
  rankAll: rankEach,
  toDistance: (rank) => rank,
  squared: false
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
  rankAll: rankEach,
  toDistance: (rank) => rank,
  squared: false
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
