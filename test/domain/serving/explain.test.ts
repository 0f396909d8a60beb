import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelFit } from '../../../src/domain/records/model.ts'
import { prepareAssigner } from '../../../src/domain/serving/assign.ts'
import { contributionsTo } from '../../../src/domain/serving/contributions.ts'
import { explainCustomer } from '../../../src/domain/serving/explain.ts'
import { wayBetween } from '../../../src/domain/serving/smallest-change.ts'

type Axis = ModelFit['features'][number]

const axis = (name: string, rest: Partial<Axis> = {}): Axis => ({
  name,
  transform: 'none',
  lambda: null,
  center: 0,
  scale: 1,
  impute: null,
  lower: null,
  upper: null,
  ...rest
})

const cluster = (...centroid: number[]) => ({ kind: 'cluster' as const, centroid, radius: 2 })
const range = (feature: string, min: number, max: number) => ({ feature, min, max })

function fitOf(features: Axis[], segments: ModelFit['segments'], rest: Partial<ModelFit> = {}): ModelFit {
  return {
    features,
    segments,
    distance: 'euclidean',
    fences: [],
    ranges: features.map(({ name }) => range(name, 0, 40)),
    ...rest
  }
}

const explain = (fit: ModelFit, raw: (number | null)[]) => {
  const assigner = prepareAssigner(fit)
  return explainCustomer(Object.freeze(fit), assigner, Object.freeze(raw) as number[], assigner.assign(raw).segment)
}
const changeTo = (fit: ModelFit, raw: (number | null)[], segment: number) =>
  explain(fit, raw).changes.find((each) => each.segment === segment)!

const transformed = fc.constantFrom<Partial<Axis>>(
  { center: 13.3, scale: 11 },
  { transform: 'log1p', center: 1.5, scale: 0.8 },
  { transform: 'yeo_johnson', lambda: -0.4, center: 0.9, scale: 0.3 },
  { transform: 'yeo_johnson', lambda: 1.3, center: 20, scale: 15 },
  { center: 12, scale: 7, upper: 30, lower: 2 }
)
// No two alike, and none so that a whole number of days or orders lies exactly on a border, where rounding decides.
const place = fc.integer({ min: -242, max: 242 })
const centroids = fc
  .uniqueArray(fc.tuple(place, place), {
    minLength: 2,
    maxLength: 6,
    comparator: ([x, y], [v, w]) => Math.hypot(x - v, y - w) < 20
  })
  .map((places) => places.map(([x, y], i) => [x / 97 + 0.00137 * (i + 1), y / 97 + 0.00211 * (i + 1)] as const))

describe('contributions', () => {
  test('are what each feature adds to the distances', () => {
    // (1,3) from (0,0): 1 + 9; from (4,3): 9 + 0.
    const fit = fitOf([axis('recency_days'), axis('frequency')], [cluster(0, 0), cluster(4, 3)])
    expect(explain(fit, [1, 3])).toMatchObject({
      next: 0,
      contributions: {
        measure: 'squared_euclidean',
        own: 9,
        next: 10,
        features: [
          { feature: 'frequency', value: 3, own: 0, next: 9, difference: 9 },
          { feature: 'recency_days', value: 1, own: 9, next: 1, difference: -8 }
        ]
      }
    })
  })

  test('add up to the distance from every segment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('euclidean' as const, 'manhattan' as const, 'cosine' as const),
        fc.tuple(transformed, transformed),
        centroids,
        fc.tuple(fc.double({ min: 0, max: 40, noNaN: true }), fc.integer({ min: 0, max: 40 })),
        (distance, [first, second], places, raw) => {
          const features = [axis('recency_days', first), axis('frequency', second)]
          const fit = fitOf(
            features,
            places.map((centroid) => cluster(...centroid)),
            { distance }
          )
          const { distances } = prepareAssigner(fit).assign(raw)
          for (const [segment, length] of distances.entries()) {
            const parts = contributionsTo(fit, raw, segment)
            if (parts === null) {
              expect([distance, length]).toEqual(['cosine', 1])
              continue
            }
            expect(parts.every((part) => part >= 0)).toBe(true)
            const total = parts.reduce((sum, part) => sum + part, 0)
            expect(total).toBeCloseTo(distance === 'euclidean' ? length ** 2 : length, 9)
          }
        }
      )
    )
  })
})

