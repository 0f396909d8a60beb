import { countMembers } from '../clustering/arrange.ts'
import type { Labeling, OpenRows } from '../clustering/engine.ts'
import type { Workshop } from '../clustering/workshop.ts'
import type { Matrix } from '../numeric/matrix.ts'
import { takeRows } from '../numeric/matrix.ts'
import { createRandom, sampleIndices } from '../numeric/random.ts'
import type { Distance } from '../vocabulary.ts'
import { addDistances } from './distance-sums.ts'

/** All pairs up to here: 4 × 10⁸ distances. */
const EXACT_ROWS = 20_000
/** As many take about a second where the engine has a faster loop. */
const EXACT_ROWS_OF_ENGINES = 60_000
/** Above, as many rows against all others as keep the number of distances there, but not fewer than MIN_SAMPLE. */
const SAMPLED_DISTANCES = EXACT_ROWS * EXACT_ROWS
const SAMPLED_DISTANCES_OF_ENGINES = 3 * SAMPLED_DISTANCES
const MIN_SAMPLE = 500
/** More labelings than this in one pass make so many cells that adding them up costs more than the distances. */
const LABELINGS_A_PASS = 10
/** What it takes to look a cell up, in multiplications. */
const LOOKUP_UNITS = 12

export interface SilhouetteResult {
  /** Mean over all rows, −1 to 1; null unless 2 ≤ k ≤ n − 1. */
  mean: number | null
  /** Of each row; NaN where it was not computed or is not defined. */
  values: Float64Array
  exact: boolean
  /** Rows it was computed for. */
  sample_size: number
}

interface SilhouetteOptions {
  distance: Distance
  seed: number
  exactRows?: number
  sampledDistances?: number
  /** The matrix, where an engine has it open for as many labelings. */
  rows?: OpenRows
}

/**
 * Silhouette (Rousseeuw 1987) of several labelings of the same rows: (b − a) / max(a, b), a the mean distance to the
 * other members of the own cluster, b to those of the nearest other cluster; 0 for the only member of a cluster,
 * as in scikit-learn.
 *
 * Distances do not depend on the labels, so one pass over the pairs serves all labelings: rows with the same label in
 * every labeling form a cell, distances are summed per cell, and cells are added up to clusters.
 *
 * Beyond `exactRows` a sample of rows is measured against all rows. It is drawn from each cell in proportion, at least
 * one row, and weighted back: small clusters are in it, and no row's own value is an estimate.
 */
export function silhouettes(
  matrix: Matrix,
  labelings: Labeling[],
  options: SilhouetteOptions,
  workshop: Workshop
): SilhouetteResult[] {
  const { rows } = options
  if (rows?.silhouettes !== undefined && labelings.length > 0) {
    return byEngine(rows as Required<OpenRows>, matrix.n, labelings, options, workshop)
  }
  const results: SilhouetteResult[] = []
  for (let from = 0; from < labelings.length; from += LABELINGS_A_PASS) {
    results.push(...onePass(matrix, labelings.slice(from, from + LABELINGS_A_PASS), options, workshop))
  }
  return results
}

function byEngine(
  rows: Required<OpenRows>,
  n: number,
  labelings: Labeling[],
  { seed, exactRows = EXACT_ROWS_OF_ENGINES, sampledDistances = SAMPLED_DISTANCES_OF_ENGINES }: SilhouetteOptions,
  workshop: Workshop
): SilhouetteResult[] {
  if (n <= exactRows) {
    const one = new Float64Array(n).fill(1)
    return rows.silhouettes(labelings).map((values, l) => resultOf(values, one, labelings[l]!, n))
  }
  const cells = groupByCell(labelings, n, workshop)
  const { positions, weights } = sampleOfCells(cells.starts, sampleSize(n, sampledDistances), seed)
  const sample = positions.map((position) => cells.rows[position]!)
  workshop.poll()
  return rows.silhouettes(labelings, sample).map((found, l) => {
    workshop.poll()
    const values = new Float64Array(n).fill(Number.NaN)
    sample.forEach((row, s) => {
      values[row] = found[s]!
    })
    return { ...resultOf(found, weights, labelings[l]!, n), values }
  })
}

const sampleSize = (n: number, distances: number) => Math.min(n, Math.max(MIN_SAMPLE, Math.floor(distances / n)))

