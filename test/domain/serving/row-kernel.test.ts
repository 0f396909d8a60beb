import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placingModule } from '../../../src/data/kernel-module.ts'
import { prepareAssigner } from '../../../src/domain/serving/assign.ts'
import { Placements } from '../../../src/domain/serving/placements.ts'
import { RowKernel } from '../../../src/domain/serving/row-kernel.ts'
import { columnsOf, fitOf, models, placedOneByOne, rowsOf } from './models.ts'

/** One for all tests, as for all requests: it must not keep anything of the model before. */
const kernel = new RowKernel(placingModule())

test('placeRows says of each row what an Assigner says, to the last bit, with and without the distances to all', () => {
  fc.assert(
    fc.property(models, (generated) => {
      const model = { ...generated, distance: 'euclidean' as const }
      const fit = fitOf(model)
      const expected = placedOneByOne(model)
      for (const runs of [rowsOf(model), columnsOf(model)]) {
        const all = new Placements(expected.n, expected.segments)
        kernel.placeRows(fit, all, 0, expected.n, runs)
        expect(all.numbers).toEqual(expected.numbers)
        const own = new Placements(expected.n, 0)
        kernel.placeRows(fit, own, 0, expected.n, runs)
        for (let row = 0; row < expected.n; row++) {
          const of = ({ numbers, width }: Placements) => numbers.subarray(row * width, row * width + 4)
          expect(of(own)).toEqual(of(expected))
        }
      }
    }),
    { numRuns: 500 }
  )
})

test('placeRows places more rows than it holds at a time, from any row on, of the largest models that it takes', () => {
  // Numbers of a linear congruential generator.
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const features = Array.from({ length: 50 }, (_, j) => ({
    ...{
      name: `f${j}`,
      transform: j % 2 === 0 ? ('none' as const) : ('log1p' as const),
      lambda: null,
      center: 0.5,
      scale: 2
    },
    ...{ impute: null, lower: null, upper: null }
  }))
  const segments = Array.from({ length: 64 }, () => ({
    kind: 'cluster' as const,
    centroid: features.map(next),
    radius: 0.5
  }))
  const ranges = features.map(({ name }) => ({ feature: name, min: 0, max: 0.99 }))
  const fit = { features, segments, ranges, distance: 'euclidean' as const, fences: [] }
  const column = Float64Array.from({ length: 1501 * 50 }, next)
  const runs = features.map((_, j) => ({ column, start: j, step: 50 }))
  const [expected, placements] = [new Placements(1501, 64), new Placements(1501, 64)]
  prepareAssigner(fit).placeRows(expected, 3, 1501, runs)
  kernel.placeRows(fit, placements, 3, 1501, runs)
  expect(kernel.takes(fit)).toBe(true)
  expect(placements.numbers).toEqual(expected.numbers)
})

test('placeRows gives a tie to the earlier segment, as an Assigner does', () => {
  const axis = { transform: 'none' as const, lambda: null, center: 0, scale: 1, impute: null, lower: null, upper: null }
  const corners = [0, 10].flatMap((x) => [0, 10].map((y) => [x, y]))
  const fit = {
    features: ['x', 'y'].map((name) => ({ ...axis, name })),
    segments: corners.map((centroid) => ({ kind: 'cluster' as const, centroid, radius: 1 })),
    ...{ ranges: [], fences: [], distance: 'euclidean' as const }
  }
  // Every whole point of the square: those in the middle of a side are as far from one corner as from another.
  const column = Float64Array.from({ length: 242 }, (_, at) => (at % 2 === 0 ? Math.floor(at / 22) : (at >> 1) % 11))
  const runs = [0, 1].map((start) => ({ column, start, step: 2 }))
  const [expected, placements] = [new Placements(121, 4), new Placements(121, 4)]
  prepareAssigner(fit).placeRows(expected, 0, 121, runs)
  kernel.placeRows(fit, placements, 0, 121, runs)
  expect(placements.numbers).toEqual(expected.numbers)
  // At (5, 5) all four are as far; at (5, 10) the second and the last.
  expect([placements.segment(60), placements.margin(60), placements.segment(65)]).toEqual([0, 0, 1])
})

test('takes Euclidean models of up to 64 segments and 50 features', () => {
  const model = (segments: number, features: number, distance: 'euclidean' | 'cosine') =>
    ({ segments: Array(segments), features: Array(features), distance }) as Parameters<typeof kernel.takes>[0]
  expect(kernel.takes(model(64, 50, 'euclidean'))).toBe(true)
  expect(kernel.takes(model(65, 50, 'euclidean'))).toBe(false)
  expect(kernel.takes(model(64, 51, 'euclidean'))).toBe(false)
  expect(kernel.takes(model(2, 2, 'cosine'))).toBe(false)
})

test('placeRows refuses an absent value that was never absent in training, and goes on with the next', () => {
  const [model] = fc.sample(models, { numRuns: 1, seed: 1 })
  const fit = fitOf({
    ...model!,
    distance: 'euclidean',
    features: model!.features.map((each) => ({ ...each, impute: null as never }))
  })
  const runs = fit.features.map(() => ({ column: Float64Array.of(1, Number.NaN), start: 0, step: 1 }))
  expect(kernel.placeRows(fit, new Placements(2, 0), 0, 2, runs)).toBe(false)
  const [expected, placements] = [new Placements(1, 0), new Placements(1, 0)]
  prepareAssigner(fit).placeRows(expected, 0, 1, runs)
  kernel.placeRows(fit, placements, 0, 1, runs)
  expect(placements.numbers).toEqual(expected.numbers)
})
