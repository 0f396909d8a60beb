import { expect, test } from 'vitest'
import { createRandom, deriveSeed, sampleIndices } from '../../../src/domain/numeric/random.ts'

const draw = (count: number, ...seeds: number[]) => {
  const random = createRandom(...seeds)
  return Array.from({ length: count }, () => random.next())
}

test('createRandom repeats its numbers for the same seeds and not for others', () => {
  expect(draw(5, 42, 1)).toEqual(draw(5, 42, 1))
  expect(draw(5, 42, 1)).not.toEqual(draw(5, 42, 2))
  expect(draw(5, 1, 42)).not.toEqual(draw(5, 42, 1))
})

test('deriveSeed sees the high bits of a seed beyond 32 bits, and the sign', () => {
  expect(deriveSeed(2 ** 40)).not.toBe(deriveSeed(0))
  expect(deriveSeed(-1)).not.toBe(deriveSeed(1))
})

test('createRandom is uniform on [0, 1)', () => {
  const numbers = draw(100_000, 7)
  expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true)
  const bins = new Array(10).fill(0)
  for (const x of numbers) bins[Math.floor(x * 10)]++
  // Chi-squared with 9 degrees of freedom is below 27.88 with probability 0.999.
  expect(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.88)
})

test('sampleIndices draws different indices in ascending order, all of them when asked for more', () => {
  const drawn = sampleIndices(100, 30, createRandom(3))
  expect(new Set(drawn).size).toBe(30)
  expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b))
  expect([...sampleIndices(4, 9, createRandom(3))]).toEqual([0, 1, 2, 3])
})

test('sampleIndices draws each index equally often', () => {
  const counts = new Array(5).fill(0)
  for (let seed = 0; seed < 5000; seed++) for (const index of sampleIndices(5, 2, createRandom(seed))) counts[index]++
  // 2,000 expected of each, standard deviation about 35.
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(150)
})
