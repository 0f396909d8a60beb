import { describe, expect, it } from 'vitest'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { TrainingCancelled } from '../../../src/domain/clustering/refusal.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { describeSegments, RULE_FEATURES } from '../../../src/domain/segments/describe.ts'
import { describeModel } from '../../../src/domain/segments/describe-model.ts'
import { mimicSegments } from '../../../src/domain/segments/surrogate.ts'
import { DEFAULT_FEATURES, SINGLE_FEATURES } from '../../../src/domain/vocabulary.ts'

const SEGMENTS = 3
const telling = { currency: 'EUR', vocabulary: 'auto', seed: 7 } as const

/** Customers whose every feature grows with their segment; some have no days between orders. */
function crowd(n: number) {
  const random = createRandom(n)
  const names = [...SINGLE_FEATURES]
  const labels = Int32Array.from({ length: n }, (_, row) => row % SEGMENTS)
  const columns = names.map((name) =>
    Float64Array.from(labels, (label) =>
      name === 'average_days_between_orders' && random.next() < 0.1
        ? Number.NaN
        : Math.round(Math.exp(2 * random.next() + label))
    )
  )
  const clustered = [...DEFAULT_FEATURES]
  const axis = {
    transform: 'log1p',
    lambda: null,
    center: 2,
    scale: 1,
    impute: null,
    lower: null,
    upper: null
  } as const
  const fit = {
    features: clustered.map((name) => ({ name, ...axis })),
    distance: 'euclidean' as const,
    fences: [],
    ranges: [],
    segments: Array.from({ length: SEGMENTS }, () => ({ kind: 'cluster' as const, centroid: [0, 0, 0], radius: 1 }))
  }
  const outcome = { fit, labels, silhouettes: new Float64Array(n) }
  const revenue = columns[names.indexOf('monetary_value')]!
  return { features: { names, columns, n }, clustered, revenue, outcome, preferences: null }
}

describe('describeModel', () => {
  it('says the same as its parts do each by itself', () => {
    const customers = crowd(600)
    const { features, clustered, revenue } = customers
    const { labels, silhouettes, fit } = customers.outcome
    const { segments, surrogate, projection } = describeModel(customers, telling, new Pace(() => false))
    const words = { currency: 'EUR', preferenceNames: {} }
    const kinds = fit.segments.map(({ kind }) => kind)
    expect(segments).toEqual(
      describeSegments({ features, clustered, labels, kinds, revenue, silhouettes, vocabulary: 'auto', ...words })
    )
    const spoken = [...RULE_FEATURES, ...clustered]
    expect(surrogate).toEqual(mimicSegments({ features, spoken, labels, segments: SEGMENTS, ...words }))
    expect(projection.points).toHaveLength(600)
  })

  it('asks whether to go on as often as its work asks for', () => {
    const count = (n: number) => {
      let asked = 0
      describeModel(crowd(n), telling, new Pace(() => asked++ < 0))
      return asked
    }
    // Every feature is sorted twice, at 40 units a value, over all and by segment; at most 4 million units go unasked.
    const least = (n: number) => Math.floor((SINGLE_FEATURES.length * n * 2 * 40) / 4e6)
    expect(count(20_000)).toBeGreaterThanOrEqual(least(20_000))
    expect(count(40_000)).toBeGreaterThanOrEqual(least(40_000))
  })

  it('stops when it is told to, wherever it is', () => {
    const customers = crowd(20_000)
    for (const after of [0, 2, 5]) {
      let asked = 0
      expect(() => describeModel(customers, telling, new Pace(() => asked++ >= after))).toThrow(TrainingCancelled)
      expect(asked).toBe(after + 1)
    }
  })
})
