import { describe, expect, it } from 'vitest'
import { kernelModule } from '../../../src/data/kernel-module.ts'
import { lloydEngine } from '../../../src/domain/clustering/lloyd.ts'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { TrainingCancelled } from '../../../src/domain/clustering/refusal.ts'
import { PreparedRows } from '../../../src/domain/clustering/wasm/prepared-rows.ts'
import { SoloCrew } from '../../../src/domain/clustering/wasm/stages.ts'
import { wasmEngine } from '../../../src/domain/clustering/wasm-engine.ts'
import { createMemory, Kernels } from '../../../src/domain/kernels/kernels.ts'
import { awkwardData, blobs, nearestByBruteForce } from './awkward-data.ts'

const kernels = new Kernels(kernelModule(), createMemory(2 ** 32))
const pace = () => new Pace(() => false)
const engine = wasmEngine(new SoloCrew(kernels), lloydEngine)

const DATA_SETS = 1000
const ITERATIONS = [1, 2, 5, 300]

describe('PreparedRows.label', () => {
  it('labels by any centroids as a float64 scan does, equal ones among them, in whatever order', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { matrix, start } = awkwardData(seed)
      const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
      const turned = start.slice()
      for (let at = 0; at < start.length; at += matrix.d) {
        turned.set(start.subarray(at, at + matrix.d), start.length - at - matrix.d)
      }
      for (const centroids of [start, turned]) {
        expect(rows.label(centroids), `labels of data set ${seed}`).toEqual(nearestByBruteForce(matrix, centroids))
      }
    }
  })
})

describe('PreparedRows.sweep', () => {
  it(`labels as a float64 scan does on ${DATA_SETS} awkward data sets, and adds up the same inertia`, () => {
    for (let seed = 0; seed < DATA_SETS; seed++) {
      const { matrix, k, start } = awkwardData(seed)
      const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
      const max_iterations = ITERATIONS[seed % ITERATIONS.length]!
      const [result] = rows.sweep({ ks: [k], restarts: 1, max_iterations, seed, start, settle: seed % 2 === 0 })
      expect(result!.labels, `labels of data set ${seed}`).toEqual(nearestByBruteForce(matrix, result!.centroids))

      let loss = 0
      let squares = 0
      matrix.data.forEach((value, at) => {
        const j = at % matrix.d
        const centroid = result!.centroids[result!.labels[(at - j) / matrix.d]! * matrix.d + j]!
        loss += (value - centroid) ** 2
        squares += value ** 2
      })
      // An inertia of rounding errors only, on rows that sit on their centroids, is worth no digits.
      expect(Math.abs(result!.loss - loss), `loss of data set ${seed}`).toBeLessThanOrEqual(
        1e-9 * loss + 1e-26 * squares
      )
    }
  })

  it('takes every number of features and of clusters', () => {
    for (let size = 1; size <= 50; size++) {
      const matrix = blobs(300, size, 7, size)
      const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
      const [result] = rows.sweep({ ks: [size], restarts: 1, max_iterations: 20, seed: size })
      expect(result!.labels, `${size}`).toEqual(nearestByBruteForce(matrix, result!.centroids))
      expect(result!.sizes.every((members) => members > 0)).toBe(true)
    }
  })

  it('returns centroids that are the means of their members when it converged', () => {
    const matrix = blobs(5000, 6, 5, 1)
    const [result] = new PreparedRows(new SoloCrew(kernels), matrix, 1).sweep({
      ...{ ks: [5], restarts: 4, max_iterations: 300, seed: 2 }
    })
    expect(result!.converged).toBe(true)
    const sums = new Float64Array(5 * 6)
    result!.labels.forEach((label, i) => {
      for (let j = 0; j < 6; j++) sums[label * 6 + j]! += matrix.data[i * 6 + j]!
    })
    result!.centroids.forEach((value, at) => {
      expect(value).toBeCloseTo(sums[at]! / result!.sizes[Math.floor(at / 6)]!, 12)
    })
  })

  it('counts a weighted row as so many equal rows', () => {
    const matrix = blobs(400, 3, 4, 5)
    const weights = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 4))
    const repeated = Array.from(weights).flatMap((weight, i) =>
      Array.from({ length: weight }, () => Array.from(matrix.data.subarray(i * 3, i * 3 + 3)))
    )
    const data = Float64Array.from(repeated.flat())
    const options = { ks: [4], restarts: 1, max_iterations: 100, seed: 1, start: matrix.data.slice(0, 12) }
    const [weighted] = new PreparedRows(new SoloCrew(kernels), matrix, 1, weights).sweep(options)
    const [plain] = new PreparedRows(new SoloCrew(kernels), { data, n: repeated.length, d: 3 }, 1).sweep(options)
    weighted!.centroids.forEach((value, at) => {
      expect(value).toBeCloseTo(plain!.centroids[at]!, 10)
    })
    expect(weighted!.loss).toBeCloseTo(plain!.loss, 8)
  })

  it('finds the best of the restarts for each k, and no better with fewer', () => {
    const rows = new PreparedRows(new SoloCrew(kernels), blobs(2000, 4, 8, 3), 3)
    const options = { ks: [3, 8, 5], max_iterations: 300, seed: 4 }
    const one = rows.sweep({ ...options, restarts: 1 })
    const ten = rows.sweep({ ...options, restarts: 10 })
    expect(ten.map(({ k }) => k)).toEqual([3, 8, 5])
    ten.forEach((result, i) => {
      expect(result.loss).toBeLessThanOrEqual(one[i]!.loss)
    })
  })
})

