import { fitFences, outlierRows, takeCustomers } from '../features/outliers.ts'
import { type Extent, fitScaling, scaleCustomers } from '../features/scaling.ts'
import { countDistinctRows, type Matrix } from '../numeric/matrix.ts'
import type { FeatureColumns, FeatureScaling, Fence, TrainingOptions } from '../records/model.ts'
import type { Pace } from './pace.ts'
import { TrainingRefused } from './refusal.ts'

/** What is clustered, and how raw values came there. */
export interface Prepared {
  features: FeatureScaling[]
  /** Set only where outliers get segments of their own. */
  fences: Fence[]
  /** Beyond these a customer is not clustered, whatever becomes of it. */
  apart: Fence[]
  /** Rows that are clustered, ascending. */
  inliers: Int32Array
  /** Rows that are set apart, ascending. */
  outliers: Int32Array
  /** The inliers in cluster space. */
  matrix: Matrix
  ks: number[]
  /** Rows of the matrix that every cluster must have, where the caller asked for that; else 0. */
  minSize: number
  limitations: string[]
}

/** All customers, where those at hand are a sample of them. */
export interface Population {
  n: number
  extents: ReadonlyMap<string, Extent>
  /** How many lie beyond any of the fences. */
  countBeyond(fences: Fence[]): number
}

/**
 * Applies the outlier policy, fits the scaling on the customers that are clustered, and finds the k that can be tried.
 *
 * @param population of which the columns are a uniform sample: quartiles, medians and λ are then the sample's
 * @throws TrainingRefused when there is nothing to cluster
 */
export function prepareTraining(
  columns: FeatureColumns,
  options: TrainingOptions,
  pace: Pace,
  population?: Population
): Prepared {
  if (columns.n < 2) {
    throw new TrainingRefused(
      'too_few_customers',
      `There ${columns.n === 1 ? 'is one customer' : 'are no customers'} to cluster, and 2 are needed: choose a longer window or upload more orders.`
    )
  }
  const limitations: string[] = []
  const { fences, outliers } = applyPolicy(columns, options, limitations, population, pace)
  const clips = options.outliers.policy === 'winsorise' ? fences : []
  pace.poll()
  const inliers = rowsBeside(outliers, columns.n)
  const spend = (units: number) => pace.spend(units)
  const clustered = outliers.length > 0 ? takeCustomers(columns, inliers, spend) : columns

  const absent = columns.names.filter((_, j) => columns.columns[j]!.includes(Number.NaN))
  const known = population && { population }
  const { features, limitations: notes } = fitScaling(clustered, { ...options, clips, absent, ...known }, spend)
  const matrix = scaleCustomers(clustered, { features, distance: options.distance }, spend)
  pace.poll()
  const most = typeof options.k === 'number' ? options.k : options.k.max
  const distinct = countDistinctRows(matrix, Math.max(2, most))
  if (distinct < 2) {
    if (outliers.length > 0) return withoutSetting(columns, options, pace, population)
    throw new TrainingRefused(
      'degenerate_data',
      `${population ? 'Nearly all' : 'All'} ${population?.n ?? columns.n} customers are the same in ${columns.names.join(', ')}: choose features in which they differ, or another outlier policy.`
    )
  }
  limitations.push(...notes)
  const minSize = Math.ceil(((options.min_segment_size ?? 0) * columns.n) / (population?.n ?? columns.n))
  if (options.distance !== 'euclidean') {
    limitations.push(
      `Segments are formed by ${options.distance} distance around means; inertia, Davies-Bouldin and Calinski-Harabasz are Euclidean figures of them.`
    )
  }
  if (options.distance === 'cosine') noteOrigin(matrix, limitations)
  return {
    features,
    fences: options.outliers.policy === 'separate' && outliers.length > 0 ? fences : [],
    apart: outliers.length > 0 ? fences : [],
    inliers,
    outliers,
    matrix,
    ks: rangeOfK(options, { distinct, clustered: matrix.n, minSize, split: outliers.length > 0 }, limitations),
    minSize,
    limitations
  }
}

/** All of n rows but those in `apart`; both ascend. */
function rowsBeside(apart: Int32Array, n: number): Int32Array {
  const rows = new Int32Array(n - apart.length)
  let passed = 0
  for (let row = 0; row < n; row++) {
    if (row === apart[passed]) passed++
    else rows[row - passed] = row
  }
  return rows
}