function onePass(
  matrix: Matrix,
  labelings: Labeling[],
  { distance, seed, exactRows = EXACT_ROWS, sampledDistances = SAMPLED_DISTANCES }: SilhouetteOptions,
  workshop: Workshop
): SilhouetteResult[] {
  const { n, d } = matrix
  const cells = groupByCell(labelings, n, workshop)
  const exact = n <= exactRows
  const { positions, weights } = exact
    ? everyRow(n)
    : sampleOfCells(cells.starts, sampleSize(n, sampledDistances), seed)

  const sorted = takeRows(matrix, cells.rows)
  const sizes = labelings.map(({ labels, k }) => countMembers(labels, k))
  const cellLabels = labelings.map(({ labels }) =>
    Int32Array.from({ length: cells.count }, (_, cell) => labels[cells.rows[cells.starts[cell]!]!]!)
  )
  const values = labelings.map(() => new Float64Array(n).fill(Number.NaN))
  const sums = labelings.map(() => 0)
  let weightSum = 0
  const cellSums = new Float64Array(cells.count)
  const clusterSums = labelings.map(({ k }) => new Float64Array(k))

  for (let s = 0; s < positions.length; s++) {
    const position = positions[s]!
    const row = cells.rows[position]!
    addDistances(distance, sorted, position, cells.starts, cellSums)
    weightSum += weights[s]!
    for (let l = 0; l < labelings.length; l++) {
      const value = silhouetteOf(labelings[l]!.labels[row]!, cellSums, cellLabels[l]!, sizes[l]!, clusterSums[l]!)
      values[l]![row] = value
      sums[l]! += weights[s]! * value
    }
    workshop.spend(n * d + cells.count * labelings.length)
  }

  return labelings.map(({ k }, l) => {
    const defined = k >= 2 && k <= n - 1
    return {
      mean: defined ? sums[l]! / weightSum : null,
      values: defined ? values[l]! : new Float64Array(n).fill(Number.NaN),
      exact,
      sample_size: positions.length
    }
  })
}

/** @param weights for how many of the n rows each value stands */
function resultOf(values: Float64Array, weights: Float64Array, { k }: Labeling, n: number): SilhouetteResult {
  const how = { exact: values.length === n, sample_size: values.length }
  if (k < 2 || k > n - 1) return { mean: null, values: new Float64Array(n).fill(Number.NaN), ...how }
  let sum = 0
  let whole = 0
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!
    whole += weights[i]!
  }
  return { mean: sum / whole, values, ...how }
}

/** One row's silhouette in one labeling, from its distance sums to all cells. `clusterSums` is scratch. */
function silhouetteOf(
  own: number,
  cellSums: Float64Array,
  cellLabels: Int32Array,
  sizes: Int32Array,
  clusterSums: Float64Array
): number {
  if (sizes[own] === 1) return 0
  clusterSums.fill(0)
  for (let cell = 0; cell < cellSums.length; cell++) clusterSums[cellLabels[cell]!]! += cellSums[cell]!
  const a = clusterSums[own]! / (sizes[own]! - 1)
  let b = Number.POSITIVE_INFINITY
  for (let c = 0; c < clusterSums.length; c++) {
    if (c !== own) b = Math.min(b, clusterSums[c]! / sizes[c]!)
  }
  const larger = Math.max(a, b)
  return larger > 0 && Number.isFinite(larger) ? (b - a) / larger : 0
}

interface Cells {
  count: number
  /** All rows, cell by cell. */
  rows: Int32Array
  /** Cell c is `rows[starts[c] … starts[c + 1])`. */
  starts: Int32Array
}

function groupByCell(labelings: Labeling[], n: number, workshop: Workshop): Cells {
  const cell = new Int32Array(n)
  let count = 1
  for (const { labels, k } of labelings) {
    const known = new Map<number, number>()
    for (let i = 0; i < n; i++) {
      const key = cell[i]! * k + labels[i]!
      const id = known.get(key) ?? known.size
      if (id === known.size) known.set(key, id)
      cell[i] = id
      workshop.spend(LOOKUP_UNITS)
    }
    count = known.size
  }
  const starts = new Int32Array(count + 1)
  for (let i = 0; i < n; i++) starts[cell[i]! + 1]!++
  workshop.poll()
  for (let c = 0; c < count; c++) starts[c + 1]! += starts[c]!
  const next = starts.slice()
  const rows = new Int32Array(n)
  for (let i = 0; i < n; i++) rows[next[cell[i]!]!++] = i
  workshop.poll()
  return { count, rows, starts }
}

/** Positions are places in `Cells.rows`; a weight says for how many rows of its cell a row stands. */
interface Sample {
  positions: Int32Array
  weights: Float64Array
}

const everyRow = (n: number): Sample => ({
  positions: Int32Array.from({ length: n }, (_, position) => position),
  weights: new Float64Array(n).fill(1)
})

function sampleOfCells(starts: Int32Array, wanted: number, seed: number): Sample {
  const n = starts.at(-1)!
  const positions: number[] = []
  const weights: number[] = []
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const size = starts[cell + 1]! - starts[cell]!
    const drawn = sampleIndices(size, Math.max(1, Math.round((wanted * size) / n)), createRandom(seed, cell))
    for (const index of drawn) {
      positions.push(starts[cell]! + index)
      weights.push(size / drawn.length)
    }
  }
  return { positions: Int32Array.from(positions), weights: Float64Array.from(weights) }
}
