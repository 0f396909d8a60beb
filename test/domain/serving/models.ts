import fc from 'fast-check'
import type { ModelFit } from '../../../src/domain/records/model.ts'
import { prepareAssigner } from '../../../src/domain/serving/assign.ts'
import { Placements } from '../../../src/domain/serving/placements.ts'
import type { FeatureRun } from '../../../src/domain/serving/scale-rows.ts'

// Models at random, with customers to be placed by them in every way that there is.

const value = fc.oneof(
  fc.integer({ min: -50, max: 6000 }),
  fc.double({ min: -20, max: 20, noNaN: true }),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 4095, 4096, Number.NaN)
)
const limit = fc.option(fc.double({ min: -30, max: 30, noNaN: true }))
const feature = fc.record({
  transform: fc.constantFrom('none', 'log1p', 'yeo_johnson'),
  lambda: fc.double({ min: -2, max: 3, noNaN: true }),
  center: fc.double({ min: -5, max: 5, noNaN: true }),
  scale: fc.double({ min: 0.1, max: 5, noNaN: true }),
  impute: fc.double({ min: 0, max: 9, noNaN: true }),
  lower: limit,
  upper: limit
})
export const models = fc
  .record({ d: fc.integer({ min: 1, max: 4 }), k: fc.integer({ min: 1, max: 6 }) })
  .chain(({ d, k }) =>
    fc.record({
      features: fc.array(feature, { minLength: d, maxLength: d }),
      distance: fc.constantFrom('euclidean', 'manhattan', 'cosine'),
      fenced: fc.boolean(),
      bounds: fc.array(fc.record({ lower: fc.nat(9), upper: fc.nat(40) }), { minLength: d, maxLength: d }),
      segments: fc.array(
        fc.record({
          centroid: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: d, maxLength: d }),
          radius: fc.double({ min: 0, max: 2, noNaN: true })
        }),
        { minLength: k, maxLength: k }
      ),
      rows: fc.array(fc.array(value, { minLength: d, maxLength: d }), { minLength: 1, maxLength: 8 })
    })
  )

export type GeneratedModel = typeof models extends fc.Arbitrary<infer M> ? M : never

export function fitOf({ features, distance, fenced, bounds, segments }: GeneratedModel): ModelFit {
  const names = features.map((_, j) => `f${j}`)
  return {
    features: features.map((each, j) => ({ ...each, name: names[j] })),
    distance,
    fences: fenced ? bounds.map((each, j) => ({ ...each, feature: names[j] })) : [],
    segments: [
      ...segments.map((each) => ({ ...each, kind: 'cluster' })),
      ...(fenced ? segments.map((each) => ({ ...each, kind: 'outlier' })) : [])
    ],
    ranges: bounds.map(({ lower, upper }, j) => ({ feature: names[j], min: lower, max: upper }))
  } as ModelFit
}

/** Customers row by row in one array. */
export function rowsOf({ rows, features }: GeneratedModel): FeatureRun[] {
  const column = Float64Array.from(rows.flat())
  return features.map((_, j) => ({ column, start: j, step: features.length }))
}

export const columnsOf = ({ rows, features }: GeneratedModel): FeatureRun[] =>
  features.map((_, j) => ({ column: Float64Array.from(rows, (row) => row[j]!), start: 0, step: 1 }))

/** The customers by Assigner.placeInto, with the distances to all segments. */
export function placedOneByOne(model: GeneratedModel): Placements {
  const fit = fitOf(model)
  const { placeInto } = prepareAssigner(fit)
  const placements = new Placements(model.rows.length, fit.segments.length)
  for (const [index, row] of model.rows.entries()) placeInto(placements, index, row)
  return placements
}
