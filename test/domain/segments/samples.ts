import type { SegmentInput } from '../../../src/domain/segments/describe.ts'
import { SINGLE_FEATURES } from '../../../src/domain/vocabulary.ts'

/** Mulberry32: numbers from 0 to below 1 that depend on the seed alone. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What the customers of one planted kind look like on average. */
export interface Kind {
  size: number
  recency: number
  orders: number
  /** Money per order. */
  basket: number
  discount?: number
  kind?: 'cluster' | 'outlier'
}

/** Customers of several kinds, each varying by a third or so around its averages. */
export function plantedInput(kinds: readonly Kind[], seed = 1, rest: Partial<SegmentInput> = {}): SegmentInput {
  const random = randomSource(seed)
  const around = (value: number) => value * (0.7 + 0.6 * random())
  const rows = kinds.flatMap((kind, label) =>
    Array.from({ length: kind.size }, () => {
      const frequency = Math.max(1, Math.round(around(kind.orders)))
      const perOrder = Math.round(around(kind.basket) * 100) / 100
      const recency = Math.round(around(kind.recency))
      const values: Record<string, number> = {
        recency_days: recency,
        frequency,
        monetary_value: frequency * perOrder,
        average_order_value: perOrder,
        tenure_days: recency + 20 * (frequency - 1),
        average_days_between_orders: frequency > 1 ? around(20) : Number.NaN,
        average_basket_size: around(12),
        distinct_products: Math.round(around(3 * frequency)),
        category_breadth: 1 + Math.floor(5 * random()),
        return_rate: random() < 0.9 ? 0 : random(),
        discount_share: around(kind.discount ?? 0),
        weekend_share: random(),
        preference_lights: label === 0 ? around(0.5) : around(0.1)
      }
      return { label, values }
    })
  )
  const names = [...SINGLE_FEATURES, 'preference_lights']
  return {
    features: {
      names,
      columns: names.map((name) => Float64Array.from(rows, ({ values }) => values[name]!)),
      n: rows.length
    },
    clustered: ['recency_days', 'frequency', 'monetary_value'],
    labels: Int32Array.from(rows, ({ label }) => label),
    kinds: kinds.map(({ kind }) => kind ?? 'cluster'),
    revenue: Float64Array.from(rows, ({ values }) => values.monetary_value!),
    silhouettes: Float64Array.from(rows, () => (random() < 0.1 ? Number.NaN : random())),
    currency: 'GBP',
    vocabulary: 'auto',
    preferenceNames: { preference_lights: 'Lights' },
    ...rest
  }
}
