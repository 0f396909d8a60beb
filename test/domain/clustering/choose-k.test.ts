import { expect, test } from 'vitest'
import { electK, leastUneven } from '../../../src/domain/clustering/choose-k.ts'
import { smallestShare, sweep } from '../../../src/domain/clustering/sweep.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { matrixOf, planted, trainingOptions } from '../../helpers/planted.ts'

const scan = (matrix: Matrix, ks: number[]) => sweep(matrix, ks, trainingOptions(), () => {}, new Workshop(() => false))
const triangle = planted(
  [
    [0, 0],
    [10, 0],
    [5, 9]
  ],
  40,
  1
)

test('electK finds the number of planted groups, by every criterion', () => {
  const elected = electK(scan(triangle, [2, 3, 4, 5, 6]), 0.01)
  expect(elected?.choice.k).toBe(3)
  expect(elected?.choice.votes).toEqual([
    { criterion: 'silhouette', k: 3 },
    { criterion: 'davies_bouldin', k: 3 },
    { criterion: 'calinski_harabasz', k: 3 },
    { criterion: 'elbow', k: 3 }
  ])
  expect(elected?.choice.reason).toMatch(
    /^3 is preferred by the silhouette, .*\(silhouette 0\.\d{3}, .*33 % of the customers\)\.$/
  )
})

test('electK leaves out clusterings with a segment below the minimum share, and says so', () => {
  // Two groups of 50 and one far customer, which is a cluster of its own at every k above 2.
  const matrix = matrixOf([
    ...rowsOf(
      planted(
        [
          [0, 0],
          [10, 0]
        ],
        50,
        1
      )
    ),
    [500, 500]
  ])
  const candidates = scan(matrix, [2, 3])
  expect(candidates.map(smallestShare)).toEqual([1 / 101, 1 / 101])
  expect(electK(candidates, 0.02)).toBeUndefined()
  expect(electK(scan(triangle, [2, 3, 20]), 0.3)?.choice.reason).toContain('1 of 3 values of k were left out')
})

test('electK casts no elbow vote for the ends of the range', () => {
  expect(electK(scan(triangle, [2, 3]), 0)?.choice.votes.map(({ criterion }) => criterion)).not.toContain('elbow')
})

test('leastUneven takes the clustering whose smallest segment is largest', () => {
  const candidates = scan(triangle, [2, 3, 9])
  const { candidate, choice } = leastUneven(candidates, 0.9)
  expect(smallestShare(candidate)).toBe(Math.max(...candidates.map(smallestShare)))
  expect(choice.k).toBe(candidate.k)
  expect(choice.reason).toContain('90 %')
})

const rowsOf = ({ data, n, d }: Matrix) => Array.from({ length: n }, (_, i) => [...data.subarray(i * d, (i + 1) * d)])