function applyPolicy(
  columns: FeatureColumns,
  { outliers: { policy, ...rest } }: TrainingOptions,
  limitations: string[],
  population: Population | undefined,
  pace: Pace
) {
  if (policy === 'keep') return { fences: [], outliers: new Int32Array(0) }
  const spend = (units: number) => pace.spend(units)
  const { fences, limitations: notes } = fitFences(columns, { policy, ...rest }, spend)
  limitations.push(...notes)
  const beyond = outlierRows(columns, fences, spend)
  const count = population?.countBeyond(fences) ?? beyond.length
  const counted = `${count} of ${population?.n ?? columns.n} customers lie beyond ${rest.factor} interquartile ranges`
  if (policy === 'winsorise') {
    if (beyond.length > 0) limitations.push(`${counted}: their values count as those of the limit.`)
    return { fences, outliers: new Int32Array(0) }
  }
  if (policy === 'separate' && beyond.length === 1) {
    limitations.push(
      `${count === 1 ? 'A single customer is an outlier' : `${count} customers are outliers`}, too few for a segment: kept among the others.`
    )
    return { fences: [], outliers: new Int32Array(0) }
  }
  if (beyond.length > 0) {
    const fate =
      policy === 'separate'
        ? 'they have segments of their own, in which groups that are too small joined the nearest'
        : 'the segments were formed without them, then each joined the nearest'
    limitations.push(`${counted}: ${fate}. The quality figures are those of the other customers.`)
  }
  return { fences, outliers: beyond }
}

/** Again with the outliers kept: without them there is nothing to tell the others apart. */
function withoutSetting(
  columns: FeatureColumns,
  options: TrainingOptions,
  pace: Pace,
  population: Population | undefined
): Prepared {
  const keeping: TrainingOptions = { ...options, outliers: { ...options.outliers, policy: 'keep' } }
  const kept = prepareTraining(columns, keeping, pace, population)
  kept.limitations.push(
    'Without the outliers all customers would be the same: the outliers were kept among the others.'
  )
  return kept
}

interface Room {
  /** Different rows, counted no further than needed. */
  distinct: number
  /** Rows that are clustered. */
  clustered: number
  minSize: number
  /** Whether outliers were set apart. */
  split: boolean
}

function rangeOfK({ k, min_segment_size: size }: TrainingOptions, room: Room, limitations: string[]): number[] {
  const scope = room.split ? ' besides the outliers' : ''
  const enough = room.minSize > 0 ? Math.floor(room.clustered / room.minSize) : room.clustered
  if (typeof k === 'number') {
    if (k > room.distinct) {
      throw new TrainingRefused(
        'k_too_large',
        `There are only ${room.distinct} different customers${scope} in these features: choose k of at most ${room.distinct}.`
      )
    }
    if (k > enough) throw tooSmall(k, size!, scope)
    return [k]
  }
  if (enough < Math.min(2, k.max)) throw tooSmall(2, size!, scope)
  if (room.distinct < k.max) {
    limitations.push(
      `There are only ${room.distinct} different customers${scope}, so no k above ${room.distinct} was tried.`
    )
  }
  if (enough < k.max) {
    limitations.push(
      `No more than ${enough} segments can have at least ${size} customers each${scope}, so no k above was tried.`
    )
  }
  const max = Math.min(k.max, room.distinct, enough)
  const min = Math.min(k.min, max)
  return Array.from({ length: max - min + 1 }, (_, step) => min + step)
}

const tooSmall = (k: number, size: number, scope: string): TrainingRefused =>
  new TrainingRefused(
    'k_too_large',
    `There are too few customers${scope} for ${k} segments of at least ${size}: choose a smaller min_segment_size or k, or a longer window.`
  )

function noteOrigin({ data, n, d }: Matrix, limitations: string[]): void {
  let count = 0
  for (let i = 0; i < n; i++) {
    let nonzero = false
    for (let j = 0; j < d && !nonzero; j++) nonzero = data[i * d + j] !== 0
    if (!nonzero) count++
  }
  if (count > 0) {
    limitations.push(
      `${count} customers lie at the origin, where the cosine distance knows no direction: they are equally far from every segment and belong to the first.`
    )
  }
}
