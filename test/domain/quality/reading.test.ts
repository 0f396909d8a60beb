import { expect, test } from 'vitest'
import { readMetrics, structureVerdict } from '../../../src/domain/quality/reading.ts'

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
])('structureVerdict of %s is %s', (silhouette, verdict) => {
  expect(structureVerdict(silhouette).verdict).toBe(verdict)
})

test('readMetrics puts the figures into sentences and leaves out what is not defined', () => {
  const figures = {
    k: 4,
    explained_ss: 0.685,
    silhouette: { value: 0.616, variant: 'euclidean', exact: true, sample_size: 4338 },
    davies_bouldin: 0.753,
    stability: { ari_mean: 0.9, jaccard: [0.97, 0.7], resamples: 20 }
  } as const
  const text = readMetrics({ ...figures, stability: { ...figures.stability, jaccard: [0.97, 0.7] } })
  expect(text).toContain('69 %')
  expect(text).toContain('0.62')
  expect(text).toContain('at least 0.70: the least stable is a pattern')
  const bare = readMetrics({
    ...figures,
    silhouette: { ...figures.silhouette, value: null },
    davies_bouldin: null,
    stability: null
  })
  expect(bare.match(/\./g)?.length).toBe(1)
})
