import { quantile, sortPresent } from '../numeric/quantiles.ts'
import type { FeatureColumns, Fence, OutlierOptions } from '../records/model.ts'

/**
 * Tukey's fences on raw values: Q1 − factor · IQR and Q3 + factor · IQR, quartiles by linear interpolation.
 *
 * A feature whose quartiles coincide gets no fence: everyone but the majority value would lie outside. This is
 * common for `frequency`, since most customers of many shops have one order.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function fitFences(
  columns: FeatureColumns,
  { features, factor }: OutlierOptions,
  spend: (units: number) => void = () => {}
): { fences: Fence[]; limitations: string[] } {
  const fences: Fence[] = []
  const limitations: string[] = []
  for (const feature of new Set(features)) {
    const column = columns.columns[columns.names.indexOf(feature)]
    if (column === undefined) {
      limitations.push(`Outliers were not sought in ${feature}, since the model does not cluster by it.`)
      continue
    }
    const sorted = sortPresent(column, spend)
    const first = quantile(sorted, 0.25)
    const third = quantile(sorted, 0.75)
    if (!(third > first)) {
      limitations.push(
        `Outliers were not sought in ${feature}: its quartiles coincide, so every customer off the most common value would be one.`
      )
      continue
    }
    const reach = factor * (third - first)
    fences.push({ feature, lower: first - reach, upper: third + reach })
  }
  return { fences, limitations }
}

/** What it takes to compare a value with a fence, in multiplications. */
const FENCE_UNITS = 5

/**
 * Rows with a value beyond a fence, ascending. An absent value (NaN) is not beyond any.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function outlierRows(
  columns: FeatureColumns,
  fences: Fence[],
  spend: (units: number) => void = () => {}
): Int32Array {
  const fenced = fences.map((fence) => ({ ...fence, column: columns.columns[columns.names.indexOf(fence.feature)]! }))
  const rows: number[] = []
  for (let i = 0; i < columns.n; i++) {
    if (fenced.some(({ column, lower, upper }) => column[i]! < lower || column[i]! > upper)) rows.push(i)
    spend(fences.length * FENCE_UNITS)
  }
  return Int32Array.from(rows)
}

/**
 * Which bound each of `rows` crosses farthest, in widths of its fence: 2i below the i-th fence, 2i + 1 above it.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function fencesCrossed(
  columns: FeatureColumns,
  fences: Fence[],
  rows: Int32Array,
  spend: (units: number) => void = () => {}
): Int32Array {
  const fenced = fences.map((fence) => ({ ...fence, column: columns.columns[columns.names.indexOf(fence.feature)]! }))
  return rows.map((row) => {
    let crossed = 0
    let farthest = Number.NEGATIVE_INFINITY
    fenced.forEach(({ column, lower, upper }, index) => {
      const value = column[row]!
      const isAbove = value > upper
      const beyond = (isAbove ? value - upper : lower - value) / (upper - lower)
      if (beyond > farthest) {
        farthest = beyond
        crossed = 2 * index + (isAbove ? 1 : 0)
      }
    })
    spend(fences.length * FENCE_UNITS)
    return crossed
  })
}

/** The customers at `rows`, in that order. @param spend told of the work done, and may throw to stop */
export function takeCustomers(
  { names, columns }: FeatureColumns,
  rows: Int32Array,
  spend: (units: number) => void = () => {}
): FeatureColumns {
  const n = rows.length
  const taken = columns.map((column) => {
    const values = new Float64Array(n)
    for (let i = 0; i < n; i++) values[i] = column[rows[i]!]!
    spend(n)
    return values
  })
  return { names, columns: taken, n }
}
