import fc from 'fast-check'
import { expect, it } from 'vitest'
import { moments } from '../../../src/domain/numeric/moments.ts'
import { RunningMoments } from '../../../src/domain/numeric/running-moments.ts'
import { RunningSum } from '../../../src/domain/numeric/running-sum.ts'

it('RunningMoments agrees with two passes over the same numbers', () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(numbers, fc.constantFrom(0, 1e6), (values, shift) => {
      const running = new RunningMoments()
      const shifted = values.map((value) => value + shift)
      for (const value of shifted) running.add(value)
      const exact = moments(shifted)
      // Squares of smaller numbers are no normal doubles: nothing is left of their last digits.
      const size = Math.max(Math.abs(exact.min), Math.abs(exact.max), 1e-140)
      expect(Math.abs(running.mean - exact.mean) / size).toBeLessThan(1e-12)
      expect(Math.abs(running.deviation - exact.deviation) / size).toBeLessThan(1e-9)
      expect([running.min, running.max, running.count]).toEqual([exact.min, exact.max, values.length])
      expect(running.reach).toBe(Math.max(Math.abs(exact.min), Math.abs(exact.max)))
    })
  )
})

it('RunningMoments of equal numbers has no deviation at all', () => {
  const running = new RunningMoments()
  for (let i = 0; i < 1000; i++) running.add(0.1)
  expect([running.mean, running.deviation]).toEqual([0.1, 0])
})

it('RunningSum keeps what a plain sum loses', () => {
  const sum = new RunningSum()
  for (const term of [1, 1e100, 1, -1e100]) sum.add(term)
  expect(sum.value).toBe(2)
})
