import { createMemory, Kernels } from '../kernels/kernels.ts'
import { MAX_CLUSTERS, MAX_FEATURES } from '../kernels/layout.ts'
import type { Matrix } from '../numeric/matrix.ts'
import type { ClusterEngine, KMeansOptions, KMeansResult } from './engine.ts'
import type { Pace } from './pace.ts'
import type { Crew } from './wasm/crew.ts'
import type { Frame, RestartTask } from './wasm/orders.ts'
import { prepare } from './wasm/prepare.ts'
import { type Labelling, sampledSilhouettes, silhouettes } from './wasm/silhouettes.ts'
import { SoloCrew } from './wasm/stages.ts'

/** scikit-learn's `tol`: relative to the mean variance of the features. */
const TOLERANCE = 1e-4

export interface SweepOptions extends Omit<KMeansOptions, 'k'> {
  ks: readonly number[]
  /** Whether the best restart of each k goes on until no label changes. Default true; scikit-learn does not. */
  settle?: boolean
}

export interface SweepResult extends KMeansResult {
  k: number
  /** Which restart won, counted from 0. */
  restart: number
  sizes: Float64Array
}

/** A data set in the kernels' memory, with the labels of the last sweep over it. */
export class PreparedRows {
  readonly #crew: Crew
  readonly #frame: Frame
  readonly #matrix: Matrix
  #labellings: Labelling[] = []

  /**
   * @param labelSets how many k a sweep may have
   * @throws RangeError when a value is beyond 1e140, d more than 50, or the memory's limit too small
   */
  constructor(crew: Crew, matrix: Matrix, labelSets: number, weights?: Float64Array) {
    const { n, d } = matrix
    crew.tell('open', { n, d, weighted: weights !== undefined, workers: crew.size, labelSets })
    this.#crew = crew
    this.#matrix = matrix
    this.#frame = prepare(crew, crew.bench.space, matrix, weights)
  }

  /** The best of all restarts for each k. The same whatever the crew's size. */
  sweep({ ks, restarts, max_iterations, seed, start = 'k-means++', settle = true }: SweepOptions): SweepResult[] {
    const perK = typeof start === 'string' ? restarts : 1
    const tasks: RestartTask[] = ks.flatMap((k) =>
      Array.from({ length: perK }, (_, restart) => ({ k, restart, start }))
    )
    const order = { tasks, maxIterations: max_iterations, tolerance: TOLERANCE * this.#frame.meanVariance, seed }
    const runs = this.#crew.run('restarts', order).flat()
    runs.sort((a, b) => a.task - b.task)
    const winners = ks.map((_, slot) =>
      runs.slice(slot * perK, (slot + 1) * perK).reduce((best, run) => (run.loss < best.loss ? run : best))
    )
    const finishing = {
      tasks: winners.map(({ centroids, iterations }, slot) => ({ slot, k: ks[slot]!, centroids, settle, iterations })),
      maxIterations: max_iterations
    }
    const finals = ks.length > 1 ? this.#crew.run('finish', finishing).flat() : this.#crew.runAlone('finish', finishing)
    finals.sort((a, b) => a.task - b.task)
    this.#labellings = ks.map((k, slot) => ({ slot, k }))
    return finals.map(({ task: slot, ...final }) => ({
      ...final,
      k: ks[slot]!,
      restart: winners[slot]!.task - slot * perK,
      labels: this.labels(slot)
    }))
  }

  /** Labels of the slot-th k of the last sweep, in the caller's order. */
  labels(slot: number): Int32Array {
    const { space } = this.#crew.bench
    const { n, shared } = space.layout
    const order = space.integers(shared.order, n)
    const inOrder = space.bytes(space.layout.labelSetAt(slot), n)
    const labels = new Int32Array(n)
    for (let p = 0; p < n; p++) labels[order[p]!] = inOrder[p]!
    return labels
  }

  /** Takes other labels in place of a sweep's, so that their silhouettes can be asked for. */
  setLabels(labellings: readonly { labels: Int32Array; k: number }[]): void {
    const { space } = this.#crew.bench
    const { n, shared } = space.layout
    const order = space.integers(shared.order, n)
    this.#labellings = labellings.map(({ labels, k }, slot) => {
      const inOrder = space.bytes(space.layout.labelSetAt(slot), n)
      for (let p = 0; p < n; p++) inOrder[p] = labels[order[p]!]!
      return { slot, k }
    })
  }

  /** Exact silhouette of every row for each k of the last sweep: O(n²). */
  silhouettes(): Float64Array[] {
    return silhouettes(this.#crew, this.#crew.bench.space, this.#labellings)
  }

  /** Exact silhouettes of `rows` only: O(n · rows). */
  silhouettesOf(rows: Int32Array): Float64Array[] {
    return sampledSilhouettes(this.#crew, this.#crew.bench.space, this.#labellings, rows)
  }

  get n(): number {
    return this.#matrix.n
  }
}

/** The engine on the kernels, on the calling thread alone; for data they cannot take, `otherwise`. */
export function wasmEngine(module: WebAssembly.Module, otherwise: ClusterEngine, limitBytes = 2 ** 32): ClusterEngine {
  const kernels = new Kernels(module, createMemory(limitBytes))
  return {
    distance: 'euclidean',
    kmeans(matrix: Matrix, options: KMeansOptions, pace: Pace): KMeansResult {
      if (matrix.d > MAX_FEATURES || options.k > MAX_CLUSTERS) return otherwise.kmeans(matrix, options, pace)
      const crew = new SoloCrew(kernels, () => pace.poll())
      const [result] = new PreparedRows(crew, matrix, 1).sweep({ ...options, ks: [options.k] })
      const { centroids, labels, loss, iterations, converged } = result!
      return { centroids, labels, loss, iterations, converged }
    },

    silhouettes(matrix, labelings, pace) {
      const crew = new SoloCrew(kernels, () => pace.poll())
      const rows = new PreparedRows(crew, matrix, labelings.length)
      rows.setLabels(labelings)
      return rows.silhouettes()
    }
  }
}
