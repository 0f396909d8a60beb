import type { Matrix } from '../numeric/matrix.ts'
import { label } from './arrange.ts'
import type { ClusterEngine, KMeansOptions, KMeansResult, OpenRows } from './engine.ts'
import { METRICS } from './metric.ts'
import type { Pace } from './pace.ts'
import type { Crew } from './wasm/crew.ts'
import { kernelsTake, toResult } from './wasm/each-set.ts'
import { PreparedRows } from './wasm/prepared-rows.ts'

/** The engine on the kernels, on all threads of a crew; for data they cannot take, `otherwise`. */
export function wasmEngine(crew: Crew, otherwise: ClusterEngine): ClusterEngine {
  const prepare = (matrix: Matrix, labelings: number, pace: Pace, weights?: Float64Array): PreparedRows => {
    crew.poll = () => pace.poll()
    return new PreparedRows(crew, matrix, labelings, weights)
  }

  return {
    distance: 'euclidean',

    kmeans(matrix: Matrix, { k, ...options }: KMeansOptions, pace: Pace): KMeansResult {
      if (!kernelsTake(matrix.d, [k])) return otherwise.kmeans(matrix, { ...options, k }, pace)
      const [result] = prepare(matrix, 1, pace).sweep({ ...options, ks: [k] })
      return toResult(result!)
    },

    open(matrix: Matrix, labelings: number, pace: Pace): OpenRows {
      const plain = otherwise.open(matrix, labelings, pace)
      if (!kernelsTake(matrix.d, [])) return plain
      const rows = prepare(matrix, labelings, pace)
      return {
        sweep: (options, ended) =>
          kernelsTake(matrix.d, options.ks) ? rows.sweep(options, ended).map(toResult) : plain.sweep(options, ended),
        silhouettes(labelings, some) {
          rows.setLabels(labelings)
          return some === undefined ? rows.silhouettes() : rows.silhouettesOf(some)
        },
        label: (centroids) =>
          kernelsTake(matrix.d, [centroids.length / matrix.d])
            ? rows.label(centroids)
            : label(matrix, centroids, METRICS.euclidean, pace)
      }
    },

    openWeighted(matrix, weights, labelings, pace) {
      if (!kernelsTake(matrix.d, [])) return undefined
      const rows = prepare(matrix, labelings, pace, weights)
      return { sweep: (options, ended) => rows.sweep(options, ended).map(toResult) }
    },

    sweepEach(tasks, pace) {
      if (!tasks.every(({ matrix, options }) => kernelsTake(matrix.d, options.ks))) {
        return otherwise.sweepEach(tasks, pace)
      }
      crew.poll = () => pace.poll()
      const found = crew.run('sets', tasks).flat()
      return found.sort((a, b) => a.task - b.task).map(({ results }) => results)
    }
  }
}
