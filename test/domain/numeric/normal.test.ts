import { expect, test } from 'vitest'
import { drawNormal, normalShare } from '../../../src/domain/numeric/normal.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'

// Tables of the normal distribution.
test.each([
  [0, 0.5],
  [1, 0.8413447],
  [-1, 0.1586553],
  [1.959964, 0.975],
  [-3, 0.0013499],
  [40, 1],
  [-40, 0]
])('normalShare of %s is %s', (z, share) => {
  expect(Math.abs(normalShare(z) - share)).toBeLessThan(1e-7)
})

test('drawNormal has mean 0, deviation 1 and the shares of the normal distribution', () => {
  const random = createRandom(1)
  const draws = Array.from({ length: 100_000 }, () => drawNormal(random))
  // Four standard errors: 1/√n for the mean, √(2/n) for the variance, √(p(1−p)/n) for a share.
  const mean = draws.reduce((sum, z) => sum + z, 0) / draws.length
  const variance = draws.reduce((sum, z) => sum + z * z, 0) / draws.length
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(1e5))
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 1e5))
  for (const z of [-2, -0.5, 1.3]) {
    const p = normalShare(z)
    const share = draws.filter((draw) => draw < z).length / draws.length
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 1e5))
  }
})
