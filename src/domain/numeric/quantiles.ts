/** The present values (not NaN) in ascending order. */
export function sortPresent(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort()
}

/**
 * Quantile by linear interpolation between order statistics: numpy's default, type 7 of Hyndman & Fan (1996).
 *
 * @param sorted ascending, without NaN
 * @param share 0 to 1
 * @returns NaN for no values
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (position - below)
}
