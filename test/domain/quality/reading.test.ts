import { expect, test } from 'vitest'
import { readMetrics } from '../../../src/domain/quality/reading.ts'

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
  expect(text).toContain(
    'at least 0.70 and the whole with an adjusted Rand index of 0.90: the least stable is a pattern'
  )
  const bare = readMetrics({
    ...figures,
    silhouette: { ...figures.silhouette, value: null },
    davies_bouldin: null,
    stability: null
  })
  expect(bare.match(/\./g)?.length).toBe(1)
})
