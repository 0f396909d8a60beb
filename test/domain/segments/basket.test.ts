import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundAbove } from '../../../src/domain/segments/basket.ts'

describe('roundAbove', () => {
  it.each([
    [11.2, 12],
    [48.97, 50],
    [50, 55],
    [99, 100],
    [100, 110],
    [360, 375],
    [367.4, 375],
    [0.33, 0.35]
  ])('takes %d up to %d', (value, above) => {
    expect(roundAbove(value)).toBe(above)
  })

  it('lies above the value, but by no more than an eighth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e9, noNaN: true }), (value) => {
        const above = roundAbove(value)
        expect(above).toBeGreaterThan(value)
        expect(above).toBeLessThanOrEqual(value * 1.1251)
      }),
      { seed: 5 }
    )
  })
})
