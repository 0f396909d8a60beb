import { expect, test } from 'vitest'
import { columnMoments, countDistinctRows, takeRows } from '../../../src/domain/numeric/matrix.ts'
import { matrixOf } from '../../helpers/planted.ts'

test('columnMoments means and mean population variance', () => {
  // Column variances 1 and 4.
  const { means, meanVariance } = columnMoments(
    matrixOf([
      [1, 2],
      [3, 6]
    ])
  )
  expect([...means]).toEqual([2, 4])
  expect(meanVariance).toBe(2.5)
})

test('countDistinctRows counts equal rows once and stops at the limit', () => {
  const matrix = matrixOf([
    [1, 2],
    [1, 2],
    [2, 1],
    [1, 2],
    [3, 3]
  ])
  expect(countDistinctRows(matrix, 10)).toBe(3)
  expect(countDistinctRows(matrix, 2)).toBe(2)
})

test('takeRows takes rows in the order given, also repeatedly', () => {
  expect([
    ...takeRows(
      matrixOf([
        [1, 2],
        [3, 4]
      ]),
      [1, 0, 1]
    ).data
  ]).toEqual([3, 4, 1, 2, 3, 4])
})
