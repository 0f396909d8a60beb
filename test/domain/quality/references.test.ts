import { expect, test } from 'vitest'
import { covariance } from '../../../src/domain/numeric/covariance.ts'
import { columnMoments, type Matrix } from '../../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { onePopulation } from '../../../src/domain/quality/one-population.ts'
import { spreadTies } from '../../../src/domain/quality/spread-ties.ts'
import { uniformBox } from '../../../src/domain/quality/uniform-box.ts'
import { correlatedGaussian } from '../../helpers/crowds.ts'
import { matrixOf } from '../../helpers/planted.ts'

const crowd = correlatedGaussian(4000, createRandom(1))

function momentsOf(matrix: Matrix) {
  const { means } = columnMoments(matrix)
  return { means: [...means], covariance: [...covariance(matrix, means)] }
}

test('onePopulation keeps means, variances and correlations of a single crowd', () => {
  const drawn = momentsOf(onePopulation(crowd)(createRandom(2)))
  const given = momentsOf(crowd)
  // Standard errors at n = 4,000 are about 0.03 for these variances of 1 to 3.25; twice, for both are samples.
  drawn.means.forEach((mean, j) => {
    expect(Math.abs(mean - given.means[j]!)).toBeLessThan(0.15)
  })
  drawn.covariance.forEach((value, at) => {
    expect(Math.abs(value - given.covariance[at]!)).toBeLessThan(0.3)
  })
})

test('uniformBox fills the box along the principal axes, and not the one along the features', () => {
  // On the diagonal: the principal box has no width across it.
  const diagonal = matrixOf(Array.from({ length: 50 }, (_, i) => [i, i]))
  const { data, n } = uniformBox(diagonal)(createRandom(3))
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    expect(Math.abs(data[2 * i]! - data[2 * i + 1]!)).toBeLessThan(1e-9)
    least = Math.min(least, data[2 * i]!)
    most = Math.max(most, data[2 * i]!)
  }
  expect(least).toBeGreaterThan(-1e-9)
  expect(most).toBeLessThan(49 + 1e-9)
  expect(most - least).toBeGreaterThan(40)
})

test('both references draw the same from the same seed', () => {
  for (const reference of [onePopulation(crowd), uniformBox(crowd)]) {
    expect(reference(createRandom(7))).toEqual(reference(createRandom(7)))
  }
})

test('spreadTies spreads counts over the steps between them and leaves single values and wide gaps', () => {
  const counts = matrixOf([...Array(300)].map((_, i) => [1 + (i % 6)]))
  const spread = spreadTies(counts, createRandom(1))
  // Steps of 1 with a deviation of 1.7: 0.3 deviations, 0.51, reach over half a step.
  counts.data.forEach((value, i) => {
    expect(Math.abs(spread.data[i]! - value)).toBeLessThanOrEqual(0.5)
  })
  expect(new Set(spread.data).size).toBe(300)

  const apart = matrixOf([[0], [0], [0], [100], [100], [100]])
  // Deviation 50: each end reaches 15 of the 100 between them.
  expect(Math.max(...spreadTies(apart, createRandom(1)).data.subarray(0, 3))).toBeLessThanOrEqual(15)
  const single = matrixOf([[0], [1], [5]])
  expect(spreadTies(single, createRandom(1))).toEqual(single)
})
