import { expect, test } from 'vitest'
import { selectClustering } from '../../../src/domain/clustering/select.ts'
import { sweep } from '../../../src/domain/clustering/sweep.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import { type Matrix, takeRows } from '../../../src/domain/numeric/matrix.ts'
import { planted, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const select = (matrix: Matrix, ks: number[], changes: Parameters<typeof trainingOptions>[0], minSize = 0) => {
  const options = { ...trainingOptions(changes), minSize }
  return selectClustering(
    matrix,
    sweep(matrix, ks, options, () => {}, workshop),
    options,
    workshop
  )
}

// Two groups of 100 and one customer so far away that every k gives it a cluster of its own.
const groups = planted(
  [
    [0, 0],
    [10, 0],
    [900, 900]
  ],
  100,
  1
)
const withGiant = takeRows(
  groups,
  Array.from({ length: 201 }, (_, i) => i)
)

test('selectClustering dissolves tiny clusters where every k has one', () => {
  const { candidate, choice, limitations } = select(withGiant, [2, 3, 4], {
    k: { min: 2, max: 4 },
    min_segment_share: 0.05
  })
  expect(choice.k).toBe(2)
  // The giant joins the nearer group, the one at (10, 0), without drawing its centroid away.
  expect([...candidate.clustering.sizes]).toEqual([101, 100])
  expect(choice.reason).toMatch(/^With no k from 2 to 4 does every segment hold 5 % of the customers/)
  expect(candidate.clustering.centroids[0]!).toBeCloseTo(10, 0)
  expect(limitations[0]).toContain('formed without them')
})

test('selectClustering takes the least uneven k where dissolving leaves too few', () => {
  const { choice, limitations } = select(withGiant, [3], { k: { min: 3, max: 3 }, min_segment_share: 0.05 })
  expect(choice.reason).toContain('With no k did every segment hold 5 %')
  expect(limitations[0]).toContain('The smallest segment holds 1 of 201')
})

test('selectClustering leaves a given k alone and warns of a tiny segment', () => {
  const { choice, limitations } = select(withGiant, [3], { k: 3, min_segment_share: 0.05 })
  expect(choice).toEqual({ k: 3, reason: 'k = 3 was given.', votes: [] })
  expect(limitations).toHaveLength(1)
})

// Groups of 100, 40 and 12: at k = 3 each is a cluster of its own.
const uneven = takeRows(
  planted(
    [
      [0, 0],
      [30, 0],
      [34, 3]
    ],
    100,
    1
  ),
  Array.from({ length: 152 }, (_, i) => (i < 100 ? i : i < 140 ? i : i + 60))
)
const sizesOf = (selection: ReturnType<typeof select>) => [...selection.candidate.clustering.sizes]

test('selectClustering honours a least size at a given k', () => {
  expect(sizesOf(select(uneven, [3], { k: 3 }))).toEqual([100, 40, 12])
  const asked = select(uneven, [3], { k: 3, min_segment_size: 20 }, 20)
  // The 12 are nearest to the 40.
  expect(sizesOf(asked)).toEqual([100, 52])
  expect(asked.choice.k).toBe(2)
  expect(asked.choice.reason).toMatch(/^k = 3 was given, but only 2 of the segments had at least 20 customers/)
  expect(asked.limitations).toEqual(['3 segments were asked for, but only 2 have at least 20 customers.'])
})

test('selectClustering honours a least size over a range, also below its least k', () => {
  const asked = select(uneven, [3], { k: { min: 3, max: 3 }, min_segment_size: 20 }, 20)
  expect(sizesOf(asked)).toEqual([100, 52])
  // 52 are too few: what is left is one.
  const one = select(uneven, [2], { k: { min: 2, max: 2 }, min_segment_size: 60 }, 60)
  expect(sizesOf(one)).toEqual([152])
  expect(one.choice.reason).toContain('No two segments of at least 60 customers')
  // The share asks for more than any cluster has, the size for less.
  const both = select(uneven, [3], { k: { min: 3, max: 3 }, min_segment_size: 20, min_segment_share: 0.5 }, 20)
  expect(sizesOf(both).every((size) => size >= 20)).toBe(true)
  expect(both.candidate.clustering.k).toBe(2)
})