describe('changes', () => {
  test('go straight to the border where both features may move', () => {
    // The border is recency 5; recency alone is across it, and the days are whole: 4, for 5 is a tie which the other wins.
    const fit = fitOf([axis('recency_days'), axis('frequency')], [cluster(10, 3), cluster(0, 3)])
    expect(changeTo(fit, [9, 3], 1)).toEqual({
      segment: 1,
      change: { features: [{ feature: 'recency_days', from: 9, to: 4 }], distance: 5 },
      reason: null
    })
  })

  test('go only where a customer can go', () => {
    const fit = fitOf([axis('recency_days'), axis('tenure_days')], [cluster(0, 3), cluster(10, 3), cluster(0, 20)])
    // Recency would have to rise; tenure would have to.
    for (const segment of [1, 2]) {
      expect(changeTo(fit, [1, 3], segment)).toMatchObject({
        change: null,
        reason: expect.stringMatching(/recency_days/)
      })
    }
    const tenure = fitOf([axis('tenure_days')], [cluster(0), cluster(10)])
    expect(changeTo(tenure, [1], 1).reason).toMatch(/None of the model's features/)
  })

  test('are none beyond what the training customers show', () => {
    const fit = fitOf([axis('frequency')], [cluster(0), cluster(30)], { ranges: [range('frequency', 0, 14)] })
    expect(changeTo(fit, [2], 1).change).toBeNull()
    expect(changeTo({ ...fit, ranges: [range('frequency', 0, 16)] }, [2], 1).change).toEqual({
      features: [{ feature: 'frequency', from: 2, to: 16 }],
      distance: 14
    })
  })

  test('leave an absent value as it is', () => {
    const fit = fitOf([axis('frequency', { impute: 2 })], [cluster(0), cluster(30)])
    expect(changeTo(fit, [null], 1).change).toBeNull()
    expect(changeTo(fit, [2], 1).change).not.toBeNull()
  })

  test('keep to the fences of clusters, and cross one for outliers', () => {
    const fit = fitOf(
      [axis('frequency'), axis('monetary_value')],
      [cluster(0, 0), cluster(30, 0), { kind: 'outlier', centroid: [10, 39], radius: 9 }],
      { fences: [{ feature: 'monetary_value', lower: -5, upper: 20 }] }
    )
    expect(changeTo(fit, [2, 10], 2).change!.features).toEqual([{ feature: 'monetary_value', from: 10, to: 20.01 }])
    // Spend never falls, so an outlier by spend stays one.
    expect(changeTo(fit, [2, 25], 0)).toMatchObject({ change: null, reason: expect.stringMatching(/cannot go back/) })
  })

  test('keep spend, orders and spend per order in one', () => {
    const names = ['frequency', 'monetary_value', 'average_order_value']
    const fit = fitOf(
      names.map((name) => axis(name, { scale: name === 'frequency' ? 1 : 10 })),
      [cluster(1, 2, 2), cluster(6, 20, 3)],
      { ranges: names.map((name) => range(name, 0, 500)) }
    )
    const { change } = changeTo(fit, [1, 20, 20], 1)
    const to = Object.fromEntries(change!.features.map((each) => [each.feature, each.to]))
    const [orders, spend] = [to.frequency ?? 1, to.monetary_value ?? 20]
    expect(to.average_order_value ?? 20).toBe(spend / orders)
    expect(prepareAssigner(fit).assign([orders, spend, spend / orders]).segment).toBe(1)
  })

  test('are not computed for the manhattan distance', () => {
    const fit = fitOf([axis('frequency')], [cluster(0), cluster(10)], { distance: 'manhattan' })
    expect(changeTo(fit, [2], 1)).toMatchObject({ change: null, reason: expect.stringMatching(/manhattan/) })
  })

  test('are the smallest that move the customer, as a search of the whole grid finds them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('euclidean' as const, 'cosine' as const),
        fc.tuple(transformed, transformed),
        centroids,
        fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })),
        fc.option(fc.integer({ min: 5, max: 35 })),
        (distance, [first, second], places, raw, fence) => {
          const fit = fitOf(
            [axis('recency_days', first), axis('frequency', second)],
            places.map(([x, y], i) => ({ ...cluster(x, y), kind: fence !== null && i > 1 ? 'outlier' : 'cluster' })),
            {
              distance,
              fences: fence === null || places.length < 3 ? [] : [{ feature: 'frequency', lower: -1, upper: fence }]
            }
          )
          const { assign } = prepareAssigner(fit)
          // Recency falls to 0, frequency rises to 40.
          const smallest = new Map<number, number>()
          for (let days = 0; days <= raw[0]; days++) {
            for (let orders = raw[1]; orders <= 40; orders++) {
              const { segment } = assign([days, orders])
              const way = wayBetween(fit, raw, [days, orders])
              smallest.set(segment, Math.min(smallest.get(segment) ?? Number.POSITIVE_INFINITY, way))
            }
          }
          for (const { segment, change, reason } of explain(fit, raw).changes) {
            const least = smallest.get(segment)
            if (change === null) {
              expect(reason).toEqual(expect.any(String))
              expect(least).toBeUndefined()
              continue
            }
            const changed = raw.slice()
            for (const { feature, from, to } of change.features) {
              const j = feature === 'recency_days' ? 0 : 1
              expect(from).toBe(raw[j])
              changed[j] = to
            }
            expect(assign(changed).segment).toBe(segment)
            expect(change.distance).toBeCloseTo(least!, 9)
          }
        }
      ),
      { numRuns: 300 }
    )
  })

  test('of money end at most one step past the border', () => {
    fc.assert(
      fc.property(
        transformed,
        centroids,
        fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1000 })),
        (scaling, places, [days, cents]) => {
          const fit = fitOf(
            [axis('recency_days', scaling), axis('monetary_value', { center: 3, scale: 2 })],
            places.map((place) => cluster(...place))
          )
          const raw = [days, cents / 100]
          const { assign } = prepareAssigner(fit)
          for (const { segment, change } of explain(fit, raw).changes) {
            if (change === null) continue
            const to = Object.fromEntries(change.features.map((each) => [each.feature, each.to]))
            const [end, spend] = [to.recency_days ?? days, to.monetary_value ?? raw[1]!]
            expect(assign([end, spend]).segment).toBe(segment)
            // For each number of days, the first cent that moves the customer is no nearer, but for one cent.
            for (let day = 0; day <= days; day++) {
              for (let spent = cents; spent <= 1000; spent++) {
                if (assign([day, spent / 100]).segment !== segment) continue
                expect(wayBetween(fit, raw, [day, spent / 100])).toBeGreaterThan(change.distance - 0.011 / 2)
                break
              }
            }
          }
        }
      ),
      { numRuns: 10 }
    )
  })
})
