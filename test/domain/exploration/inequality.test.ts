import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyProducts, concentration, gini } from '../../../src/domain/exploration/inequality.ts'
import { countValues } from '../../../src/domain/exploration/value-counts.ts'

describe('gini', () => {
  test('is 0 for equals, and (n - 1)/n where one has all', () => {
    expect(gini(countValues([5, 5, 5, 5]))).toBe(0)
    expect(gini(countValues([0, 0, 0, 8]))).toBe(0.75)
  })

  test('is half the relative mean absolute difference, its definition', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 40 }), (values) => {
        const total = values.reduce((a, b) => a + b)
        fc.pre(total > 0)
        const differences = values.flatMap((a) => values.map((b) => Math.abs(a - b))).reduce((a, b) => a + b)
        expect(gini(countValues(values))).toBeCloseTo(differences / (2 * values.length * total), 12)
      })
    )
  })

  test('is null where there is nothing to share', () => {
    expect(gini(countValues([0, 0]))).toBeNull()
    expect(gini(countValues([]))).toBeNull()
  })
})

describe('concentration', () => {
  test('tells the shares of the best, the fewest for four fifths, and the Lorenz curve', () => {
    // Ten customers: 1, 1, 1, 1, 1, 1, 1, 3, 10, 20; 40 in all
    const found = concentration(countValues([1, 1, 1, 1, 1, 1, 1, 3, 10, 20]))!
    expect(found.top).toEqual([
      { share: 0.01, count: 1, revenue: 20, revenue_share: 0.5 },
      { share: 0.05, count: 1, revenue: 20, revenue_share: 0.5 },
      { share: 0.1, count: 1, revenue: 20, revenue_share: 0.5 },
      { share: 0.2, count: 2, revenue: 30, revenue_share: 0.75 },
      { share: 0.5, count: 5, revenue: 35, revenue_share: 0.875 }
    ])
    // 20 + 10 is 75 %, with 3 more 82.5 %
    expect(found.for_80_percent).toEqual({ count: 3, share: 0.3 })
    expect(found.lorenz).toHaveLength(101)
    expect([0, 10, 15, 70, 80, 100].map((percent) => found.lorenz[percent])).toEqual([0, 0.025, 0.0375, 0.175, 0.25, 1])
  })

  test('counts equals one by one', () => {
    // 80 % of ten times 7 are eight of them
    expect(concentration(countValues(new Array(10).fill(7)))!.for_80_percent).toEqual({ count: 8, share: 0.8 })
  })

  test('is null for nobody, and shares of nothing are 0', () => {
    expect(concentration(countValues([]))).toBeNull()
    expect(concentration(countValues([0, 0]))).toMatchObject({ gini: null, for_80_percent: { count: 0, share: 0 } })
  })
})

describe('classifyProducts', () => {
  test('lets the product that crosses a limit belong to the class before it', () => {
    // 50 (50 %), 25 (75 %), 10 (85 %) are A; 8 (93 %), 3 (96 %) are B; 2, 1, 1 are C
    expect(classifyProducts(countValues([1, 1, 2, 3, 8, 10, 25, 50]))).toEqual([
      { class: 'A', products: 3, share: 0.375, revenue: 85, revenue_share: 0.85 },
      { class: 'B', products: 2, share: 0.25, revenue: 11, revenue_share: 0.11 },
      { class: 'C', products: 3, share: 0.375, revenue: 4, revenue_share: 0.04 }
    ])
  })

  test('divides equal products between the classes', () => {
    expect(classifyProducts(countValues(new Array(20).fill(3))).map(({ products }) => products)).toEqual([16, 3, 1])
  })

  test('puts every product into one class, whatever they bring', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 50 }), (values) => {
        const classes = classifyProducts(countValues(values))
        expect(classes.reduce((sum, { products }) => sum + products, 0)).toBe(values.length)
        expect(classes.reduce((sum, { revenue }) => sum + revenue, 0)).toBeCloseTo(values.reduce((a, b) => a + b, 0))
      })
    )
  })
})
