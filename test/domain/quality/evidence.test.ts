import { describe, expect, test } from 'vitest'
import { prepareTraining } from '../../../src/domain/clustering/prepare.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { gatherEvidence } from '../../../src/domain/quality/evidence.ts'
import { hasClusters } from '../../../src/domain/quality/structure.ts'
import {
  correlatedGaussian,
  gaussianGroups,
  lognormals,
  oneGaussian,
  ordersShaped,
  uniformNoise
} from '../../helpers/crowds.ts'
import { onlineRetail, onlineRetailRfm } from '../../helpers/online-retail.ts'
import { columnsOf, matrixOf, planted, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const KS = [2, 3, 4, 5, 6, 7, 8, 9, 10]
/** As in a training: standardised. */
const scaled = (matrix: Matrix, transform: 'none' | 'auto' = 'none') =>
  prepareTraining(columnsOf(matrix), trainingOptions({ transform }), workshop).matrix
const evidenceOf = (matrix: Matrix, seed = 1) =>
  gatherEvidence(scaled(matrix), KS, { distance: 'euclidean', seed }, workshop)

test('gatherEvidence has for one cluster the gap between box and data, and no standing', () => {
  // Four times as wide as high, so that its principal axes are those of the features.
  const wide = uniformNoise(500, 2, createRandom(1))
  for (let at = 0; at < wide.data.length; at += 2) wide.data[at]! *= 4
  const evidence = gatherEvidence(wide, KS, { distance: 'euclidean', seed: 1 }, workshop)!
  expect(evidence.at.map(({ k }) => k)).toEqual([1, ...KS])
  expect(evidence.at[0]).toMatchObject({ over_uniform: 0, over_one_population: 0 })
  // Uniform data in their own box: the reference is the data's own distribution, so the gap is 0 but for chance.
  for (const { gap } of evidence.at) expect(Math.abs(gap)).toBeLessThan(0.15)
})

test('gatherEvidence gives the same for the same seed, and nothing for too few or too equal rows', () => {
  const crowd = gaussianGroups(300, 3, 5, createRandom(1))
  expect(evidenceOf(crowd)).toEqual(evidenceOf(crowd))
  expect(evidenceOf(planted([[0, 0]], 19, 1))).toBeUndefined()
  const two = matrixOf(Array.from({ length: 60 }, (_, i) => [i % 2, 0]))
  expect(gatherEvidence(two, KS, { distance: 'euclidean', seed: 1 }, workshop)).toBeUndefined()
})

// benchmarks/structure.mjs measures the rates; here each crowd is drawn a few times.
test.each<[string, (seed: number) => Matrix]>([
  ['uniform noise', (seed) => uniformNoise(800, 3, createRandom(seed))],
  ['one Gaussian', (seed) => oneGaussian(800, 3, createRandom(seed))],
  ['one correlated Gaussian', (seed) => correlatedGaussian(800, createRandom(seed))],
  ['correlated lognormals', (seed) => lognormals(800, createRandom(seed))],
  ['independent features shaped like orders', (seed) => ordersShaped(800, createRandom(seed))]
])('hasClusters is false for %s', (_, crowd) => {
  for (const seed of [1, 2, 3]) expect(hasClusters(evidenceOf(crowd(seed), seed))).toBe(false)
})

test.each([3, 4, 5, 6, 7, 8])('hasClusters sees %i groups that lie four deviations apart', (k) => {
  for (const seed of [1, 2]) {
    expect(hasClusters(evidenceOf(gaussianGroups(800, k, 4, createRandom(seed, k)), seed))).toBe(true)
  }
})

test('hasClusters sees two groups apart in one feature of three', () => {
  const random = createRandom(4)
  const crowd = oneGaussian(600, 3, random)
  for (let i = 0; i < 300; i++) crowd.data[3 * i]! += 5
  expect(hasClusters(evidenceOf(crowd))).toBe(true)
})

describe.skipIf(onlineRetail === undefined)('hasClusters on the shared Online Retail data', () => {
  // Recency, frequency and money of these customers are one skewed, correlated crowd with whales.
  test.each(['none', 'auto'] as const)('is false with transform %s', (transform) => {
    const { matrix } = prepareTraining(onlineRetailRfm(onlineRetail!), trainingOptions({ transform }), workshop)
    expect(hasClusters(gatherEvidence(matrix, KS, { distance: 'euclidean', seed: 42 }, workshop))).toBe(false)
  })
})
