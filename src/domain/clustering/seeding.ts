import type { Matrix } from '../numeric/matrix.ts'
import { takeRows } from '../numeric/matrix.ts'
import { type RandomSource, sampleIndices } from '../numeric/random.ts'
import { Pace } from './pace.ts'

/** k different rows, each set equally likely. */
export function randomStart(matrix: Matrix, k: number, random: RandomSource): Float64Array {
  return takeRows(matrix, sampleIndices(matrix.n, k, random)).data
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007; as in scikit-learn): each next centroid is the best of 2 + ⌊ln k⌋
 * rows drawn with probability proportional to the squared distance to the nearest centroid so far, best being the one
 * that leaves the smallest sum of those distances. A row that is a centroid already is never drawn while others are left.
 */
export function plusPlusStart(matrix: Matrix, k: number, random: RandomSource, pace: Pace): Float64Array {
  const { n } = matrix
  const trials = 2 + Math.floor(Math.log(k))
  const chosen = [random.below(n)]
  let closest = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  lowerTo(matrix, closest, chosen[0]!, closest, pace)
  let candidate = new Float64Array(n)
  let best = new Float64Array(n)
  const cumulative = new Float64Array(n)

  while (chosen.length < k) {
    let sum = 0
    for (let i = 0; i < n; i++) {
      sum += closest[i]!
      cumulative[i] = sum
    }
    let bestRow = 0
    let bestPotential = Number.POSITIVE_INFINITY
    for (let trial = 0; trial < trials; trial++) {
      const row = sum > 0 ? firstAbove(cumulative, random.next() * sum) : random.below(n)
      const left = lowerTo(matrix, closest, row, candidate, pace)
      if (left < bestPotential) {
        bestRow = row
        bestPotential = left
        ;[best, candidate] = [candidate, best]
      }
    }
    chosen.push(bestRow)
    ;[closest, best] = [best, closest]
  }
  return takeRows(matrix, chosen).data
}

/** Writes min(closest, squared distance to `row`) into `target` and returns its sum. */
function lowerTo(matrix: Matrix, closest: Float64Array, row: number, target: Float64Array, pace: Pace): number {
  const { data, n, d } = matrix
  const center = row * d
  const block = Pace.rowsPerSpend(d)
  let sum = 0
  for (let start = 0; start < n; start += block) {
    const end = Math.min(start + block, n)
    for (let i = start; i < end; i++) {
      let squared = 0
      for (let j = 0; j < d; j++) {
        const difference = data[i * d + j]! - data[center + j]!
        squared += difference * difference
      }
      const lowest = Math.min(squared, closest[i]!)
      target[i] = lowest
      sum += lowest
    }
    pace.spend((end - start) * d)
  }
  return sum
}

/** First index whose cumulative weight exceeds `value`: one with a weight of 0 is never met. */
function firstAbove(cumulative: Float64Array, value: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
