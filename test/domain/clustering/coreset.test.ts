import { describe, expect, it } from 'vitest'
import { type Cloud, type Coreset, CoresetDraw, weightedInertia } from '../../../src/domain/clustering/coreset.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { columnMoments } from '../../../src/domain/numeric/matrix.ts'
import { matrixOf, planted } from '../../helpers/planted.ts'

const cloudOf = (matrix: Matrix): Cloud => {
  const { means, meanVariance } = columnMoments(matrix)
  return { n: matrix.n, means, squares: meanVariance * matrix.n * matrix.d }
}

function draw(matrix: Matrix, size: number, seed: number): Coreset {
  const coreset = new CoresetDraw(cloudOf(matrix), size, seed)
  for (let i = 0; i < matrix.n; i++) coreset.add(matrix.data, i * matrix.d)
  return coreset.finish()
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length

const CENTERS = [
  [0, 0, 0],
  [6, 0, 0],
  [0, 7, 2]
]
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed)

describe('CoresetDraw', () => {
  it('draws weights that are expected to sum to the number of rows', () => {
    const matrix = planted(CENTERS, 4000, 2)
    const size = 500
    const sums = SEEDS.map((seed) => sum(draw(matrix, size, seed).weights))

    // One draw weighs 1/q ≤ 2n, so its variance is at most E[1/q²] − n² ≤ 2n·n − n² = n², of m draws together n²/m.
    const deviation = matrix.n / Math.sqrt(size)
    for (const each of sums) expect(Math.abs(each - matrix.n)).toBeLessThan(5 * deviation)
    expect(Math.abs(mean(sums) - matrix.n)).toBeLessThan((4 * deviation) / Math.sqrt(SEEDS.length))
  })

  it('gives sums over the coreset that are expected to be those over all rows, whatever the centroids', () => {
    const matrix = planted(CENTERS, 4000, 2)
    const whole: Coreset = { matrix, weights: new Float64Array(matrix.n).fill(1), draws: matrix.n }
    const size = 500
    for (const centroids of [CENTERS.flat(), [3, 3, 3], [0, 0, 0, 20, 20, 20]].map((each) => Float64Array.from(each))) {
      const exact = weightedInertia(whole, centroids)
      const estimates = SEEDS.map((seed) => weightedInertia(draw(matrix, size, seed), centroids))
      const spread = Math.sqrt(mean(estimates.map((each) => (each - exact) ** 2)))
      // The mean of 40 lies within 4 of its standard errors in all but 6 of 100,000 cases.
      expect(Math.abs(mean(estimates) - exact)).toBeLessThan((4 * spread) / Math.sqrt(SEEDS.length))
      // f(x)/q(x) hardly exceeds twice the mean of f here, so one estimate is off by about 1/√500 = 4.5 %.
      expect(spread / exact).toBeLessThan(0.1)
    }
  })

  it('holds every row whose chance spans a whole part of the draws', () => {
    const far = matrixOf([...Array.from({ length: 999 }, (_, i) => [i % 10, 0]), [500, 500]])
    for (const seed of SEEDS) {
      const { matrix, weights } = draw(far, 20, seed)
      const at = Array.from({ length: matrix.n }, (_, i) => i).filter((i) => matrix.data[i * 2] === 500)
      expect(at).toHaveLength(1)
      // It holds nearly all squares, so q ≈ 1/2: 10 of 20 draws, and a weight of 1.
      expect(weights[at[0]!]).toBeGreaterThan(0.85)
      expect(weights[at[0]!]).toBeLessThan(1.15)
    }
  })

  it('draws equal rows evenly', () => {
    const same = matrixOf(Array.from({ length: 300 }, () => [4, 2]))
    const { matrix, weights, draws } = draw(same, 30, 5)
    expect(draws).toBe(30)
    expect(matrix.n).toBe(30)
    for (const weight of weights) expect(weight).toBeCloseTo(10, 9)
  })

  it('gives the same bytes for the same seed and others for another', () => {
    const matrix = planted(CENTERS, 500, 2)
    expect(draw(matrix, 100, 3)).toEqual(draw(matrix, 100, 3))
    expect(draw(matrix, 100, 3)).not.toEqual(draw(matrix, 100, 4))
  })
})
