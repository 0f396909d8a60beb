import { expect, test } from 'vitest'
import { kernelModule } from '../../src/data/kernel-module.ts'
import { ENGINES } from '../../src/domain/clustering/engines.ts'
import { SoloCrew } from '../../src/domain/clustering/wasm/stages.ts'
import { wasmEngine } from '../../src/domain/clustering/wasm-engine.ts'
import { createMemory, Kernels } from '../../src/domain/kernels/kernels.ts'
import { trainClusters } from '../../src/domain/training.ts'
import { columnsOf, planted, quietHooks, trainingOptions } from '../helpers/planted.ts'

const kernels = {
  ...ENGINES,
  euclidean: wasmEngine(new SoloCrew(new Kernels(kernelModule(), createMemory(2 ** 30))), ENGINES.euclidean)
}

// Well apart, so that every start ends in the same clustering whatever the engine draws.
const shop = columnsOf(
  planted(
    [
      [10, 40, 4000],
      [30, 12, 700],
      [200, 2, 90],
      [330, 1, 20]
    ],
    150,
    4
  )
)

test.each(['keep', 'winsorise', 'separate', 'exclude'] as const)(
  'trainClusters gives the same on the kernels as on the plain engine, outliers policy %s',
  (policy) => {
    const options = trainingOptions({ transform: 'none' })
    options.outliers = { ...options.outliers, policy }
    const plain = trainClusters(shop, options, quietHooks)
    const fast = trainClusters(shop, options, quietHooks, kernels)
    expect(fast.labels).toEqual(plain.labels)
    expect(fast.k_choice.k).toBe(plain.k_choice.k)
    expect(fast.metrics.inertia).toBeCloseTo(plain.metrics.inertia, 9)
    expect(fast.metrics.silhouette.value).toBeCloseTo(plain.metrics.silhouette.value as number, 6)
    fast.silhouettes.forEach((value, row) => {
      if (Number.isNaN(value)) expect(plain.silhouettes[row]).toBeNaN()
      else expect(Math.abs(value - plain.silhouettes[row]!)).toBeLessThan(1e-6)
    })
  }
)

test('trainClusters gives the same bytes on the kernels each time', () => {
  const once = trainClusters(shop, trainingOptions(), quietHooks, kernels)
  const again = trainClusters(shop, trainingOptions(), quietHooks, kernels)
  expect(JSON.stringify(again)).toBe(JSON.stringify(once))
})

test('trainClusters asks whether to go on in every stage, as often as its work asks for', () => {
  const n = 20_000
  const d = 5
  const columns = columnsOf(planted([[0, 0, 0, 0, 0]], n, 1))
  const asked: Record<string, number> = {}
  let stage = ''
  const hooks = {
    progress(name: string) {
      stage = name
    },
    cancelled() {
      asked[stage] = (asked[stage] ?? 0) + 1
      return false
    }
  }
  trainClusters(columns, trainingOptions({ features: columns.names, k: 4, restarts: 2 }), hooks, kernels)
  // At most 4 million units go unasked. Scaling: a value is sorted at 40 units and three times transformed at 30.
  expect(asked.scaling).toBeGreaterThanOrEqual(Math.floor((n * d * (40 + 3 * 30)) / 4e6))
  // Silhouettes: once for each row of tiles, which are 256 points.
  expect(asked.clustering).toBeGreaterThanOrEqual(n / 256)
  // Evidence: once for each draw of two references, of which there are ten or more.
  expect(asked.evidence).toBeGreaterThanOrEqual(20)
  // Stability: each of five or more resamples is one sweep, which asks at least once.
  expect(asked.stability).toBeGreaterThanOrEqual(5)
  // Assigning: once for the radius of each segment.
  expect(asked.assigning).toBeGreaterThanOrEqual(4)
})
