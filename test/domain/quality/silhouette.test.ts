import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { silhouettes } from '../../../src/domain/quality/silhouette.ts'
import { eightPoints, matrixOf, planted } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const euclidean = { distance: 'euclidean', seed: 1 } as const
const labeling = (labels: number[]) => ({ labels: Int32Array.from(labels), k: Math.max(...labels) + 1 })
const points = eightPoints()
const three = labeling([0, 0, 0, 1, 1, 1, 2, 2])

/** The definition, pair by pair. */
function byHand({ data, n, d }: Matrix, labels: Int32Array, k: number): number[] {
  const between = (a: number, b: number) =>
    Math.sqrt(Array.from({ length: d }, (_, j) => (data[a * d + j]! - data[b * d + j]!) ** 2).reduce((x, y) => x + y))
  return Array.from({ length: n }, (_, i) => {
    const means = Array.from({ length: k }, (_, c) => {
      const others = Array.from({ length: n }, (_, other) => other).filter(
        (other) => labels[other] === c && other !== i
      )
      return others.reduce((sum, other) => sum + between(i, other), 0) / others.length
    })
    const a = means[labels[i]!]!
    const b = Math.min(...means.filter((_, c) => c !== labels[i]))
    return Number.isNaN(a) ? 0 : Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b)
  })
}

test('silhouettes equal scikit-learn 1.2.1 silhouette_samples on eight points in three clusters', () => {
  const [result] = silhouettes(points, [three], euclidean, workshop)
  const expected = [
    0.8181818181818182, 0.7840940242890833, 0.7317540486252117, 0.9088866059489021, 0.8985102004152044,
    0.8943092632890547, 0.7872192461959701, 0.8243843760820793
  ]
  expected.forEach((value, i) => {
    expect(result!.values[i]).toBeCloseTo(value, 14)
  })
  expect(result!.mean).toBeCloseTo(0.830917, 6)
  expect(result).toMatchObject({ exact: true, sample_size: 8 })
})

test('silhouettes equal scikit-learn 1.2.1 with clusters of one, by Manhattan and by cosine distance', () => {
  const singletons = labeling([0, 0, 0, 1, 1, 1, 2, 3])
  expect(silhouettes(points, [singletons], euclidean, workshop)[0]!.mean).toBeCloseTo(0.6196931892521523, 13)
  expect(silhouettes(points, [three], { distance: 'manhattan', seed: 1 }, workshop)[0]!.mean).toBeCloseTo(
    0.8281123353843042,
    13
  )
  // One of the points is the origin, without a direction.
  expect(silhouettes(points, [three], { distance: 'cosine', seed: 1 }, workshop)[0]!.mean).toBeCloseTo(
    0.4087557112481374,
    13
  )
})

test('silhouettes of many labelings in one pass equal the definition for each', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 14 })).chain(([d, count]) =>
    fc.tuple(
      fc.integer({ min: 1, max: 1e6 }).map((seed) => planted([new Array(d).fill(0), new Array(d).fill(3)], 8, 1, seed)),
      fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 16, maxLength: 16 }), {
        minLength: count,
        maxLength: count
      })
    )
  )
  fc.assert(
    fc.property(cases, ([matrix, all]) => {
      // Every label from 0 to the largest has to be in use.
      const labelings = all.map((labels) => labeling(labels.map((label) => [...new Set(labels)].sort().indexOf(label))))
      silhouettes(matrix, labelings, euclidean, workshop).forEach(({ mean, values }, l) => {
        const { labels, k } = labelings[l]!
        expect(mean === null).toBe(k < 2)
        if (k < 2) return
        const expected = byHand(matrix, labels, k)
        expected.forEach((value, i) => {
          expect(values[i]).toBeCloseTo(value, 10)
        })
        expect(mean).toBeCloseTo(expected.reduce((a, b) => a + b) / expected.length, 10)
      })
    }),
    { numRuns: 60, seed: 1 }
  )
})

test('silhouettes are not defined for one cluster, nor for as many as rows', () => {
  const [one, each] = silhouettes(
    points,
    [labeling(new Array(8).fill(0)), labeling([0, 1, 2, 3, 4, 5, 6, 7])],
    euclidean,
    workshop
  )
  expect([one!.mean, each!.mean]).toEqual([null, null])
  expect(each!.values.every(Number.isNaN)).toBe(true)
})

test('silhouettes of identical rows in two clusters are 0', () => {
  const [result] = silhouettes(matrixOf([[1], [1], [1]]), [labeling([0, 0, 1])], euclidean, workshop)
  expect(result!.mean).toBe(0)
})

test('silhouettes of a sample lie near those of all rows, have no bias, and meet every small cluster', () => {
  const matrix = planted(
    [
      [0, 0, 0],
      [3, 0, 0],
      [0, 3, 0]
    ],
    1000,
    1.5
  )
  // A planted partition with a fourth cluster of 4 rows.
  const labels = labeling(Array.from({ length: 3000 }, (_, i) => (i < 4 ? 3 : Math.floor(i / 1000))))
  const random = createRandom(5)
  const noise = labeling(Array.from({ length: 3000 }, () => random.below(2)))
  const exact = silhouettes(matrix, [labels, noise], euclidean, workshop)
  const errors: number[] = []
  for (let seed = 0; seed < 20; seed++) {
    const sampled = silhouettes(
      matrix,
      [labels, noise],
      { ...euclidean, seed, exactRows: 100, sampledDistances: 1 },
      workshop
    )
    expect(sampled[0]).toMatchObject({ exact: false })
    // 500 rows wanted, by cell in proportion and at least one.
    expect(Math.abs(sampled[0]!.sample_size - 500)).toBeLessThan(10)
    expect([0, 1, 2, 3].some((row) => !Number.isNaN(sampled[0]!.values[row]!))).toBe(true)
    sampled[0]!.values.forEach((value, row) => {
      if (!Number.isNaN(value)) expect(value).toBeCloseTo(exact[0]!.values[row]!, 12)
    })
    errors.push(sampled[0]!.mean! - exact[0]!.mean!)
  }
  // Silhouettes here spread by about 0.2: 0.2/√500 is 0.009 a sample and 0.002 for the mean of 20.
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.04)
  expect(Math.abs(errors.reduce((a, b) => a + b) / 20)).toBeLessThan(0.008)
})
