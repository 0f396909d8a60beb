import { expect, test } from 'vitest'
import { groupOutliers } from '../../../src/domain/clustering/outlier-groups.ts'
import { Workshop } from '../../../src/domain/clustering/workshop.ts'
import { adjustedRand } from '../../../src/domain/quality/adjusted-rand.ts'
import { matrixOf, planted, trainingOptions } from '../../helpers/planted.ts'

const workshop = new Workshop(() => false)

test('groupOutliers tells the best customers from the most lapsed', () => {
  const outliers = planted(
    [
      [-1, 10, 10],
      [8, -1, -1]
    ],
    30,
    1
  )
  const { k, labels } = groupOutliers(outliers, new Int32Array(60), 5, trainingOptions(), workshop)
  expect(k).toBe(2)
  expect(
    adjustedRand(
      labels,
      Array.from({ length: 60 }, (_, i) => Math.floor(i / 30))
    )
  ).toBe(1)
})

test('groupOutliers dissolves a group that is too small into its nearest', () => {
  // Three groups, of which the third, near the second, has 3 members.
  const rows = planted(
    [
      [0, 0],
      [40, 0],
      [55, 0]
    ],
    20,
    1
  ).data.subarray(0, 43 * 2)
  const { sizes } = groupOutliers(
    { data: rows.slice(), n: 43, d: 2 },
    new Int32Array(43),
    5,
    trainingOptions(),
    workshop
  )
  expect([...sizes]).toEqual([23, 20])
})

test('groupOutliers takes more outliers than a call takes arguments', () => {
  const n = 130_000
  const alike = { data: new Float64Array(n), n, d: 1 }
  const bins = new Int32Array(n).fill(1, 10)
  expect(groupOutliers(alike, bins, 10, trainingOptions(), workshop).sizes).toEqual(Int32Array.of(n))
})

test('groupOutliers keeps outliers together that are alike, or too few to part', () => {
  expect(
    groupOutliers(
      matrixOf([
        [9, 9],
        [9, 9],
        [9, 9]
      ]),
      new Int32Array(3),
      1,
      trainingOptions(),
      workshop
    ).k
  ).toBe(1)
  expect(
    groupOutliers(
      matrixOf([
        [9, 9],
        [-9, -9]
      ]),
      new Int32Array(3),
      1,
      trainingOptions(),
      workshop
    ).k
  ).toBe(1)
  const pairs = planted(
    [
      [0, 0],
      [40, 0]
    ],
    3,
    1
  )
  expect(groupOutliers(pairs, new Int32Array(6), 4, trainingOptions(), workshop).k).toBe(1)
})

test('groupOutliers bins by the fence crossed where giants hide the difference, and merges a small bin into the nearest', () => {
  // 20 long gone on the first axis, 20 who spend, one of them without measure; the last row crosses a fence of its own.
  const rows = [
    ...Array.from({ length: 20 }, (_, i) => [3 + i / 50, 0]),
    ...Array.from({ length: 19 }, (_, i) => [0, 10 + i]),
    [0, 5000],
    [0.2, 10]
  ]
  const bins = Int32Array.from(rows, (_, i) => (i < 20 ? 1 : i < 40 ? 3 : 2))
  const { k, labels } = groupOutliers(matrixOf(rows), bins, 5, trainingOptions(), workshop)
  expect(k).toBe(2)
  expect([...labels]).toEqual(rows.map((_, i) => (i < 20 ? 1 : 0)))
})
