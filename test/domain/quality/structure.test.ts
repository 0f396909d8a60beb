import { expect, test } from 'vitest'
import type { Evidence } from '../../../src/domain/quality/evidence.ts'
import { clearestK, hasClusters, structureVerdict } from '../../../src/domain/quality/structure.ts'

const evidence = (...standings: [number, number][]): Evidence => ({
  rows: 800,
  references: 15,
  at: [[0, 0], ...standings].map(([uniform, population], index) => ({
    k: index + 1,
    gap: 0,
    gap_se: 0.02,
    over_uniform: uniform!,
    over_one_population: population!
  }))
})
const clustered = evidence([2, 4], [8, 9], [20, 1])
const crowd = evidence([2, 4], [2.9, 4.9], [20, 1])

test('clearestK takes the k where what is asked is passed most often over', () => {
  // 8 against both of the 3 that are asked.
  expect(clearestK(clustered)).toEqual({ k: 3, passes: 8 / 3 })
  expect([hasClusters(clustered), hasClusters(crowd), hasClusters(undefined)]).toEqual([true, false, undefined])
})

// Kaufman & Rousseeuw: 0.71–1 strong, 0.51–0.70 reasonable, 0.26–0.50 weak, 0.25 and below none.
test.each([
  [0.83, 'strong'],
  [0.7, 'reasonable'],
  [0.51, 'reasonable'],
  [0.5, 'weak'],
  [0.26, 'weak'],
  [0.25, 'none'],
  [-0.4, 'none'],
  [null, 'none']
])('structureVerdict of %s alone is %s', (silhouette, verdict) => {
  expect(structureVerdict(silhouette, undefined, null).verdict).toBe(verdict)
})

test('hasClusters asks 3 of both references, or 5 of the population alone', () => {
  expect(hasClusters(evidence([3.1, 3.1]))).toBe(true)
  expect(hasClusters(evidence([-4, 5.1]))).toBe(true)
  expect(hasClusters(evidence([-4, 4.9], [9, 2.9]))).toBe(false)
})

test('structureVerdict is none where chance does as well, whatever the silhouette', () => {
  const { verdict, reason } = structureVerdict(0.9, crowd, [1, 1])
  expect(verdict).toBe('none')
  expect(reason).toContain('slices of one population: useful for targeting, not discoveries')
  expect(reason).toContain('2.9 against an even spread, at k = 3')
})

test('structureVerdict never doubts that there are clusters where both references are beaten', () => {
  expect(structureVerdict(0.9, clustered, [0.5]).verdict).toBe('strong')
  expect(structureVerdict(0.4, clustered, [0.9, 0.8]).verdict).toBe('weak')
  expect(structureVerdict(0.2, clustered, [0.9, 0.9]).verdict).toBe('weak')
})

test('structureVerdict is one band better where every segment is highly stable, and says so', () => {
  const { verdict, reason } = structureVerdict(0.4, clustered, [0.9, 0.85])
  expect(verdict).toBe('reasonable')
  expect(reason).toContain('every segment comes back')
})
