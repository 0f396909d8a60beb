import { describe, expect, it } from 'vitest'
import { kernelModule } from '../../../src/data/kernel-module.ts'
import { PreparedRows } from '../../../src/domain/clustering/wasm/prepared-rows.ts'
import { SoloCrew } from '../../../src/domain/clustering/wasm/stages.ts'
import { createMemory, Kernels } from '../../../src/domain/kernels/kernels.ts'
import type { Matrix } from '../../../src/domain/numeric/matrix.ts'
import { blobs, silhouettesByDoubleLoop } from './awkward-data.ts'

const kernels = new Kernels(kernelModule(), createMemory(2 ** 32))
const shifted = ({ data, n, d }: Matrix, by: number): Matrix => ({ data: data.map((value) => value + by), n, d })
const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)

describe('PreparedRows.silhouettes', () => {
  it('equals the double loop for every k of a sweep, to 1e-6', () => {
    for (const d of [1, 2, 3, 5, 8, 13]) {
      const matrix = blobs(700, d, 5, d)
      const rows = new PreparedRows(new SoloCrew(kernels), matrix, 3)
      const results = rows.sweep({ ks: [2, 5, 9], restarts: 3, max_iterations: 100, seed: d })
      rows.silhouettes().forEach((values, i) => {
        const { labels, k } = results[i]!
        expect(largestDifference(values, silhouettesByDoubleLoop(matrix, labels, k)), `d ${d}, k ${k}`).toBeLessThan(
          1e-6
        )
      })
    }
  })

  it('keeps its digits far from the origin', () => {
    const matrix = shifted(blobs(900, 3, 4, 2), 1e6)
    const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
    const [result] = rows.sweep({ ks: [4], restarts: 3, max_iterations: 100, seed: 1 })
    const expected = silhouettesByDoubleLoop(matrix, result!.labels, 4)
    expect(largestDifference(rows.silhouettes()[0]!, expected)).toBeLessThan(1e-6)
  })

  it('keeps its digits beside an outlier ten thousand times farther than all else', () => {
    const matrix = blobs(600, 3, 3, 4)
    matrix.data[0] = 1e5
    const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
    const labels = Int32Array.from({ length: 600 }, (_, i) => i % 3)
    rows.setLabels([{ labels, k: 3 }])
    expect(largestDifference(rows.silhouettes()[0]!, silhouettesByDoubleLoop(matrix, labels, 3))).toBeLessThan(1e-6)
  })

  it('is 0 for a cluster of one, whatever the others are', () => {
    const matrix = { data: Float64Array.of(0, 1, 2, 50), n: 4, d: 1 }
    const rows = new PreparedRows(new SoloCrew(kernels), matrix, 1)
    rows.setLabels([{ labels: Int32Array.of(0, 0, 0, 1), k: 2 }])
    // Row 0: within (1 + 2)/2 = 1.5, other 50: (50 − 1.5)/50. Row 1: within 1, other 49. Row 2: within 1.5, other 48.
    const expected = [48.5 / 50, 48 / 49, 46.5 / 48, 0]
    rows.silhouettes()[0]!.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6)
    })
  })

  it('is the same for some rows only', () => {
    const rows = new PreparedRows(new SoloCrew(kernels), blobs(1500, 4, 5, 3), 2)
    rows.sweep({ ks: [3, 5], restarts: 2, max_iterations: 100, seed: 2 })
    const chosen = Int32Array.of(7, 1499, 0, 700, 701)
    const some = rows.silhouettesOf(chosen)
    rows.silhouettes().forEach((all, i) => {
      chosen.forEach((row, at) => {
        expect(some[i]![at]).toBeCloseTo(all[row]!, 6)
      })
    })
  })
})
