import { expect, test } from 'vitest'
import { arrange, bySize, clusterMeans } from '../../../src/domain/clustering/arrange.ts'
import { METRICS } from '../../../src/domain/clustering/metric.ts'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { matrixOf } from '../../helpers/planted.ts'

test('arrange puts the largest cluster first, drops the empty, and gives a tie to the new first', () => {
  // 5 is as far from 0 as from 10. It counts for 0 at first, making sizes 2 and 3; afterwards for 10, now the first.
  const matrix = matrixOf([[0], [5], [10], [10.5], [9.5]])
  const { k, centroids, labels, sizes } = arrange(
    matrix,
    Float64Array.of(0, 99, 10),
    METRICS.euclidean,
    new Pace(() => false)
  )
  expect(k).toBe(2)
  expect([...centroids]).toEqual([10, 0])
  expect([...labels]).toEqual([1, 0, 0, 0, 0])
  expect([...sizes]).toEqual([4, 1])
})

test('bySize keeps the order of equal sizes', () => {
  expect(bySize([2, 5, 2, 7, 5])).toEqual([3, 1, 4, 0, 2])
})

test('clusterMeans are the means of the members', () => {
  expect([
    ...clusterMeans(
      matrixOf([
        [0, 2],
        [4, 4],
        [2, 0]
      ]),
      [0, 1, 0],
      2
    )
  ]).toEqual([1, 1, 4, 4])
})
