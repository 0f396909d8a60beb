import { expect, test } from 'vitest'
import { arrange } from '../../../src/domain/clustering/arrange.ts'
import { dissolveTiny } from '../../../src/domain/clustering/dissolve-tiny.ts'
import { METRICS } from '../../../src/domain/clustering/metric.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import { matrixOf, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const line = matrixOf([[0], [1], [2], [10], [11], [12], [1000]])
const clustering = arrange(line, Float64Array.of(1, 11, 1000), METRICS.euclidean, workshop)

test('dissolveTiny sends the rows of a tiny cluster to the nearest of the others', () => {
  const found = dissolveTiny(line, clustering, 2, trainingOptions(), workshop)
  // Sizes 3 and 4: ordered by size, the cluster around 11 comes first, its mean taken without the 1000.
  expect([...found!.clustering.centroids]).toEqual([11, 1])
  expect([...found!.clustering.labels]).toEqual([1, 1, 1, 0, 0, 0, 0])
})

test('dissolveTiny leaves a clustering without tiny clusters as it is', () => {
  expect(dissolveTiny(line, clustering, 1, trainingOptions(), workshop)?.clustering).toEqual(clustering)
})

test('dissolveTiny gives nothing where every cluster is tiny', () => {
  expect(dissolveTiny(line, clustering, 4, trainingOptions(), workshop)).toBeUndefined()
})
