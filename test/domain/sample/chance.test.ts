import { expect, test } from 'vitest'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { createChance, cumulative } from '../../../src/domain/sample/chance.ts'

const always = (value: number) => ({ next: () => value, below: () => 0 })

const DRAWS = 20_000
const draws = (draw: () => number) => Array.from({ length: DRAWS }, draw)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: number[]) => {
  const centre = mean(values)
  return mean(values.map((value) => (value - centre) ** 2))
}

test('normal has the mean and deviation asked for', () => {
  const chance = createChance(createRandom(1))
  const values = draws(() => chance.normal(10, 2))
  // Standard error of the mean: 2 / √20,000 = 0.014.
  expect(mean(values)).toBeCloseTo(10, 1)
  expect(Math.sqrt(variance(values))).toBeCloseTo(2, 1)
})

test('poisson has its mean as variance', () => {
  const chance = createChance(createRandom(2))
  const values = draws(() => chance.poisson(3))
  expect(mean(values)).toBeCloseTo(3, 1)
  expect(Math.abs(variance(values) - 3)).toBeLessThan(0.15)
})

test('wait is positive, of the mean asked for and half its square as variance', () => {
  const chance = createChance(createRandom(3))
  const values = draws(() => chance.wait(40))
  expect(Math.min(...values)).toBeGreaterThan(0)
  expect(Math.abs(mean(values) - 40)).toBeLessThan(1)
  // Gamma of shape 2 and scale 20: variance 2 · 20² = 800.
  expect(Math.abs(variance(values) - 800)).toBeLessThan(60)
})

test('logNormal has its median', () => {
  const chance = createChance(createRandom(4))
  const values = draws(() => chance.logNormal(60, 0.3)).sort((a, b) => a - b)
  expect(Math.abs(values[DRAWS / 2]! - 60)).toBeLessThan(1)
})

test('whole covers both ends', () => {
  const chance = createChance(createRandom(5))
  expect(new Set(draws(() => chance.whole(2, 4)))).toEqual(new Set([2, 3, 4]))
})

test('pickCumulative follows the weights and never picks a weight of 0', () => {
  const chance = createChance(createRandom(6))
  const counts = [0, 0, 0, 0]
  const totals = cumulative([1, 0, 3, 0])
  for (let i = 0; i < DRAWS; i++) counts[chance.pickCumulative(totals)]!++
  expect(counts[1]).toBe(0)
  expect(counts[3]).toBe(0)
  expect(counts[2]! / DRAWS).toBeCloseTo(0.75, 1)
})

test('pickCumulative gives the first index at 0 and the last below 1', () => {
  const totals = cumulative([1, 1, 1])
  expect(createChance(always(0)).pickCumulative(totals)).toBe(0)
  expect(createChance(always(1 - Number.EPSILON)).pickCumulative(totals)).toBe(2)
})
