import { afterAll, describe, expect, it } from 'vitest'
import { kernelModule } from '../../../src/data/kernel-module.ts'
import { TrainingCancelled } from '../../../src/domain/clustering/refusal.ts'
import type { Crew } from '../../../src/domain/clustering/wasm/crew.ts'
import { PreparedRows } from '../../../src/domain/clustering/wasm/prepared-rows.ts'
import { SoloCrew } from '../../../src/domain/clustering/wasm/stages.ts'
import { createMemory, Kernels } from '../../../src/domain/kernels/kernels.ts'
import { ThreadCrew } from '../../../src/jobs/workers/crew.ts'
import { blobs } from '../../domain/clustering/awkward-data.ts'

const module = kernelModule()
const crews: ThreadCrew[] = []
const crewOf = (size: number, poll?: () => void) => {
  const crew = new ThreadCrew(module, createMemory(2 ** 30), size, poll)
  crews.push(crew)
  return crew
}
afterAll(() => Promise.all(crews.map((crew) => crew.close())))

describe('ThreadCrew', () => {
  it('gives the same bytes whatever its size', () => {
    const alone = new SoloCrew(new Kernels(module, createMemory(2 ** 30)))
    const pair = crewOf(2)
    const three = crewOf(3)
    for (const [n, d] of [
      [50, 2],
      [3000, 3],
      [2500, 8],
      [17_000, 3]
    ] as const) {
      const matrix = blobs(n, d, 6, n)
      const everything = (crew: Crew) => {
        const rows = new PreparedRows(crew, matrix, 3)
        const results = rows.sweep({ ks: [2, 4, 7], restarts: 5, max_iterations: 300, seed: 11 })
        return { results, silhouettes: rows.silhouettes(), some: rows.silhouettesOf(Int32Array.of(1, 20, 33)) }
      }
      const expected = everything(alone)
      expect(everything(pair)).toEqual(expected)
      expect(everything(three)).toEqual(expected)
    }
  })

  it('stops all its threads when it is cancelled, and can work again', () => {
    let cancelled = true
    const crew = crewOf(2, () => {
      if (cancelled) throw new TrainingCancelled()
    })
    const matrix = blobs(20_000, 3, 6, 1)
    const options = { ks: [6], restarts: 20, max_iterations: 300, seed: 11 }
    expect(() => new PreparedRows(crew, matrix, 1).sweep(options)).toThrow(TrainingCancelled)
    cancelled = false
    expect(new PreparedRows(crew, matrix, 1).sweep(options)[0]!.converged).toBe(true)
  })

  it('says when the memory is too small', () => {
    const crew = new ThreadCrew(module, createMemory(2 ** 20), 1)
    expect(() => new PreparedRows(crew, blobs(50_000, 8, 3, 1), 1)).toThrow(RangeError)
  })
})
