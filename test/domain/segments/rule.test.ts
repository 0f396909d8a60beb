import { describe, expect, it } from 'vitest'
import { ABSENT, cutPoints, encode, humanRound } from '../../../src/domain/segments/rule-cuts.ts'
import { type Condition, findRules, measure } from '../../../src/domain/segments/rule-search.ts'
import { writeRule } from '../../../src/domain/segments/rule-text.ts'
import { randomSource } from './samples.ts'

const GBP = { currency: 'GBP', preferenceNames: { preference_lights: 'Lights' } }

describe('humanRound', () => {
  it.each([
    [46.6, 'days', 47],
    [0.3449, 'share', 0.34],
    [1283.4, 'money', 1300],
    [0.1234, 'money', 0.12],
    [3.6, 'orders', 4],
    [1234, 'products', 1200],
    [4.27, 'units', 4.3]
  ])('says %d %s as %d', (value, unit, rounded) => {
    expect(humanRound(value, unit)).toBe(rounded)
  })
})

describe('cutPoints', () => {
  it('are few, ascending, distinct and rounded', () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000)
    const cuts = cutPoints(values, new Int32Array(5000), Float64Array.of(1), 'money')
    expect(cuts.length).toBeGreaterThan(20)
    expect(cuts.length).toBeLessThanOrEqual(64)
    for (let i = 0; i < cuts.length; i++) {
      expect(cuts[i]).toBe(Number(cuts[i]!.toPrecision(2)))
      if (i > 0) expect(cuts[i]).toBeGreaterThan(cuts[i - 1]!)
    }
  })

  it('include the borders of a segment of one customer in a hundred', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => (i < 100 ? 5000 + i * 10 : i % 50))
    const labels = Int32Array.from({ length: 10_000 }, (_, i) => (i < 100 ? 1 : 0))
    const inside = cutPoints(values, labels, Float64Array.of(1, 1), 'days').filter((cut) => cut >= 5000 && cut <= 6000)
    expect(inside.length).toBeGreaterThan(8)
  })

  it('are none for a feature that nobody has', () => {
    expect(cutPoints(Float64Array.of(Number.NaN), Int32Array.of(0), Float64Array.of(1), 'days').length).toBe(0)
  })
})

describe('encode', () => {
  it('tells below, on and above each cut, and absent values from all', () => {
    const codes = encode(Float64Array.of(0, 1, 1.5, 2, 9, Number.NaN), Float64Array.of(1, 2))
    expect([...codes]).toEqual([0, 1, 2, 3, 4, ABSENT])
  })
})

