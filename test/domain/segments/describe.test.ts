import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeSegments, type SegmentInput } from '../../../src/domain/segments/describe.ts'
import { type Kind, plantedInput, randomSource } from './samples.ts'

const KEEN: Kind = { size: 60, recency: 8, orders: 14, basket: 220 }
const LOYAL: Kind = { size: 200, recency: 30, orders: 5, basket: 160 }
const NEW: Kind = { size: 250, recency: 20, orders: 1.2, basket: 70 }
const GONE: Kind = { size: 300, recency: 260, orders: 1.1, basket: 60 }
const FOUR = [LOYAL, GONE, NEW, KEEN]

/** Every string and number in a value, with the path to it. */
function* leaves(value: unknown, path = ''): Generator<[string, unknown]> {
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}/${key}`)
  } else yield [path, value]
}

function expectSound(segments: ReturnType<typeof describeSegments>, input: SegmentInput) {
  for (const [path, value] of leaves(segments)) {
    expect(value, path).not.toBeUndefined()
    if (typeof value === 'number') expect(Number.isFinite(value), path).toBe(true)
    if (typeof value === 'string') {
      expect(value.trim(), path).not.toBe('')
      expect(value, path).not.toMatch(
        /NaN|Infinity|undefined|null|(?<![\d.,])(0(\.0)? times|1 (orders|days|customers)\b)| {2}|\.\./
      )
    }
  }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  expect(sum(segments.map(({ size }) => size))).toBe(input.labels.length)
  expect(sum(segments.map(({ share }) => share))).toBeCloseTo(1, 12)
  expect(sum(segments.map(({ revenue_share }) => revenue_share))).toBeCloseTo(1, 9)
  const revenue = input.revenue.reduce((total, value) => total + value, 0)
  expect(Math.abs(sum(segments.map((segment) => segment.revenue)) - revenue)).toBeLessThan(1e-6)
  expect(new Set(segments.map(({ name }) => name)).size).toBe(segments.length)
  expect(new Set(segments.map(({ color }) => color)).size).toBe(segments.length)
  for (const { actions } of segments) {
    expect(actions.length).toBeGreaterThanOrEqual(2)
    expect(actions.length).toBeLessThanOrEqual(4)
    expect(new Set(actions.map(({ type }) => type)).size).toBe(actions.length)
  }
}

describe('describeSegments', () => {
  const input = plantedInput(FOUR, 1, { vocabulary: 'retain_reengage_nurture_reward' })
  const segments = describeSegments(input)
  const [loyal, gone, fresh, keen] = segments

  it('names and colours planted kinds of customers', () => {
    expect(segments.map(({ name }) => name)).toEqual(['Retain', 'Re-Engage', 'Nurture', 'Reward'])
    expect(segments.map(({ color }) => color)).toEqual(['#0072B2', '#E69F00', '#009E73', '#D55E00'])
    expectSound(segments, input)
  })

  it('gives the same bytes again and leaves its input alone', () => {
    const before = JSON.stringify([...input.features.columns.map((column) => [...column]), [...input.labels]])
    expect(JSON.stringify(describeSegments(input))).toBe(JSON.stringify(segments))
    expect(JSON.stringify([...input.features.columns.map((column) => [...column]), [...input.labels]])).toBe(before)
  })

  it('explains with the segment’s own numbers', () => {
    const value = keen!.profile.monetary_value!
    expect(keen!.rationale).toContain('60 customers (7.4% of all) account for £')
    expect(keen!.rationale).toContain(`${(keen!.revenue_share * 100).toFixed(1)}%`)
    expect(keen!.rationale).toContain(`has spent £${Math.round(value.median).toLocaleString('en')}`)
    expect(keen!.rationale).toContain(`has placed ${keen!.profile.frequency!.median} orders`)
    expect(keen!.rationale).toContain('order more often')
    expect(gone!.rationale).toContain('have been away for longer')
    expect(gone!.rationale).toContain('has placed 1 order and')
  })

  it('puts the profile in a few words', () => {
    expect(keen!.description).toBe('high-value frequent buyers')
    expect(gone!.description).toMatch(/^low-value (occasional|one-time) buyers, away for long$/)
    expect(fresh!.description).toContain('active lately')
    const hunters = describeSegments(plantedInput([KEEN, LOYAL, { ...GONE, discount: 0.3 }]))
    expect(hunters[2]!.description).toContain('bargain hunters')
    expect(hunters[2]!.actions.map(({ type }) => type)).toContain('planned_promotions')
    expect(hunters[0]!.description).not.toContain('bargain')
  })

  it('profiles every feature of the members and centres the clustered ones', () => {
    expect(Object.keys(loyal!.profile)).toEqual(input.features.names)
    expect(Object.keys(loyal!.centroid)).toEqual(input.clustered)
    const rows = [...input.labels.keys()].filter((row) => input.labels[row] === 0)
    const lights = input.features.columns[input.features.names.indexOf('preference_lights')]!
    const mean = rows.reduce((sum, row) => sum + lights[row]!, 0) / rows.length
    const overall = lights.reduce((sum, share) => sum + share, 0) / lights.length
    expect(loyal!.profile.preference_lights!.mean).toBeCloseTo(mean, 12)
    expect(loyal!.profile.preference_lights!.relative_importance).toBeCloseTo(mean / overall - 1, 12)
    expect(loyal!.rationale).toContain('of spend on Lights against')
    expect(loyal!.centroid.recency_days).toBe(loyal!.profile.recency_days!.mean)
  })

  it('leaves out a feature that no member has', () => {
    const single = describeSegments(
      plantedInput([{ ...GONE, orders: 1 }, LOYAL], 1, {
        clustered: ['recency_days', 'average_days_between_orders']
      })
    )
    expect(single[0]!.profile).not.toHaveProperty('average_days_between_orders')
    expect(Object.keys(single[0]!.centroid)).toEqual(['recency_days'])
    expect(single[1]!.centroid).toHaveProperty('average_days_between_orders')
  })

  it('averages the silhouettes that were computed', () => {
    const silhouettes = Float64Array.from(input.labels, (label, i) => (label === 0 || i % 2 ? Number.NaN : 0.25))
    const again = describeSegments({ ...input, silhouettes })
    expect(again.map(({ silhouette }) => silhouette)).toEqual([null, 0.25, 0.25, 0.25])
  })

  it('says with which rule a segment can be told, and how well', () => {
    expect(keen!.rule.text).toMatch(/^last order at most \d+ days ago/)
    expect(keen!.rule.precision).toBeGreaterThan(0.9)
    expect(keen!.rule.coverage).toBeGreaterThan(0.9)
    expect(gone!.rule.text).toMatch(/^last order at least \d+ days ago/)
  })

  it('warns of small segments, outliers and names without a scale', () => {
    const outliers: Kind = { size: 1, recency: 3, orders: 60, basket: 900, kind: 'outlier' }
    const all = describeSegments(plantedInput([...FOUR, outliers]))
    expect(all[4]!.name).toBe('Reward')
    expect(all[4]!.limitations.join(' ')).toMatch(/Only 1 customer is .*outside the usual range/)
    expect(all[4]!.rationale).toContain('1 customer (0.1% of all) accounts for')
    expect(all[0]!.limitations[0]).toContain('no absolute grade')
    const own = describeSegments(plantedInput(FOUR, 1, { vocabulary: { names: [{ name: 'A' }, { name: 'B' }] } }))
    expect(own[0]!.limitations[0]).toContain('order of mean spend')
    expectSound(all, plantedInput([...FOUR, outliers]))
  })

  it('writes amounts without a currency where none is known', () => {
    const plain = describeSegments(plantedInput(FOUR, 1, { currency: null }))
    expect(JSON.stringify(plain)).not.toMatch(/[£$€]/)
    expectSound(plain, plantedInput(FOUR))
  })

  it('sets the tiers of a discount above what most spend per order', () => {
    const bundlers = plantedInput(
      [KEEN, { size: 100, recency: 12, orders: 10, basket: 30 }, { ...GONE, basket: 150 }],
      1,
      { vocabulary: 'spend_and_frequency' }
    )
    const segment = describeSegments(bundlers)[1]!
    expect(segment.name).toBe('Frequent orders, lower spend')
    const text = segment.actions.find(({ type }) => type === 'tiered_discounts')!.description
    const [first, second] = [...text.matchAll(/% from £(\d+(?:\.\d+)?)/g)].map((found) => Number(found[1]))
    const { median, p75 } = segment.profile.average_order_value!
    expect(first).toBeGreaterThan(median)
    expect(first).toBeLessThan(1.25 * median)
    expect(second).toBeGreaterThan(p75)
    expect(second).toBeGreaterThan(first!)
  })

  it.each<[string, Kind[]]>([
    ['one segment', [LOYAL]],
    ['one customer', [{ ...LOYAL, size: 1 }]],
    ['two segments', [LOYAL, GONE]],
    ['two equal segments', [LOYAL, LOYAL]]
  ])('copes with %s', (_, kinds) => {
    for (const vocabulary of ['auto', 'retain_reengage_nurture_reward', 'six_step', 'spend_and_frequency'] as const) {
      const small = plantedInput(kinds, 3, { vocabulary })
      expectSound(describeSegments(small), small)
    }
  })

  it('is sound for any data with up to twelve segments', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 120 }),
        fc.integer(),
        fc.constantFrom(0, 1e-6, 1, 1e9),
        fc.boolean(),
        (segments, more, seed, money, absent) => {
          const random = randomSource(seed)
          const n = segments + more
          const names = [...input.features.names]
          const columns = names.map((name) =>
            Float64Array.from({ length: n }, () => {
              if (name === 'frequency') return 1 + Math.floor(10 * random() ** 3)
              if (absent && name.startsWith('average_')) return Number.NaN
              return (
                Math.floor(400 * random()) * (name === 'monetary_value' || name === 'average_order_value' ? money : 1)
              )
            })
          )
          const any: SegmentInput = {
            ...input,
            features: { names, columns, n },
            labels: Int32Array.from({ length: n }, (_, i) => (i < segments ? i : Math.floor(segments * random()))),
            kinds: Array.from({ length: segments }, () => (random() < 0.3 ? 'outlier' : 'cluster')),
            revenue: Float64Array.from({ length: n }, () => 1 + Math.floor(1000 * random())),
            silhouettes: new Float64Array(n).fill(Number.NaN),
            vocabulary: (['auto', 'six_step', 'spend_and_frequency'] as const)[segments % 3]!
          }
          expectSound(describeSegments(any), any)
        }
      ),
      { seed: 4, numRuns: 80 }
    )
  })

  it('has measures and an aim for every name it can give', () => {
    const seen = new Set<string>()
    for (const vocabulary of ['six_step', 'spend_and_frequency'] as const) {
      const kinds = [
        KEEN,
        LOYAL,
        NEW,
        GONE,
        { ...LOYAL, orders: 8 },
        { ...GONE, recency: 120 },
        { ...NEW, basket: 400 }
      ]
      const all = plantedInput(kinds, 5, { vocabulary })
      const described = describeSegments(all)
      expectSound(described, all)
      for (const { name } of described) seen.add(name.split(' — ')[0]!)
    }
    expect(seen.size).toBe(6 + 7)
  })

  it('refuses columns of different lengths, empty segments, unknown labels and missing basics', () => {
    expect(() => describeSegments({ ...input, revenue: new Float64Array(1) })).toThrow(RangeError)
    expect(() => describeSegments({ ...input, kinds: [...input.kinds, 'cluster'] })).toThrow(RangeError)
    expect(() => describeSegments({ ...input, kinds: ['cluster'] })).toThrow(RangeError)
    const features = {
      ...input.features,
      names: input.features.names.map((name) => (name === 'frequency' ? 'x' : name))
    }
    expect(() => describeSegments({ ...input, features })).toThrow(RangeError)
  })
})
