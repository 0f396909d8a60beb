import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NUMBER_BYTES, roundDistance, writeDistance, writeNumber } from '../../../src/domain/records/decimal-text.ts'

const bytes = new Uint8Array(2 * NUMBER_BYTES)

function written(write: typeof writeNumber, value: number): string {
  const end = write(value, bytes, 3)
  if (end - 3 > NUMBER_BYTES) throw new Error(`${value} took ${end - 3} bytes`)
  return String.fromCharCode(...bytes.subarray(3, end))
}

/** By the double's own bits: m · 2^e in millionths, half away from zero, in whole numbers without end. */
function exactly(value: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const bits = view.getBigUint64(0)
  const exponent = Number(bits >> 52n)
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
  const power = BigInt(Math.max(exponent, 1) - 1075)
  const millionths =
    power >= 0n ? (mantissa << power) * 1_000_000n : (mantissa * 2_000_000n + (1n << -power)) / (1n << (-power + 1n))
  const digits = String(millionths).padStart(7, '0')
  return Math.sign(value) * Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`) || 0
}

const NEAR_HALVES = fc
  .record({ millionths: fc.nat(2_000_000_000), nudge: fc.integer({ min: -3, max: 3 }) })
  .map(({ millionths, nudge }) => (millionths + 0.5) / 1e6 + nudge * 2 ** -42)
// Odd multiples of 1/128 are the only doubles half way between two millionths, for 1,000,000 = 2^6 · 5^6.
const HALVES = fc.integer({ min: -1e9, max: 1e9 }).map((k) => (2 * k + 1) / 128)
const NUMBERS = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.double({ min: 0, max: 10, noNaN: true }),
  NEAR_HALVES,
  HALVES,
  fc.constantFrom(0, -0, 1e9, 1e9 - 2 ** -24, 999999999.9999996, 1e21, 5e-7, 4.9999999e-7, 5e-324, Number.MAX_VALUE)
)

describe('roundDistance', () => {
  test.each([
    [0.1234564, 0.123456],
    [0.1234566, 0.123457],
    // 1/128 = 0.0078125 exactly.
    [1 / 128, 0.007813],
    [-1 / 128, -0.007813],
    // 0.00000349999999999999994… as a double, though its product with a million is 3.5.
    [0.0000035, 0.000003],
    [4e-7, 0],
    [-4e-7, 0],
    [12, 12],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN]
  ])('of %d is %d', (value, rounded) => {
    expect(roundDistance(value)).toBe(rounded)
  })

  test('takes the nearest millionth of the exact value, half away from zero', () => {
    fc.assert(
      fc.property(NUMBERS, (value) => {
        expect(roundDistance(value)).toBe(exactly(value))
      }),
      { numRuns: 20_000 }
    )
  })

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(NUMBERS, (value) => {
        expect(roundDistance(roundDistance(value))).toBe(roundDistance(value))
      }),
      { numRuns: 5000 }
    )
  })
})

describe('writeDistance', () => {
  test('writes the rounded number as String does', () => {
    fc.assert(
      fc.property(NUMBERS, (value) => {
        expect(written(writeDistance, value)).toBe(String(roundDistance(value)))
      }),
      { numRuns: 20_000 }
    )
  })
})

describe('writeNumber', () => {
  // Up to 8 decimals, so that numbers on both sides of the 6 that are written quickly come.
  const decimals = fc
    .record({ digits: fc.maxSafeInteger(), places: fc.nat(8) })
    .map(({ digits, places }) => Number(`${digits}e-${places}`))
  const small = fc
    .record({ digits: fc.integer({ min: -1e7, max: 1e7 }), places: fc.nat(8) })
    .map(({ digits, places }) => Number(`${digits}e-${places}`))

  test('writes what String writes', () => {
    fc.assert(
      fc.property(fc.oneof(NUMBERS, decimals, small, fc.integer()), (value) => {
        expect(written(writeNumber, value)).toBe(String(value))
      }),
      { numRuns: 20_000 }
    )
  })

  test('writes every whole number up to a hundred thousand, and every ten-thousandth below one', () => {
    const wrong: number[] = []
    for (let n = 0; n <= 100_000; n++) {
      for (const value of [n, n / 1e4]) if (written(writeNumber, value) !== String(value)) wrong.push(value)
    }
    expect(wrong).toEqual([])
  })
})
