import { expect, test } from 'vitest'
import { cosineEngine, ML_ENGINE_MAX_CUSTOMERS, manhattanEngine } from '../../../src/domain/clustering/ml-engine.ts'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { TrainingRefused } from '../../../src/domain/clustering/refusal.ts'
import { adjustedRand } from '../../../src/domain/quality/adjusted-rand.ts'
import { matrixOf, planted } from '../../helpers/planted.ts'

const pace = new Pace(() => false)
const options = { k: 3, restarts: 5, max_iterations: 300, seed: 1 }

test('manhattanEngine finds planted groups and sums absolute differences', () => {
  const matrix = planted(
    [
      [0, 0],
      [20, 0],
      [0, 20]
    ],
    20,
    1
  )
  const { labels, loss, centroids, converged } = manhattanEngine.kmeans(matrix, options, pace)
  expect(
    adjustedRand(
      labels,
      Array.from({ length: 60 }, (_, i) => Math.floor(i / 20))
    )
  ).toBe(1)
  expect(converged).toBe(true)
  let sum = 0
  labels.forEach((c, i) => {
    for (let j = 0; j < 2; j++) sum += Math.abs(matrix.data[i * 2 + j]! - centroids[c * 2 + j]!)
  })
  expect(loss).toBeCloseTo(sum, 9)
})

test('cosineEngine groups by direction whatever the length', () => {
  const matrix = matrixOf([
    [1, 0],
    [0.98, 0.199],
    [0, 1],
    [0.199, 0.98],
    [-1, 0],
    [-0.98, -0.199]
  ])
  const { labels } = cosineEngine.kmeans(matrix, options, pace)
  expect(adjustedRand(labels, [0, 0, 1, 1, 2, 2])).toBe(1)
})

test('cosineEngine labels a row at the origin', () => {
  const { labels } = cosineEngine.kmeans(
    matrixOf([
      [0, 0],
      [1, 0],
      [0, 1]
    ]),
    { ...options, k: 2 },
    pace
  )
  expect([...labels].every((label) => label === 0 || label === 1)).toBe(true)
})

test('manhattanEngine keeps the best of its restarts and repeats itself', () => {
  const matrix = planted([[0, 0]], 80, 1)
  const many = manhattanEngine.kmeans(matrix, { ...options, k: 6, restarts: 10 }, pace)
  const losses = Array.from(
    { length: 10 },
    (_, last) => manhattanEngine.kmeans(matrix, { ...options, k: 6, restarts: last + 1 }, pace).loss
  )
  expect(losses).toEqual(losses.toSorted((a, b) => b - a))
  expect(many.loss).toBe(losses.at(-1))
  expect(manhattanEngine.kmeans(matrix, { ...options, k: 6, restarts: 10 }, pace)).toEqual(many)
})

test('manhattanEngine refuses more customers than it can hold', () => {
  const n = ML_ENGINE_MAX_CUSTOMERS + 1
  const call = () => manhattanEngine.kmeans({ data: new Float64Array(n), n, d: 1 }, options, pace)
  expect(call).toThrow(TrainingRefused)
  expect(call).toThrow(/"euclidean"/)
})
