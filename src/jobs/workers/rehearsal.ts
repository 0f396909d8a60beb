import { tmpdir } from 'node:os'
import { DuckDb } from '../../data/duckdb.ts'
import type { Engines } from '../../domain/clustering/engine.ts'
import { Pace } from '../../domain/clustering/pace.ts'
import { countCoPurchases, fillBaskets, groupProducts } from '../../domain/features/product-groups.ts'
import { createRandom } from '../../domain/numeric/random.ts'
import type { FeatureColumns, TrainingOptions } from '../../domain/records/model.ts'
import { describeModel } from '../../domain/segments/describe-model.ts'
import { trainClusters } from '../../domain/training.ts'
import { DEFAULT_FEATURES, SINGLE_FEATURES } from '../../domain/vocabulary.ts'
import type { TaskControl } from '../task-control.ts'

/** Enough for the compiler to see which loops are worth its time. */
const CUSTOMERS = 1500
const PRODUCTS = 120
const LINES = 30_000

/** Loads DuckDB and opens a database once: a thread must not be terminated meanwhile. */
export async function loadDatabase(control: TaskControl): Promise<void> {
  control.enterNative(() => {})
  try {
    const db = await DuckDb.open({ folders: [], spillFolder: tmpdir(), memoryBytes: 2 ** 27, threads: 1 })
    db.close()
  } finally {
    control.leaveNative()
  }
}

/** Goes through a training of made-up customers, so that the code of a real one is loaded and compiled. */
export function rehearseTraining(engines: Engines, control: TaskControl): void {
  const random = createRandom(CUSTOMERS)
  const draw = (length: number, below: number) => Float64Array.from({ length }, () => random.below(below))
  const baskets = fillBaskets(draw(LINES, LINES / 10), draw(LINES, PRODUCTS), 40)
  const products = Array.from({ length: PRODUCTS }, (_, rank) => ({ id: `${rank}`, name: `Product ${rank % 9}` }))
  groupProducts(products, countCoPurchases(baskets, PRODUCTS))

  const features = madeUp((spread) => Math.exp(spread * (random.next() + random.next())))
  const clustered = pick(features, DEFAULT_FEATURES)
  const cancelled = () => control.cancelled()
  const outcome = trainClusters(clustered, OPTIONS, { progress: () => {}, cancelled }, engines)
  const revenue = pick(features, ['monetary_value']).columns[0]!
  const customers = { features, clustered: clustered.names, revenue, outcome, preferences: null }
  describeModel(customers, { ...OPTIONS, currency: null }, new Pace(cancelled))
}

function madeUp(value: (spread: number) => number): FeatureColumns {
  const names = [...SINGLE_FEATURES]
  return {
    names,
    columns: names.map((_, j) => Float64Array.from({ length: CUSTOMERS }, () => Math.round(value(1 + (j % 3))))),
    n: CUSTOMERS
  }
}

const pick = ({ names, columns, n }: FeatureColumns, wanted: readonly string[]): FeatureColumns => ({
  names: [...wanted],
  columns: wanted.map((name) => columns[names.indexOf(name)]!),
  n
})

const OPTIONS: TrainingOptions = {
  features: [...DEFAULT_FEATURES],
  transform: 'log1p',
  scale: 'standard',
  outliers: { policy: 'keep', method: 'iqr', factor: 1.5, features: [] },
  k: { min: 2, max: 10 },
  min_segment_share: 0.01,
  distance: 'euclidean',
  restarts: 5,
  max_iterations: 300,
  seed: 1,
  vocabulary: 'auto',
  window_days: null,
  method: 'exact'
}
