import { expect, test } from 'vitest'
import { compactness } from '../../../src/domain/quality/compactness.ts'
import { eightPoints, matrixOf } from '../../helpers/planted.ts'

const points = eightPoints()

test('compactness equals scikit-learn 1.2.1 on eight points in three clusters', () => {
  const { inertia, davies_bouldin, calinski_harabasz, explained_ss } = compactness(points, [0, 0, 0, 1, 1, 1, 2, 2], 3)
  expect(inertia).toBeCloseTo(3.166667, 6)
  expect(davies_bouldin).toBeCloseTo(0.18231992371410075, 13)
  expect(calinski_harabasz).toBeCloseTo(270.55921052631584, 10)
  // CH = (B/2)/(W/5), so B = 270.559 · 2 · W / 5 and B/(B + W) follows.
  expect(explained_ss).toBeCloseTo((270.55921052631584 * 0.4) / (270.55921052631584 * 0.4 + 1), 12)
})

test('compactness equals scikit-learn 1.2.1 with clusters of one', () => {
  const { davies_bouldin, calinski_harabasz } = compactness(points, [0, 0, 0, 1, 1, 1, 2, 3], 4)
  expect(davies_bouldin).toBeCloseTo(0.12182613329490485, 13)
  expect(calinski_harabasz).toBeCloseTo(171.60416666666669, 10)
})

test('compactness is not defined for one cluster, nor for as many as rows', () => {
  expect(compactness(points, new Int32Array(8), 1)).toMatchObject({
    davies_bouldin: null,
    calinski_harabasz: null,
    explained_ss: 0
  })
  expect(compactness(points, [0, 1, 2, 3, 4, 5, 6, 7], 8)).toMatchObject({
    inertia: 0,
    davies_bouldin: null,
    explained_ss: 1
  })
})

test('compactness of clusters without extent is scikit-learn’s: Davies-Bouldin 0, Calinski-Harabasz 1', () => {
  expect(compactness(matrixOf([[0], [0], [5]]), [0, 0, 1], 2)).toMatchObject({
    davies_bouldin: 0,
    calinski_harabasz: 1
  })
})
