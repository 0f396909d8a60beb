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

const at = (k: number, gap: number, excess: number) => ({
  k,
  gap,
  gap_se: 0.1,
  over_uniform: excess,
  over_one_population: excess
})

test('electK counts the gap by the rule of its authors, and the most clusters that are all stable', () => {
  const hints = {
    // 2 is 0.6 below 3, more than one standard error; 3 is not below 4 less 0.1.
    evidence: {
      rows: 120,
      references: 15,
      at: [at(1, 0, 0), at(2, 0.4, 9), at(3, 1, 20), at(4, 1.05, 15), at(5, 1, 9)]
    },
    stability: new Map([
      [2, 1],
      [3, 0.99],
      [4, 0.76],
      [5, 0.5]
    ])
  }
  const votes = electK(scan(triangle, [2, 3, 4, 5]), 0, hints)?.choice.votes
  expect(votes?.slice(-2)).toEqual([
    { criterion: 'gap', k: 3 },
    { criterion: 'stability', k: 4 }
  ])
})

test('electK votes for one cluster where the gap does', () => {
  const evidence = { rows: 120, references: 15, at: [at(1, 0.5, 0), at(2, 0.4, 9)] }
  expect(electK(scan(triangle, [2, 3]), 0, { evidence })?.choice.votes).toContainEqual({ criterion: 'gap', k: 1 })
})

test('electK takes, in a crowd without clusters, the most dependable segments up to the elbow, whatever the silhouette', () => {
  const evidence = { rows: 300, references: 15, at: [at(1, 0, 0), at(2, 0, 1), at(3, 0, 1.5)] }
  const candidates = scan(planted([[0, 0]], 300, 1), [2, 3, 4, 5, 6, 7, 8])
  const elbow = electK(candidates, 0)!.choice.votes.find(({ criterion }) => criterion === 'elbow')!.k
  const choose = (...jaccards: number[]) =>
    electK(candidates, 0, { evidence, stability: new Map(jaccards.map((value, i) => [i + 2, value])) })!.choice
  expect(elbow).toBe(4)
  expect(choose(0.9, 0.9, 0.61, 0.9).k).toBe(4)
  expect(choose(0.9, 0.7, 0.5, 0.9).k).toBe(3)
  expect(choose(0.3, 0.5, 0.4, 0.9).k).toBe(3)
  expect(choose(0.9, 0.9, 0.61, 0.9).reason).toContain('The data do not prefer a number of segments')
})

const rowsOf = ({ data, n, d }: Matrix) => Array.from({ length: n }, (_, i) => [...data.subarray(i * d, (i + 1) * d)])