describe('findRules', () => {
  it('finds two thresholds that separate a segment exactly', () => {
    // Segment 1: at most 30 days and at least 5 orders, all combinations of 0..99 days and 1..10 orders.
    const days = Float64Array.from({ length: 1000 }, (_, i) => i % 100)
    const orders = Float64Array.from({ length: 1000 }, (_, i) => 1 + Math.floor(i / 100))
    const labels = Int32Array.from(days, (day, i) => (day <= 30 && orders[i]! >= 5 ? 1 : 0))
    const columns = [
      { name: 'recency_days', values: days },
      { name: 'frequency', values: orders }
    ]
    const rule = findRules(columns, labels, 2)[1]!
    expect(rule.conditions.map(({ feature, at }) => `${feature} ${at}`)).toEqual([
      'recency_days most',
      'frequency least'
    ])
    expect(rule.conditions[1]!.threshold).toBe(5)
    expect(Math.abs(rule.conditions[0]!.threshold - 30)).toBeLessThanOrEqual(2)
    expect(rule.precision).toBeGreaterThan(0.93)
    expect(rule.coverage).toBeGreaterThan(0.93)
  })

  it('measures the rounded rule as written, on all customers though it is searched in a sample', () => {
    const random = randomSource(7)
    const n = 80_000
    const money = Float64Array.from({ length: n }, () => Math.exp(4 + 1.5 * random()))
    const gaps = Float64Array.from({ length: n }, () => (random() < 0.3 ? Number.NaN : 100 * random()))
    const labels = Int32Array.from(money, (value, i) => (value > 150 ? (gaps[i]! < 40 ? 0 : 1) : value > 56 ? 2 : 3))
    const columns = [
      { name: 'monetary_value', values: money },
      { name: 'average_days_between_orders', values: gaps }
    ]
    const rules = findRules(columns, labels, 4)
    rules.forEach((rule, segment) => {
      const holds = (condition: Condition, i: number) => {
        const value = columns.find(({ name }) => name === condition.feature)!.values[i]!
        return condition.at === 'least' ? value >= condition.threshold : value <= condition.threshold
      }
      const inRule = [...labels.keys()].filter((i) => rule.conditions.every((condition) => holds(condition, i)))
      const both = inRule.filter((i) => labels[i] === segment).length
      const members = labels.filter((label) => label === segment).length
      expect(rule.precision).toBeCloseTo(inRule.length > 0 ? both / inRule.length : 0, 12)
      expect(rule.coverage).toBeCloseTo(both / members, 12)
      for (const { threshold } of rule.conditions) expect(threshold).toBe(Number(threshold.toPrecision(2)))
    })
    expect(rules[0]!.precision).toBeGreaterThan(0.9)
  })

  it('has at most three conditions and no threshold that does not earn its place', () => {
    const random = randomSource(9)
    const noise = () => Float64Array.from({ length: 2000 }, random)
    const columns = ['return_rate', 'discount_share', 'weekend_share'].map((name) => ({ name, values: noise() }))
    const labels = Int32Array.from({ length: 2000 }, () => (random() < 0.5 ? 0 : 1))
    for (const { conditions } of findRules(columns, labels, 2)) expect(conditions.length).toBeLessThanOrEqual(3)
    expect(findRules(columns, new Int32Array(2000), 1)).toEqual([{ conditions: [], precision: 1, coverage: 1 }])
  })
})

describe('measure', () => {
  it('gives precision 0 for a rule that nobody fulfils', () => {
    const columns = [{ name: 'frequency', values: Float64Array.of(1, 2) }]
    const rule: Condition[] = [{ feature: 'frequency', at: 'least', threshold: 3 }]
    expect(measure(rule, columns, Int32Array.of(0, 1), 0)).toEqual({ precision: 0, coverage: 0 })
  })
})

describe('writeRule', () => {
  const rule = (...conditions: [string, Condition['at'], number][]) =>
    conditions.map(([feature, at, threshold]): Condition => ({ feature, at, threshold }))

  it.each<[Condition[], string]>([
    [[], 'any customer'],
    [
      rule(['recency_days', 'most', 47], ['frequency', 'least', 4]),
      'last order at most 47 days ago and at least 4 orders'
    ],
    [rule(['frequency', 'least', 1], ['frequency', 'most', 1]), 'exactly 1 order'],
    [rule(['recency_days', 'least', 30], ['recency_days', 'most', 90]), 'last order 30 to 90 days ago'],
    [rule(['monetary_value', 'least', 650], ['monetary_value', 'most', 1200]), '£650 to £1,200 spent in total'],
    [rule(['preference_lights', 'least', 0.3]), 'at least 30% of spend on Lights'],
    [rule(['distinct_products', 'most', 1]), 'at most 1 different product'],
    [
      rule(['return_rate', 'most', 0.05], ['weekend_share', 'least', 0.5]),
      'at most 5% of spend returned and at least 50% of orders at weekends'
    ],
    [
      rule(['average_basket_size', 'least', 4.3], ['category_breadth', 'least', 3]),
      'at least 4.3 units per order and at least 3 categories'
    ]
  ])('%j reads well', (conditions, text) => {
    expect(writeRule(conditions, GBP)).toBe(text)
  })

  it('writes thresholds exactly, whatever their size', () => {
    expect(writeRule(rule(['monetary_value', 'least', 1_200_000]), GBP)).toBe('at least £1.2 million spent in total')
    expect(writeRule(rule(['monetary_value', 'least', 0.12]), { ...GBP, currency: null })).toBe(
      'at least 0.12 spent in total'
    )
  })
})
