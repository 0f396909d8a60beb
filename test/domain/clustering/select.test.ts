import { expect, test } from 'vitest'
import { selectClustering } from '../../../src/domain/clustering/select.ts'
import { sweep } from '../../../src/domain/clustering/sweep.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import { type Matrix, takeRows } from '../../../src/domain/numeric/matrix.ts'
import { planted, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)
const select = (matrix: Matrix, ks: number[], changes: Parameters<typeof trainingOptions>[0]) => {
  const options = trainingOptions(changes)
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
