import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitUnimodal, quantileOf } from '../../../src/domain/quality/unimodal.ts'

test('fitUnimodal fills the valley between two peaks evenly', () => {
  const two = Float64Array.from(
    [...Array(50)].map((_, i) => i / 100).concat([...Array(50)].map((_, i) => 10 + i / 100))
  )
  const fit = fitUnimodal(two)
  // Half of the values lie in each peak; the nearest single peak stands at one end and spreads the other over the valley.
  const inside = (low: number, high: number) => {
    const shares = Array.from({ length: 1000 }, (_, i) => quantileOf(fit, (i + 0.5) / 1000))
    return shares.filter((x) => x >= low && x < high).length / 1000
  }
  expect(inside(1, 9)).toBeGreaterThan(0.3)
  expect(inside(3, 4)).toBeCloseTo(inside(6, 7), 2)
})

test('fitUnimodal rises to its peak and falls after it, from the smallest value to the largest', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(values, (drawn) => {
      const sorted = Float64Array.from(drawn).sort()
      const { values: knots, shares } = fitUnimodal(sorted)
      expect(knots[0]).toBe(sorted[0])
      expect(knots.at(-1)).toBe(sorted.at(-1))
      expect([shares[0], shares.at(-1)]).toEqual([0, 1])
      const slopes: number[] = []
      for (let i = 1; i < knots.length; i++) {
        slopes.push((shares[i]! - shares[i - 1]!) / (knots[i]! - knots[i - 1]!))
      }
      const peak = slopes.indexOf(Math.max(...slopes))
      slopes.forEach((slope, i) => {
        const next = slopes[i + 1]
        if (next === undefined || !Number.isFinite(slope) || !Number.isFinite(next)) return
        if (i < peak) expect(next).toBeGreaterThanOrEqual(slope * (1 - 1e-9))
        else expect(next).toBeLessThanOrEqual(slope * (1 + 1e-9))
      })
    }),
    { seed: 1, numRuns: 300 }
  )
})

test('quantileOf goes straight between the knots', () => {
  const fit = { values: Float64Array.of(0, 10, 20), shares: Float64Array.of(0, 0.8, 1) }
  expect([0, 0.4, 0.8, 0.9, 1].map((share) => quantileOf(fit, share))).toEqual([0, 5, 10, expect.closeTo(15, 9), 20])
})
