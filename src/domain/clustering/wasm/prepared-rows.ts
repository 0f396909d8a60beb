import type { Matrix } from '../../numeric/matrix.ts'
import type { KMeansResult, Labeling, SweepOptions } from '../engine.ts'
import { betterStart } from '../plain-engine.ts'
import type { Crew, Watch } from './crew.ts'
import type { Frame, RestartTask } from './orders.ts'
import { prepare } from './prepare.ts'
import { sampledSilhouettes, silhouettes } from './silhouettes.ts'
import { inSteps, ROWS_BETWEEN_POLLS } from './steps.ts'
import type { Labelling } from './tile-plan.ts'

/** scikit-learn's `tol`: relative to the mean variance of the features. */
const TOLERANCE = 1e-4

interface PreparedSweep extends SweepOptions {
  /** Whether the best start of each k goes on until no label changes. Default true; scikit-learn does not. */
  settle?: boolean
}

export interface SweepResult extends KMeansResult {
  k: number
  /** Which start won, counted from 0. */
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

  /**
   * The best of all starts for each k. The same whatever the crew's size.
   *
   * @param watch told of the starts that have ended
   */
  sweep(
    { ks, restarts, max_iterations, seed, start = 'k-means++', min_size = 0, settle = true }: PreparedSweep,
    watch?: Watch
  ): SweepResult[] {
    const perK = typeof start === 'string' ? restarts : 1
    if (perK < 1) throw new RangeError(`restarts must be at least 1, got ${restarts}`)
    const tasks: RestartTask[] = ks.flatMap((k) =>
      Array.from({ length: perK }, (_, restart) => ({ k, restart, start }))
    )
    const order = { tasks, maxIterations: max_iterations, tolerance: TOLERANCE * this.#frame.meanVariance, seed }
    const runs = this.#crew.run('restarts', order, watch).flat()
    runs.sort((a, b) => a.task - b.task)
    const winners = ks.map((_, slot) =>
      runs.slice(slot * perK, (slot + 1) * perK).reduce((best, run) => betterStart(best, run, min_size))
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
    inSteps(0, n, ROWS_BETWEEN_POLLS, this.#crew, (from, to) => {
      for (let p = from; p < to; p++) labels[order[p]!] = inOrder[p]!
    })
    return labels
  }

  /** The nearest of some centroids for each row, the lower index on a tie; in place of the labels of the last sweep. */
  label(centroids: Float64Array): Int32Array {
    const k = centroids.length / this.#matrix.d
    const task = { slot: 0, k, centroids, settle: false, iterations: 0 }
    this.#crew.runAlone('finish', { tasks: [task], maxIterations: 0 })
    this.#labellings = [{ slot: 0, k }]
    return this.labels(0)
  }

  /** Takes other labels in place of a sweep's, so that their silhouettes can be asked for. */
  setLabels(labellings: readonly Labeling[]): void {
    const { space } = this.#crew.bench
    const { n, shared } = space.layout
    const order = space.integers(shared.order, n)
    this.#labellings = labellings.map(({ labels, k }, slot) => {
      const inOrder = space.bytes(space.layout.labelSetAt(slot), n)
      inSteps(0, n, ROWS_BETWEEN_POLLS, this.#crew, (from, to) => {
        for (let p = from; p < to; p++) inOrder[p] = labels[order[p]!]!
      })
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
