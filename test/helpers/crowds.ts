import type { Matrix } from '../../src/domain/numeric/matrix.ts'
import { drawNormal } from '../../src/domain/numeric/normal.ts'
import type { RandomSource } from '../../src/domain/numeric/random.ts'
import { matrixOf } from './planted.ts'

const rows = (n: number, draw: () => number[]): Matrix => matrixOf(Array.from({ length: n }, draw))
const each = (d: number, draw: (j: number) => number) => Array.from({ length: d }, (_, j) => draw(j))

// Crowds without groups.
export const uniformNoise = (n: number, d: number, random: RandomSource): Matrix =>
  rows(n, () => each(d, () => random.next()))

export const oneGaussian = (n: number, d: number, random: RandomSource): Matrix =>
  rows(n, () => each(d, () => drawNormal(random)))

/** Variance 1 and 1.5² in common. */
export const correlatedGaussian = (n: number, random: RandomSource): Matrix =>
  rows(n, () => {
    const common = 1.5 * drawNormal(random)
    return each(3, (j) => (j === 0 ? -common : common) + drawNormal(random))
  })

export const lognormals = (n: number, random: RandomSource): Matrix =>
  rows(n, () => {
    const common = 0.8 * drawNormal(random)
    return each(3, () => Math.exp(common + 0.6 * drawNormal(random)))
  })

/** Days since the last order, logarithm of the number of orders, logarithm of an amount; nothing depends on anything. */
export const ordersShaped = (n: number, random: RandomSource): Matrix =>
  rows(n, () => {
    let orders = 1
    while (random.next() < 0.55) orders++
    return [Math.floor(365 * random.next()), Math.log1p(orders), 4 + drawNormal(random)]
  })

/** Gaussian groups of deviation 1 in three features, centres at least `separation` apart; row i is of group i mod k. */
export function gaussianGroups(n: number, k: number, separation: number, random: RandomSource): Matrix {
  let side = separation
  const centres: number[][] = []
  while (centres.length < k) {
    const centre = each(3, () => side * random.next())
    if (centres.every((other) => Math.hypot(...other.map((x, j) => x - centre[j]!)) >= separation)) centres.push(centre)
    else side *= 1.01
  }
  let i = 0
  return rows(n, () => centres[i++ % k]!.map((x) => x + drawNormal(random)))
}
