import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelFit } from '../../../src/domain/records/model.ts'
import { prepareAssigner } from '../../../src/domain/serving/assign.ts'
import { Placements } from '../../../src/domain/serving/placements.ts'
import { columnsOf, fitOf, models, placedOneByOne, rowsOf } from './models.ts'

const axis = (name: string, impute: number | null = null) =>
  ({ name, transform: 'none', lambda: null, center: 0, scale: 1, impute, lower: null, upper: null }) as const

/** Two clusters 10 apart on the first axis and two outlier segments far up and down the second. */
const fit: ModelFit = {
  features: [axis('recency_days'), axis('monetary_value', 3)],
  distance: 'euclidean',
  fences: [{ feature: 'monetary_value', lower: -5, upper: 5 }],
  segments: [
    { kind: 'cluster', centroid: [0, 0], radius: 2 },
    { kind: 'cluster', centroid: [10, 0], radius: 2 },
    { kind: 'outlier', centroid: [0, 50], radius: 2 },
    { kind: 'outlier', centroid: [0, -50], radius: 2 }
  ],
  ranges: [
    { feature: 'recency_days', min: -2, max: 12 },
    { feature: 'monetary_value', min: -60, max: 60 }
  ]
}
const { assign, place } = prepareAssigner(Object.freeze(fit))

test('assign gives the nearest cluster, all distances, and the margin to the next of its kind', () => {
  const placement = assign([4, 3])
  expect(placement.segment).toBe(0)
  expect(placement.distance).toBe(5)
  // To (0,0): 5; to (10,0): √(36+9); to (0,50) and (0,−50): √(16 + 47²), √(16 + 53²).
  expect([...placement.distances]).toEqual([5, Math.sqrt(45), Math.sqrt(16 + 47 ** 2), Math.sqrt(16 + 53 ** 2)])
  expect(placement.margin).toBe(1 - 5 / Math.sqrt(45))
})

test('place says what assign says, but for the distances to all', () => {
  for (const raw of [
    [4, 3],
    [0, 5.001],
    [5, 0],
    [300, null],
    [-3, -60]
  ]) {
    const { distances, ...placement } = assign(raw)
    expect(place(raw)).toEqual(placement)
    expect(distances[placement.segment]).toBe(placement.distance)
  }
})

test('assign sends a customer beyond a fence to an outlier segment, however near a cluster is', () => {
  expect(assign([0, 5.001]).segment).toBe(2)
  expect(assign([0, 5]).segment).toBe(0)
  expect(assign([0, -6]).segment).toBe(3)
})

test('assign gives a tie to the earlier segment, with margin 0', () => {
  expect(assign([5, 0])).toMatchObject({ segment: 0, margin: 0 })
})

test('assign counts an absent value as the training median, and refuses one that was never absent', () => {
  expect(assign([4, null])).toEqual(assign([4, 3]))
  expect(assign([4, Number.NaN])).toEqual(assign([4, 3]))
  expect(() => assign([null, 3])).toThrow(RangeError)
  expect(() => assign([4])).toThrow('2 features are needed, got 1')
})

test('assign flags a customer beyond the training range and 1.5 radii, and only with both', () => {
  // Beyond 12 and 3.1 from the centroid, where 1.5 radii are 3.
  expect(assign([13.1, 0]).outOfDomain).toBe(true)
  expect(assign([12.5, 0]).outOfDomain).toBe(false)
  expect(assign([5, 4]).outOfDomain).toBe(false)
})

test('assign knows full certainty with a single segment, and answers for numbers of any size', () => {
  const single = prepareAssigner({ ...fit, fences: [], segments: [{ kind: 'cluster', centroid: [0, 0], radius: 1 }] })
  expect(single.assign([3, 4])).toMatchObject({ segment: 0, distance: 5, margin: 1 })
  const far = single.assign([1e308, Number.NEGATIVE_INFINITY])
  expect(far.segment).toBe(0)
  expect(Number.isFinite(far.distance)).toBe(true)
  expect(far.outOfDomain).toBe(true)
})

test('assign keeps no memory of the customer before', () => {
  const first = assign([4, 3])
  assign([9, 1])
  expect(assign([4, 3])).toEqual(first)
})

test('placeRows says of each row what placeInto says, to the last bit, in rows as in columns', () => {
  fc.assert(
    fc.property(models, (model) => {
      const assigner = prepareAssigner(fitOf(model))
      const expected = placedOneByOne(model)
      for (const runs of [rowsOf(model), columnsOf(model)]) {
        const placements = new Placements(expected.n, expected.segments)
        assigner.placeRows(placements, 0, expected.n, runs)
        expect(placements.numbers).toEqual(expected.numbers)
      }
    }),
    { numRuns: 2000 }
  )
})

test('placeRows places more rows than it holds at a time, from any row on', () => {
  const column = Float64Array.from({ length: 5000 }, (_, row) => (row * 7) % 13)
  const runs = [
    { column, start: 0, step: 2 },
    { column, start: 1, step: 2 }
  ]
  const { placeInto, placeRows } = prepareAssigner(fit)
  const expected = new Placements(2500, 0)
  for (let row = 3; row < 2500; row++) placeInto(expected, row, [column[2 * row]!, column[2 * row + 1]!])
  const placements = new Placements(2500, 0)
  placeRows(placements, 3, 2500, runs)
  expect(placements.numbers).toEqual(expected.numbers)
})

test('placeRows refuses an absent value that was never absent in training', () => {
  const runs = [
    { column: Float64Array.of(1, Number.NaN), start: 0, step: 1 },
    { column: Float64Array.of(1, 1), start: 0, step: 1 }
  ]
  expect(prepareAssigner(fit).placeRows(new Placements(2, 0), 0, 2, runs)).toBe(false)
})
