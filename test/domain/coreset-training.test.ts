import { describe, expect, it } from 'vitest'
import { kernelModule } from '../../src/data/kernel-module.ts'
import { ENGINES } from '../../src/domain/clustering/engines.ts'
import { SoloCrew } from '../../src/domain/clustering/wasm/stages.ts'
import { wasmEngine } from '../../src/domain/clustering/wasm-engine.ts'
import { trainOnCoreset } from '../../src/domain/coreset-training.ts'
import { scaleCustomers } from '../../src/domain/features/scaling.ts'
import { createMemory, Kernels } from '../../src/domain/kernels/kernels.ts'
import { moments } from '../../src/domain/numeric/moments.ts'
import { createRandom } from '../../src/domain/numeric/random.ts'
import { compactness } from '../../src/domain/quality/compactness.ts'
import type { FeatureColumns, TrainingOptions } from '../../src/domain/records/model.ts'
import { prepareAssigner } from '../../src/domain/serving/assign.ts'
import { trainClusters } from '../../src/domain/training.ts'
import { chunksOf } from '../helpers/chunks.ts'
import { quietHooks, trainingOptions } from '../helpers/planted.ts'

const engines = {
  ...ENGINES,
  euclidean: wasmEngine(new SoloCrew(new Kernels(kernelModule(), createMemory(2 ** 30))), ENGINES.euclidean)
}
const NAMES = ['recency_days', 'frequency', 'monetary_value']

/** Five kinds of customers, log-normal around their own middles and overlapping at the edges; some without a gap between orders. */
function customers(n: number, seed: number): FeatureColumns {
  const random = createRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const kinds = [
    [5, 0.3, 4.5],
    [3.5, 1.2, 6],
    [2, 2.2, 7.5],
    [5.5, 1.5, 8],
    [1, 3.2, 9]
  ]
  const columns = [...NAMES, 'average_days_between_orders'].map(() => new Float64Array(n))
  for (let i = 0; i < n; i++) {
    const kind = kinds[random.below(kinds.length)]!
    for (let j = 0; j < 3; j++) columns[j]![i] = Math.exp(kind[j]! + 0.45 * normal())
    columns[3]![i] = random.next() < 0.3 ? Number.NaN : 30 * random.next()
  }
  return { names: [...NAMES, 'average_days_between_orders'], columns, n }
}

interface Rows {
  segments: Int32Array
  distances: Float64Array
  margins: Float64Array
}

function train(all: FeatureColumns, changes: Partial<TrainingOptions>, size: number, chunk = 1000, names = NAMES) {
  const rows: Rows = {
    segments: new Int32Array(all.n).fill(-1),
    distances: new Float64Array(all.n),
    margins: new Float64Array(all.n)
  }
  const outcome = trainOnCoreset(
    chunksOf(all, chunk),
    {
      size,
      names,
      options: trainingOptions({ transform: 'auto', ...changes }),
      place({ first, segments, distances, margins }) {
        rows.segments.set(segments, first)
        rows.distances.set(distances, first)
        rows.margins.set(margins, first)
      }
    },
    quietHooks,
    engines
  )
  return { outcome, rows }
}

const clusteredOf = ({ columns, n }: FeatureColumns): FeatureColumns => ({
  names: NAMES,
  columns: columns.slice(0, 3),
  n
})

