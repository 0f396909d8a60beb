import type { Pace } from '../clustering/pace.ts'
import { outlierRows } from '../features/outliers.ts'
import type { Compactness } from '../quality/compactness.ts'
import { daviesBouldin } from '../quality/compactness.ts'
import type { FeatureColumns, Fence, ModelFit } from '../records/model.ts'
import { prepareAssigner } from '../serving/assign.ts'
import type { CustomerChunks } from './customer-chunks.ts'

/** Where the customers of a chunk belong. The arrays hold only until the next chunk. */
export interface PlacedChunk {
  /** Row of the first customer. */
  first: number
  /** The features asked for, the model's own first. */
  chunk: FeatureColumns
  segments: Int32Array
  distances: Float64Array
  margins: Float64Array
  /** In cluster space, row after row. */
  points: Float64Array
  /** Rows of the chunk that were set apart and do not count in the figures of the clustering. */
  apart: ReadonlySet<number>
}

/** Every customer by the model's own assigner, in order. @param others features wanted beside the model's */
export function placeCustomers(
  chunks: CustomerChunks,
  fit: ModelFit,
  apart: Fence[],
  others: readonly string[],
  pace: Pace,
  visit: (placed: PlacedChunk) => void
): void {
  const assigner = prepareAssigner(fit)
  const own = fit.features.map(({ name }) => name)
  const names = [...own, ...others.filter((name) => !own.includes(name))]
  const d = own.length
  const raw = new Float64Array(d)
  let room = roomFor(0, d)
  chunks.scan(names, (chunk, first) => {
    const { n } = chunk
    // Typed arrays that were let go weigh on no one's heap, so that they would pile up before they are collected.
    if (n !== room.segments.length) room = roomFor(n, d)
    const { segments, distances, margins, points } = room
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) raw[j] = chunk.columns[j]![i]!
      const { segment, distance, margin } = assigner.place(raw)
      segments[i] = segment
      distances[i] = distance
      margins[i] = margin
      for (let j = 0; j < d; j++) points[i * d + j] = assigner.point[j]!
    }
    pace.spend(n * d * (fit.segments.length + 40))
    visit({ first, chunk, segments, distances, margins, points, apart: new Set(outlierRows(chunk, apart)) })
  })
}

const roomFor = (n: number, d: number) => ({
  segments: new Int32Array(n),
  distances: new Float64Array(n),
  margins: new Float64Array(n),
  points: new Float64Array(n * d)
})

/** What customers come to, added up one chunk after the other in memory for the segments alone. */
export class PlacementTally {
  /** Customers of each segment, and the sum of their distances to its centroid. */
  readonly sizes: Float64Array
  readonly distances: Float64Array
  readonly #k: number
  readonly #d: number
  readonly #centroids: Float64Array
  /** Of the customers that are clustered. */
  readonly #counts: Float64Array
  /** Sums of their offsets from the centroid, and of the squared lengths of these. */
  readonly #offsets: Float64Array
  readonly #squares: Float64Array
  #means: Float64Array | undefined
  readonly #spreads: Float64Array

  constructor({ segments, features }: ModelFit) {
    this.#k = segments.length
    this.#d = features.length
    this.#centroids = Float64Array.from(segments.flatMap(({ centroid }) => centroid))
    this.sizes = new Float64Array(this.#k)
    this.distances = new Float64Array(this.#k)
    this.#counts = new Float64Array(this.#k)
    this.#offsets = new Float64Array(this.#k * this.#d)
    this.#squares = new Float64Array(this.#k)
    this.#spreads = new Float64Array(this.#k)
  }

  /** First pass. */
  add({ segments, distances, points, apart }: PlacedChunk): void {
    const d = this.#d
    for (let i = 0; i < segments.length; i++) {
      const c = segments[i]!
      this.sizes[c]!++
      this.distances[c]! += distances[i]!
      if (apart.has(i)) continue
      this.#counts[c]!++
      for (let j = 0; j < d; j++) {
        const offset = points[i * d + j]! - this.#centroids[c * d + j]!
        this.#offsets[c * d + j]! += offset
        this.#squares[c]! += offset * offset
      }
    }
  }

  /** Second pass over the same customers, once their means are known. */
  addSpread({ segments, points, apart }: PlacedChunk): void {
    const d = this.#d
    const means = this.#means ?? this.#meansOf()
    this.#means = means
    for (let i = 0; i < segments.length; i++) {
      if (apart.has(i)) continue
      const c = segments[i]!
      let squared = 0
      for (let j = 0; j < d; j++) squared += (points[i * d + j]! - means[c * d + j]!) ** 2
      this.#spreads[c]! += Math.sqrt(squared) / this.#counts[c]!
    }
  }

  /** Customers that are clustered. */
  get clustered(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /**
   * Those of quality/compactness.ts over all customers that are clustered, after both passes. The inertia of a segment is
   * Σ|x − c|² − n·|mean − c|²: exact, since the centroid c lies near the mean.
   */
  compactness(): Compactness {
    const used = Array.from(this.#counts.keys()).filter((c) => this.#counts[c]! > 0)
    const [n, k, d] = [this.clustered, used.length, this.#d]
    const means = this.#means ?? this.#meansOf()
    const overall = new Float64Array(d)
    let inertia = 0
    for (const c of used) {
      let shift = 0
      for (let j = 0; j < d; j++) {
        overall[j]! += (this.#counts[c]! * means[c * d + j]!) / n
        shift += this.#offsets[c * d + j]! ** 2 / this.#counts[c]!
      }
      inertia += Math.max(0, this.#squares[c]! - shift)
    }
    let between = 0
    for (const c of used)
      for (let j = 0; j < d; j++) between += this.#counts[c]! * (means[c * d + j]! - overall[j]!) ** 2
    const total = between + inertia
    const defined = k >= 2 && k <= n - 1
    const usedMeans = Float64Array.from(used.flatMap((c) => Array.from(means.subarray(c * d, (c + 1) * d))))
    const spreads = Float64Array.from(used, (c) => this.#spreads[c]!)
    return {
      inertia,
      explained_ss: total > 0 ? between / total : 0,
      davies_bouldin: defined ? daviesBouldin(usedMeans, spreads, k, d) : null,
      calinski_harabasz: defined ? (inertia === 0 ? 1 : (between * (n - k)) / (inertia * (k - 1))) : null
    }
  }

  #meansOf(): Float64Array {
    const d = this.#d
    return this.#centroids.map((center, at) => {
      const count = this.#counts[Math.floor(at / d)]!
      return count > 0 ? center + this.#offsets[at]! / count : center
    })
  }
}
