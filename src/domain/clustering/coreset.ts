import type { Matrix } from '../numeric/matrix.ts'
import { createRandom, type RandomSource } from '../numeric/random.ts'

/** A few rows that stand for many: row i counts `weights[i]` times. */
export interface Coreset {
  matrix: Matrix
  weights: Float64Array
  /** Draws it was made by; a row that was drawn several times is in it once. */
  draws: number
}

/** What must be known of all rows before any is drawn. */
export interface Cloud {
  /** Rows. */
  n: number
  /** Of all rows, one number for each feature. */
  means: Float64Array
  /** Sum over the rows of the squared Euclidean distance to `means`. */
  squares: number
}

const CORESET_SEED = 0xc07e

/**
 * Draws a lightweight coreset (Bachem, Lucic & Krause 2018) from rows that come one after the other, in memory for the draws
 * alone: a row x is drawn with q(x) = ½ · 1/n + ½ · d(x, μ)² / Σ d(x′, μ)² and weighs 1 / (m · q(x)), so that the weighted sum
 * of any function over the coreset is expected to be its sum over all rows. No row weighs more than 2n/m.
 *
 * The m draws are one for each m-th part of the cumulated q instead of independent ones. Every row is drawn as often on
 * average, no sum varies more (stratification), and one pass in the order of the rows is enough. The same rows in the same
 * order give the same coreset, however they are cut into chunks.
 */
export class CoresetDraw {
  readonly #cloud: Cloud
  readonly #draws: number
  readonly #random: RandomSource
  readonly #d: number
  readonly #data: Float64Array
  readonly #weights: Float64Array
  #kept = 0
  #drawn = 0
  #next: number
  #passed = 0
  #seen = 0

  /** @param draws m, at least 1 */
  constructor(cloud: Cloud, draws: number, seed: number) {
    this.#cloud = cloud
    this.#draws = draws
    this.#random = createRandom(seed, CORESET_SEED)
    this.#d = cloud.means.length
    this.#data = new Float64Array(draws * this.#d)
    this.#weights = new Float64Array(draws)
    this.#next = this.#random.next() / draws
  }

  /** The next of the n rows, `data[start]` and on. */
  add(data: Float64Array, start: number): void {
    const q = this.#chanceOf(data, start)
    this.#passed += q
    // Rounding may leave the sum of all q short of 1: then the last row takes the draws that are left.
    const end = ++this.#seen === this.#cloud.n ? Number.POSITIVE_INFINITY : this.#passed
    let times = 0
    while (this.#drawn < this.#draws && this.#next < end) {
      times++
      this.#drawn++
      this.#next = (this.#drawn + this.#random.next()) / this.#draws
    }
    if (times === 0) return
    for (let j = 0; j < this.#d; j++) this.#data[this.#kept * this.#d + j] = data[start + j]!
    this.#weights[this.#kept++] = times / (this.#draws * q)
  }

  /** Call after all n rows. */
  finish(): Coreset {
    const kept = this.#kept
    return {
      matrix: { data: this.#data.subarray(0, kept * this.#d), n: kept, d: this.#d },
      weights: this.#weights.subarray(0, kept),
      draws: this.#draws
    }
  }

  #chanceOf(data: Float64Array, start: number): number {
    const { n, means, squares } = this.#cloud
    if (!(squares > 0)) return 1 / n
    let squared = 0
    for (let j = 0; j < this.#d; j++) squared += (data[start + j]! - means[j]!) ** 2
    return 0.5 / n + (0.5 * squared) / squares
  }
}

/** Sum over the coreset of weight · squared distance to the nearest centroid: expected to be that of all rows. */
export function weightedInertia({ matrix, weights }: Coreset, centroids: Float64Array): number {
  const { data, n, d } = matrix
  let sum = 0
  for (let i = 0; i < n; i++) {
    let nearest = Number.POSITIVE_INFINITY
    for (let at = 0; at < centroids.length; at += d) {
      let squared = 0
      for (let j = 0; j < d; j++) squared += (data[i * d + j]! - centroids[at + j]!) ** 2
      if (squared < nearest) nearest = squared
    }
    sum += weights[i]! * nearest
  }
  return sum
}
