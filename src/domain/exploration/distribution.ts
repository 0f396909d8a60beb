import { type DistributionFigures, QUANTILE_SHARES, type QuantileName } from '../records/profile.ts'
import { histogram, logHistogram } from './histogram.ts'
import type { ValueCounts } from './value-counts.ts'

/** A distribution further from symmetry than this shows little on a linear scale (Bulmer 1979: "highly skewed"). */
const SKEWED = 1
const FENCE = 1.5

/**
 * How the values are spread.
 *
 * Standard deviation with the divisor n − 1; skewness the adjusted Fisher-Pearson G1 and kurtosis the excess G2 of Joanes
 * & Gill (1998), which are the `skew` and `kurt` of pandas; quantiles by linear interpolation, type 7 of Hyndman & Fan
 * (1996), which is numpy's default. What n is too small for, or a constant has not, is null.
 * @returns null for no values
 */
export function describeDistribution(data: ValueCounts): DistributionFigures | null {
  const { values, counts } = data
  const n = sum(counts)
  if (n === 0) return null
  const { mean, squares, cubes, fourths } = centralSums(data, n)
  const quantiles = quantilesOf(data, n)
  const min = values[0]!
  const max = values[values.length - 1]!
  const skewness = n > 2 && squares > 0 ? adjustedSkewness(n, squares, cubes) : null
  return {
    n,
    mean,
    standard_deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
    min,
    max,
    quantiles,
    skewness,
    excess_kurtosis: n > 3 && squares > 0 ? excessKurtosis(n, squares, fourths) : null,
    fences: beyondFences(data, n, quantiles),
    histogram: histogram(data),
    log_histogram: skewness !== null && skewness > SKEWED && min >= 0 ? logHistogram(data) : null
  }
}

const sum = (values: ArrayLike<number>): number => {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

/** Sums of powers of the distance from the mean, in a second pass, so that a large mean costs no digits. */
function centralSums({ values, counts }: ValueCounts, n: number) {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]! * counts[i]!
  const mean = values.length === 1 ? values[0]! : total / n
  let squares = 0
  let cubes = 0
  let fourths = 0
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - mean
    const square = distance * distance * counts[i]!
    squares += square
    cubes += square * distance
    fourths += square * distance * distance
  }
  return { mean, squares, cubes, fourths }
}

function adjustedSkewness(n: number, squares: number, cubes: number): number {
  const g1 = cubes / n / (squares / n) ** 1.5
  return (Math.sqrt(n * (n - 1)) / (n - 2)) * g1
}

function excessKurtosis(n: number, squares: number, fourths: number): number {
  const g2 = fourths / n / (squares / n) ** 2 - 3
  return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * g2 + 6)
}

function quantilesOf(data: ValueCounts, n: number): Record<QuantileName, number> {
  const at = orderStatistics(data)
  return Object.fromEntries(
    Object.entries(QUANTILE_SHARES).map(([name, share]) => {
      const position = (n - 1) * share
      const below = Math.floor(position)
      const low = at(below)
      return [name, low + (at(Math.min(below + 1, n - 1)) - low) * (position - below)]
    })
  ) as Record<QuantileName, number>
}

/** The value at a rank, 0 the smallest; to be asked for ranks that do not fall. */
function orderStatistics({ values, counts }: ValueCounts): (rank: number) => number {
  let index = 0
  let before = 0
  return (rank) => {
    // An interpolation looks one rank ahead, so the next quantile may step back by one value.
    while (index > 0 && before > rank) before -= counts[--index]!
    while (before + counts[index]! <= rank) before += counts[index++]!
    return values[index]!
  }
}

function beyondFences({ values, counts }: ValueCounts, n: number, quantiles: Record<QuantileName, number>) {
  const range = quantiles.p75 - quantiles.p25
  const low = quantiles.p25 - FENCE * range
  const high = quantiles.p75 + FENCE * range
  let below = 0
  let above = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) below += counts[i]!
    else if (values[i]! > high) above += counts[i]!
  }
  return { low, high, below, above, share_beyond: (below + above) / n }
}
