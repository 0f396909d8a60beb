import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { createRandom, type RandomSource } from '../../../src/domain/numeric/random.ts'

const bell = (random: RandomSource) => random.next() + random.next() + random.next() - 1.5

/** What makes nearest centroids hard to tell: ties, collinear rows, tiny clusters, outliers, constant columns. */
const KINDS: ((random: RandomSource, i: number, j: number, data: Float64Array, d: number) => number)[] = [
  (random) => bell(random),
  (random) => random.below(3),
  (random, i, j, data, d) => (j === 0 ? bell(random) : data[i * d]!),
  (random, _i, j) => (j % 2 ? 5 : bell(random)),
  (random, i) => (i % 7) * 10 + bell(random) * 1e-6,
  (random) => bell(random) * Math.exp(8 * bell(random)),
  (random, i) => (i % 50 === 0 ? 1e9 : 1) * bell(random),
  (random) => Math.round(4 * bell(random)) / 4,
  (random, i, j, data, d) => (i > 0 && random.below(2) ? data[(i - 1) * d + j]! : bell(random))
]
const OFFSETS = [0, 1, 1e6, -1e9, 1e3]
const SCALES = [1, 1e-6, 1e30, 1e90, 1e-90, 1]

export interface Awkward {
  matrix: Matrix
  k: number
  /** k rows of the data, some of them equal. */
  start: Float64Array
}

/** The seed-th data set: 1 to 600 rows (every tenth up to 5,000), up to 50 features and 50 clusters, n = k among them. */
export function awkwardData(seed: number): Awkward {
  const random = createRandom(9, seed)
  const n = 1 + random.below(seed % 10 === 0 ? 5000 : 600)
  const d = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 33, 50][random.below(12)]!
  const kind = KINDS[random.below(KINDS.length)]!
  const offset = OFFSETS[random.below(OFFSETS.length)]!
  const scale = SCALES[random.below(SCALES.length)]!
  const data = new Float64Array(n * d)
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) data[i * d + j] = kind(random, i, j, data, d)
  for (let at = 0; at < data.length; at++) data[at] = (data[at]! + offset) * scale
  const k = seed % 13 === 0 ? Math.min(n, 50) : Math.min(n, seed % 4 === 0 ? 1 + random.below(50) : 2 + random.below(9))
  const start = new Float64Array(k * d)
  for (let c = 0; c < k; c++) {
    const row = random.below(n)
    start.set(data.subarray(row * d, row * d + d), c * d)
  }
  return { matrix: { data, n, d }, k, start }
}

/** Rows scattered around `centres` points, spread so that the clusters touch. */
export function blobs(n: number, d: number, centres: number, seed: number): Matrix {
  const random = createRandom(3, seed)
  const at = Float64Array.from({ length: centres * d }, () => 6 * random.next())
  const data = new Float64Array(n * d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) data[i * d + j] = at[(i % centres) * d + j]! + bell(random)
  }
  return { data, n, d }
}

/** The oracle: squared differences in float64, feature by feature, the lower index on a tie. */
export function nearestByBruteForce({ data, n, d }: Matrix, centroids: Float64Array): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => {
    let smallest = Number.POSITIVE_INFINITY
    let nearest = 0
    for (let c = 0; c * d < centroids.length; c++) {
      let square = 0
      for (let j = 0; j < d; j++) square += (data[i * d + j]! - centroids[c * d + j]!) ** 2
      if (square < smallest) {
        smallest = square
        nearest = c
      }
    }
    return nearest
  })
}

/** Silhouettes (Rousseeuw 1987) by the double loop; 0 for a cluster of one. */
export function silhouettesByDoubleLoop({ data, n, d }: Matrix, labels: Int32Array, k: number): Float64Array {
  const sizes = new Float64Array(k)
  for (const label of labels) sizes[label]!++
  return Float64Array.from({ length: n }, (_, i) => {
    const sums = new Float64Array(k)
    for (let o = 0; o < n; o++) {
      let square = 0
      for (let j = 0; j < d; j++) square += (data[i * d + j]! - data[o * d + j]!) ** 2
      sums[labels[o]!]! += Math.sqrt(square)
    }
    const own = labels[i]!
    if (sizes[own]! < 2) return 0
    const within = sums[own]! / (sizes[own]! - 1)
    const others = Array.from(sums, (sum, c) =>
      c === own || sizes[c] === 0 ? Number.POSITIVE_INFINITY : sum / sizes[c]!
    )
    const nearest = Math.min(...others)
    const larger = Math.max(within, nearest)
    return larger === 0 || !Number.isFinite(larger) ? 0 : (nearest - within) / larger
  })
}
