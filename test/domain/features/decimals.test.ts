import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divideRounded, fromDecimal, toDecimal } from '../../../src/domain/features/decimals.ts'

describe('toDecimal', () => {
  it.each([
    [9.99, 4, 99_900n],
    [0.1, 4, 1_000n],
    [-2.5, 3, -2_500n],
    [1.005, 2, 101n], // the nearest double is 1.00499999999999989…
    [1.00005, 4, 10_001n],
    [-1.00005, 4, -10_001n],
    [0.00004, 4, 0n],
    [5e-5, 4, 1n],
    [1e-300, 4, 0n],
    [123_456_789_012.3456, 4, 1_234_567_890_123_456n],
    [0, 4, 0n],
    [-0, 4, 0n]
  ])('reads %d with %d places as it was written', (value, places, expected) => {
    expect(toDecimal(value, places)).toBe(expected)
  })

  it('inverts the division of any whole number of units', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 4 }), (units, places) => {
        fc.pre(Math.abs(units) < 10 ** 14)
        expect(toDecimal(units / 10 ** places, places)).toBe(BigInt(units))
      })
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e14, -1e14])('refuses %d', (value) => {
    expect(() => toDecimal(value, 4)).toThrow(RangeError)
  })
})

describe('divideRounded', () => {
  it.each([
    [1_499n, 1n],
    [1_500n, 2n],
    [-1_499n, -1n],
    [-1_500n, -2n],
    [0n, 0n]
  ])('rounds %d thousandths half away from zero', (value, expected) => {
    expect(divideRounded(value, 1000n)).toBe(expected)
  })
})

describe('fromDecimal', () => {
  it('is the double nearest to the decimal', () => {
    expect(fromDecimal(89_114_079_040n, 4)).toBe(8_911_407.904)
    expect(fromDecimal(-1n, 4)).toBe(-0.0001)
    expect(fromDecimal(10n ** 24n + 5_000n, 4)).toBe(1e20)
  })
})