describe('PreparedRows.sweep of many rows, by coarse ones first', () => {
  it.each([
    [blobs(20_000, 3, 6, 1), undefined],
    [blobs(17_001, 8, 6, 2), undefined],
    [blobs(18_000, 2, 6, 3), Float64Array.from({ length: 18_000 }, (_, i) => 1 + (i % 3))],
    [{ data: new Float64Array(40_000).fill(7), n: 20_000, d: 2 }, undefined]
  ])('labels as a float64 scan does, case %#', (matrix, weights) => {
    const rows = new PreparedRows(new SoloCrew(kernels), matrix, 2, weights)
    for (const { labels, centroids } of rows.sweep({ ks: [4, 9], restarts: 3, max_iterations: 300, seed: 5 })) {
      expect(labels).toEqual(nearestByBruteForce(matrix, centroids))
    }
  })

  it('asks as many iterations of all rows as are left to it', () => {
    const rows = new PreparedRows(new SoloCrew(kernels), blobs(20_000, 3, 6, 1), 1)
    const [result] = rows.sweep({ ks: [12], restarts: 1, max_iterations: 2, seed: 5, settle: false })
    expect(result!.iterations).toBe(2)
    expect(result!.converged).toBe(false)
  })

  it('ends where the plain engine ends, which knows no coarse rows: with clusters, and with few rows far away that one block holds all of', () => {
    const far = blobs(20_000, 3, 1, 4)
    // Four groups of five on one line, 300 to 1,200 from all others.
    for (let at = 0; at < 60; at++) far.data[at]! += 300 * (1 + Math.floor(at / 15))
    for (const matrix of [far, blobs(20_000, 3, 6, 1)]) {
      const options = { k: 6, restarts: 10, max_iterations: 300, seed: 5 }
      const { loss } = lloydEngine.kmeans(matrix, options, pace())
      expect(engine.kmeans(matrix, options, pace()).loss).toBeLessThan(1.001 * loss)
    }
  })
})

describe('wasmEngine', () => {
  it('goes the way of the plain engine from the same start', () => {
    for (let seed = 0; seed < 40; seed++) {
      const matrix = blobs(200 + 40 * seed, 1 + (seed % 9), 6, seed)
      const start = matrix.data.slice(0, 6 * matrix.d)
      const options = { k: 6, restarts: 1, max_iterations: 300, seed, start }
      const ours = engine.kmeans(matrix, options, pace())
      const plain = lloydEngine.kmeans(matrix, options, pace())
      expect(ours.labels, `labels of data set ${seed}`).toEqual(plain.labels)
      expect(ours.loss).toBeCloseTo(plain.loss, 8)
      expect(ours.converged).toBe(plain.converged)
    }
  })

  it('fills empty clusters: as many clusters as rows leave no distance', () => {
    const matrix = blobs(40, 2, 40, 8)
    const start = new Float64Array(80).fill(3)
    const result = engine.kmeans(matrix, { k: 40, restarts: 1, max_iterations: 300, seed: 1, start }, pace())
    expect(new Set(result.labels).size).toBe(40)
    expect(result.loss).toBeCloseTo(0, 20)
  })

  it('starts at random rows when asked', () => {
    const matrix = blobs(3000, 3, 3, 9)
    const options = { k: 3, restarts: 5, max_iterations: 300, seed: 1, start: 'random' as const }
    const ours = engine.kmeans(matrix, options, pace())
    expect(ours.loss).toBeCloseTo(lloydEngine.kmeans(matrix, options, pace()).loss, 6)
  })

  it('leaves what the kernels cannot take to the other engine', () => {
    const matrix = blobs(120, 51, 3, 2)
    const options = { k: 3, restarts: 2, max_iterations: 50, seed: 6 }
    expect(engine.kmeans(matrix, options, pace())).toEqual(lloydEngine.kmeans(matrix, options, pace()))
  })

  it('stops when the training is cancelled', () => {
    const options = { k: 5, restarts: 3, max_iterations: 50, seed: 6 }
    expect(() => engine.kmeans(blobs(5000, 3, 5, 1), options, new Pace(() => true))).toThrow(TrainingCancelled)
  })

  it.each([
    ['the kernels', engine],
    ['the plain engine', lloydEngine]
  ])('prefers starts whose clusters have min_size rows, by %s', (_, each) => {
    // 20 at 0, 20 at 4, 3 at 20. By loss the three stand alone: 20 · 20 / 40 · 4² = 160. Starts at 0 and 4 end with them at
    // 4, around 140 / 23: 20 · 3 / 23 · 16² = 667.8, and nobody is nearer to 0 than before.
    const data = Float64Array.from({ length: 43 }, (_, i) => (i < 20 ? 0 : i < 40 ? 4 : 20))
    const options = { k: 2, restarts: 20, max_iterations: 300, seed: 3, start: 'random' as const }
    const held = (min_size: number) => each.kmeans({ data, n: 43, d: 1 }, { ...options, min_size }, pace())
    expect(held(0).loss).toBeCloseTo(160, 10)
    expect(held(4).loss).toBeCloseTo((20 * 3 * 16 ** 2) / 23, 10)
    // None has clusters of 22: the lowest loss stands.
    expect(held(22).loss).toBeCloseTo(160, 10)
  })
})
