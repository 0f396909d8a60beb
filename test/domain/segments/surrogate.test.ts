import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleColumns } from '../../../src/domain/segments/rule-sample.ts'
import { writeRule } from '../../../src/domain/segments/rule-text.ts'
import { mimicSegments } from '../../../src/domain/segments/surrogate.ts'
import { growTree } from '../../../src/domain/segments/surrogate-tree.ts'

const words = { currency: 'GBP', preferenceNames: {} }

// All combinations of 0..99 days and 1..10 orders. Segment 0: 50 days or more; else 1 below 5 orders and 2 from there.
const days = Float64Array.from({ length: 1000 }, (_, i) => i % 100)
const orders = Float64Array.from({ length: 1000 }, (_, i) => 1 + Math.floor(i / 100))
const labels = Int32Array.from(days, (day, i) => (day >= 50 ? 0 : orders[i]! < 5 ? 1 : 2))
const features = { names: ['recency_days', 'frequency'], columns: [days, orders], n: 1000 }
const planted = { features, spoken: features.names, labels, segments: 3, ...words }

describe('mimicSegments', () => {
  test('finds the questions by which segments were made', () => {
    // One cut for about three days: the border is met to a cut, so up to 2 of 100 days go astray.
    const { depth, fidelity, leaves } = mimicSegments(planted)
    expect(depth).toBeLessThanOrEqual(3)
    expect(fidelity).toBeGreaterThanOrEqual(0.98)
    expect(leaves.find(({ segment }) => segment === 0)!.rule).toMatch(/^last order at least (4[89]|5[012]) days ago$/)
    expect(leaves.map(({ rule }) => rule).join()).toMatch(/at most 4 orders/)
    expect(leaves.map(({ rule }) => rule).join()).toMatch(/at least 5 orders/)
  })

  test('says nothing of a feature that someone lacks', () => {
    const columns = [days, orders.map((value, i) => (i === 3 ? Number.NaN : value))]
    const { leaves } = mimicSegments({ ...planted, features: { ...features, columns } })
    expect(leaves.map(({ rule }) => rule).join()).not.toMatch(/orders/)
  })

  test('says one rule for everyone where nothing tells segments apart', () => {
    const columns = [new Float64Array(1000).fill(7), new Float64Array(1000).fill(1)]
    const flat = mimicSegments({ ...planted, features: { ...features, columns } })
    // Segment 0 is half of the customers.
    expect(flat).toEqual({
      depth: 0,
      fidelity: 0.5,
      leaves: [{ segment: 0, rule: 'any customer', precision: 0.5, coverage: 1, customers: 1000 }]
    })
  })

  test('accounts for every customer once, and fidelity is what the leaves say together', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, fc.nat(5)), { minLength: 1, maxLength: 200 }), (rows) => {
        const input = {
          features: {
            names: ['monetary_value', 'return_rate'],
            columns: [Float64Array.from(rows, (row) => row[0]), Float64Array.from(rows, (row) => row[1])],
            n: rows.length
          },
          spoken: ['monetary_value', 'return_rate', 'monetary_value'],
          labels: Int32Array.from(rows, (row) => row[2]),
          segments: 6,
          ...words
        }
        const surrogate = mimicSegments(input)
        expect(surrogate).toEqual(mimicSegments(input))
        // ⌈log₂ 6⌉ + 1
        expect(surrogate.depth).toBeLessThanOrEqual(4)
        expect(surrogate.leaves.reduce((sum, { customers }) => sum + customers, 0)).toBe(rows.length)
        const right = surrogate.leaves.reduce((sum, { precision, customers }) => sum + precision * customers, 0)
        expect(right / rows.length).toBeCloseTo(surrogate.fidelity, 9)
        // The root alone would say the largest segment of everyone.
        const largest = Math.max(...[0, 1, 2, 3, 4, 5].map((s) => rows.filter((row) => row[2] === s).length))
        expect(surrogate.fidelity).toBeGreaterThanOrEqual(largest / rows.length - 1e-9)
      })
    )
  })
})

test('growTree asks first what lowers the impurity most', () => {
  const sample = sampleColumns(
    [
      { name: 'frequency', values: orders },
      { name: 'recency_days', values: days }
    ],
    labels,
    3
  )
  const { split } = growTree(sample, 1)
  expect(sample.columns[split!.column]!.name).toBe('recency_days')
  expect(split!.above).toEqual({ segment: 0, split: null })
})

test('writeRule leaves out the threshold of a bound below', () => {
  const bound = (at: 'least' | 'below', threshold: number) => ({ feature: 'monetary_value', at, threshold })
  expect(writeRule([bound('below', 500)], words)).toBe('less than £500 spent in total')
  expect(writeRule([bound('least', 200), bound('below', 500)], words)).toBe('£200 to under £500 spent in total')
})
