import { expect, test } from 'vitest'
import { minimise } from '../../../src/domain/numeric/minimise.ts'

test('minimise finds the bottom of a valley, inside or at the end', () => {
  expect(minimise((x) => (x - 2) ** 2, -5, 5)).toBeCloseTo(2, 7)
  expect(minimise((x) => Math.cosh(x + 1), -5, 5)).toBeCloseTo(-1, 7)
  expect(minimise((x) => x, -5, 5)).toBeCloseTo(-5, 6)
})

test('minimise climbs out of where the function is not a number', () => {
  expect(minimise((x) => (x < 0 ? Number.NaN : (x - 3) ** 2), -5, 5)).toBeCloseTo(3, 7)
})