describe('trainOnCoreset', () => {
  it('comes within one percent of the inertia of all customers clustered exactly', () => {
    for (const seed of [1, 2, 3]) {
      const all = customers(20_000, seed)
      const options = trainingOptions({ transform: 'auto', k: 5, seed })
      const exact = trainClusters(clusteredOf(all), options, quietHooks, engines)
      const { outcome } = train(all, { k: 5, seed }, 4000)

      // A centroid of m/k drawn rows errs by its cluster's variance times k/m (twice that for uneven weights), so inertia by
      // about 2k/m = 0.25 %. Axes are the same but for medians and λ.
      expect(outcome.metrics.inertia / exact.metrics.inertia).toBeLessThan(1.01)
      expect(outcome.metrics.inertia / exact.metrics.inertia).toBeGreaterThan(0.999)
      // Of 4000 draws, each at most about twice the mean: within 2/√4000 = 3 % in nearly all cases.
      expect(outcome.metrics.coreset!.inertia_estimate / outcome.metrics.inertia).toBeGreaterThan(0.94)
      expect(outcome.metrics.coreset!.inertia_estimate / outcome.metrics.inertia).toBeLessThan(1.06)
    }
  })

  it('does not depend on how the customers are cut into chunks', () => {
    const all = customers(5000, 4)
    const whole = train(all, {}, 1000, 5000)
    for (const chunk of [1, 777, 4999]) expect(train(all, {}, 1000, chunk)).toEqual(whole)
  })

  it('measures all customers as the exact figures do', () => {
    const all = customers(6000, 5)
    const { outcome, rows } = train(all, { k: 4 }, 1500)
    const matrix = scaleCustomers(clusteredOf(all), outcome.fit)
    const exact = compactness(matrix, rows.segments, 4)
    expect(outcome.metrics.n).toBe(6000)
    for (const figure of ['inertia', 'explained_ss', 'davies_bouldin', 'calinski_harabasz'] as const) {
      expect(outcome.metrics[figure]! / exact[figure]!).toBeCloseTo(1, 9)
    }
    expect(outcome.metrics.silhouette.exact).toBe(false)
    expect(outcome.metrics.silhouette.sample_size).toBe(1500)
    // Standardised over all customers, not over the sample.
    for (let j = 0; j < 3; j++) {
      const { mean, deviation } = moments(matrix.data.filter((_, at) => at % 3 === j))
      expect(mean).toBeCloseTo(0, 9)
      expect(deviation).toBeCloseTo(1, 9)
    }
  })

  for (const policy of ['keep', 'winsorise', 'separate', 'exclude'] as const) {
    it(`puts every customer into the segment of the assigner, and into one only, with outliers ${policy}`, () => {
      const all = customers(8000, 6)
      const changes = { outliers: { policy, method: 'iqr' as const, factor: 1.5, features: [...NAMES] } }
      const { outcome, rows } = train(all, changes, 2000)
      const assigner = prepareAssigner(outcome.fit)
      for (let i = 0; i < all.n; i++) {
        const { segment, distance, margin, outOfDomain } = assigner.assign(NAMES.map((_, j) => all.columns[j]![i]!))
        expect([rows.segments[i], rows.distances[i], rows.margins[i]]).toEqual([segment, distance, margin])
        expect(outOfDomain).toBe(false)
      }
      const { totals, metrics, fit } = outcome
      expect(totals.customers).toBe(8000)
      expect(totals.segments.reduce((sum, { size }) => sum + size, 0)).toBe(8000)
      expect(metrics.segments.map(({ size }) => size)).toEqual(totals.segments.map(({ size }) => size))
      const spent = all.columns[2]!.reduce((sum, value) => sum + value, 0)
      expect(totals.revenue / spent).toBeCloseTo(1, 12)
      expect(totals.segments.reduce((sum, { revenue }) => sum + revenue, 0) / spent).toBeCloseTo(1, 12)
      expect(fit.segments.some(({ kind }) => kind === 'outlier')).toBe(policy === 'separate')
      const apart = policy === 'separate' || policy === 'exclude'
      expect(metrics.n < 8000).toBe(apart)
      if (apart) {
        const beyond = Number(/^(\d+) of 8000/.exec(outcome.limitations.find((note) => / lie beyond /.test(note))!)![1])
        expect(metrics.n).toBe(8000 - beyond)
      }
    })
  }

  it('knows what every customer of the sample is, and nothing it did not look at', () => {
    const all = customers(6000, 7)
    const { outcome, rows } = train(all, { k: 4 }, 1500)
    const { sample, labels, silhouettes } = outcome
    expect(sample.rows).toHaveLength(1500)
    sample.rows.forEach((row, i) => {
      expect(labels[i]).toBe(rows.segments[row])
      expect(sample.features.columns[2]![i]).toBe(all.columns[2]![row])
    })
    expect(silhouettes.every(Number.isFinite)).toBe(true)
  })

  it('clusters on a feature that some customers lack, also where the sample met none of them', () => {
    const all = customers(6000, 8)
    all.columns[3]!.fill(7, 0)
    for (let i = 0; i < all.n; i += 2) all.columns[3]![i] = 3
    all.columns[3]![1234] = Number.NaN
    const names = [...NAMES, 'average_days_between_orders']
    const { outcome, rows } = train(all, { k: 4, features: names }, 300, 1000, names)
    expect(outcome.sample.rows.includes(1234)).toBe(false)
    expect(rows.segments[1234]).toBeGreaterThanOrEqual(0)
    expect(outcome.limitations.join(' ')).toMatch(/1 of 6000 customers have no average_days_between_orders/)
  })

  it('clusters a uniform sample where the distance knows no weights', () => {
    const all = customers(3000, 9)
    const { outcome, rows } = train(all, { k: 3, distance: 'cosine' }, 500)
    expect(rows.segments.every((segment) => segment >= 0 && segment < 3)).toBe(true)
    expect(outcome.metrics.coreset!.size).toBe(500)
    expect(outcome.limitations[0]).toMatch(/uniform sample of 500 of 3000/)
  })

  it('takes everyone into the sample where there are no more', () => {
    const all = customers(800, 10)
    const { outcome } = train(all, { k: 3 }, 5000)
    expect(outcome.sample.rows).toEqual(Int32Array.from({ length: 800 }, (_, row) => row))
    expect(outcome.metrics.silhouette.exact).toBe(true)
  })
})
