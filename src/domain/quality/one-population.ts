import { symmetricEigen } from '../numeric/jacobi.ts'
import type { Matrix } from '../numeric/matrix.ts'
import { drawNormal, normalShare } from '../numeric/normal.ts'
import type { RandomSource } from '../numeric/random.ts'
import { fitUnimodal, quantileOf, type Unimodal } from './unimodal.ts'

/** Draws as many rows as were fitted. */
export type Reference = (random: RandomSource) => Matrix

/**
 * The one population that these rows resemble most: each feature has the single-peaked distribution nearest to its
 * own, and the features go together as strongly as they do (a Gaussian copula by Spearman's correlations). What clusters
 * show in draws from it are slices of a continuum, though features may be skewed, heavy-tailed and correlated.
 */
export function onePopulation(matrix: Matrix): Reference {
  const { data, n, d } = matrix
  const columns = Array.from({ length: d }, (_, j) => Float64Array.from({ length: n }, (_, i) => data[i * d + j]!))
  const shapes = columns.map((column) => fitUnimodal(column.slice().sort()))
  const root = rootOf(copulaCorrelation(columns), d)
  return (random) => ({ data: draw(shapes, root, n, random), n, d })
}

function draw(shapes: Unimodal[], root: Float64Array, n: number, random: RandomSource): Float64Array {
  const d = shapes.length
  const drawn = new Float64Array(n * d)
  const normals = new Float64Array(d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) normals[j] = drawNormal(random)
    for (let j = 0; j < d; j++) {
      let z = 0
      for (let p = 0; p < d; p++) z += root[j * d + p]! * normals[p]!
      drawn[i * d + j] = quantileOf(shapes[j]!, normalShare(z))
    }
  }
  return drawn
}

/** Pearson's correlation of the normals behind two features whose Spearman correlation is ρ: 2 sin(πρ/6). */
function copulaCorrelation(columns: Float64Array[]): Float64Array {
  const d = columns.length
  const ranks = columns.map(centredRanks)
  const result = new Float64Array(d * d)
  for (let p = 0; p < d; p++) {
    for (let q = p; q < d; q++) {
      const spread = Math.sqrt(dot(ranks[p]!, ranks[p]!) * dot(ranks[q]!, ranks[q]!))
      const spearman = p === q ? 1 : spread > 0 ? dot(ranks[p]!, ranks[q]!) / spread : 0
      result[p * d + q] = result[q * d + p] = 2 * Math.sin((Math.PI * spearman) / 6)
    }
  }
  return result
}

const dot = (a: Float64Array, b: Float64Array) => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Ranks less their mean; equal values share the mean of their ranks. */
function centredRanks(column: Float64Array): Float64Array {
  const order = Uint32Array.from(column.keys()).sort((a, b) => column[a]! - column[b]!)
  const ranks = new Float64Array(column.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && column[order[to]!] === column[order[from]!]) to++
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to - column.length) / 2
    from = to
  }
  return ranks
}

/** A matrix R with R · Rᵀ the correlation given: rows of length 1, d rows of d. */
function rootOf(correlation: Float64Array, d: number): Float64Array {
  const { values, vectors } = symmetricEigen(correlation, d)
  const root = new Float64Array(d * d)
  for (let j = 0; j < d; j++) {
    for (let p = 0; p < d; p++) root[j * d + p] = vectors[p]![j]! * Math.sqrt(Math.max(0, values[p]!))
    const length = Math.hypot(...root.subarray(j * d, (j + 1) * d))
    for (let p = 0; p < d; p++) root[j * d + p]! /= length
  }
  return root
}
