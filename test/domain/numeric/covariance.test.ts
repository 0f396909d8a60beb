import { expect, test } from 'vitest'
import { covariance } from '../../../src/domain/numeric/covariance.ts'
import { matrixOf } from '../../helpers/planted.ts'

test('covariance divides by the number of rows', () => {
  const matrix = matrixOf([
    [0, 2],
    [2, 0],
    [4, 4]
  ])
  // Around (2, 2): squares 4 + 0 + 4 and 0 + 4 + 4, products 0 + 0 + 4, each by 3.
  expect([...covariance(matrix, Float64Array.of(2, 2))]).toEqual([8 / 3, 4 / 3, 4 / 3, 8 / 3])
})
