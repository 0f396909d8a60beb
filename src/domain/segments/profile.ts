import { quantile, sortPresent } from '../numeric/quantiles.ts'
import type { FeatureProfile } from '../records/segment.ts'

/** What a column of numbers looks like; absent values (NaN) do not count. */
export interface Summary {
  /** Values present. */
  count: number
  mean: number
  /** Of the population (divided by n). */
  deviation: number
  median: number
  p25: number
  p75: number
  /** Greatest absolute value. */
  reach: number
}

/**
 * @param spend told of the work done, and may throw to stop
 * @returns null when no value is present
 */
export function summarise(values: Float64Array, spend?: (units: number) => void): Summary | null {
  const sorted = sortPresent(values, spend)
  const count = sorted.length
  if (count === 0) return null

  // In units of the greatest value neither sum nor squares can overflow.
  const reach = Math.max(Math.abs(sorted[0]!), Math.abs(sorted[count - 1]!))
  const unit = reach > 0 ? reach : 1
  const mean = preciseSum(sorted, unit) / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += (sorted[i]! / unit - mean) ** 2
  return {
    count,
    mean: mean * unit,
    deviation: Math.sqrt(squares / count) * unit,
    median: quantile(sorted, 0.5),
    p25: quantile(sorted, 0.25),
    p75: quantile(sorted, 0.75),
    reach
  }
}

/** Neumaier's compensated sum of `values / unit`: order and size of the terms hardly matter. */
export function preciseSum(values: ArrayLike<number>, unit = 1): number {
  let sum = 0
  let lost = 0
  for (let i = 0; i < values.length; i++) {
    const term = values[i]! / unit
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  return sum + lost
}

/** Means below this share of the greatest value are rounding noise around 0: nothing can be divided by them. */
const NEGLIGIBLE = 1e-9

/** Relative importance and standardized difference (Cohen's d against the population's deviation). */
export function compareWith(population: Summary, segment: Summary): FeatureProfile {
  const floor = NEGLIGIBLE * population.reach
  const divided = (by: number) => (by > floor ? (segment.mean - population.mean) / by : null)
  const relative = divided(Math.abs(population.mean))
  return {
    mean: segment.mean,
    median: segment.median,
    p25: segment.p25,
    p75: segment.p75,
    // Of a negative mean the ratio itself is meant, not the distance in its direction.
    relative_importance: relative === null ? null : relative * Math.sign(population.mean),
    standardized_difference: divided(population.deviation)
  }
}
