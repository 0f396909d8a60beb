import type { Matrix } from './matrix.ts'

/** Population covariance of the columns around `means`: d rows of d. */
export function covariance({ data, n, d }: Matrix, means: Float64Array): Float64Array {
  const sums = new Float64Array(d * d)
  for (let at = 0; at < data.length; at += d) {
    for (let p = 0; p < d; p++) {
      const off = data[at + p]! - means[p]!
      for (let q = p; q < d; q++) sums[p * d + q]! += off * (data[at + q]! - means[q]!)
    }
  }
  for (let p = 0; p < d; p++) for (let q = p; q < d; q++) sums[q * d + p] = sums[p * d + q]! /= n
  return sums
}
