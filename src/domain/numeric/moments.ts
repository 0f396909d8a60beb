export interface Moments {
  mean: number
  /** Population standard deviation, divisor n. */
  deviation: number
  /** Fisher's g1 = m3 / m2^1.5; 0 for a constant. */
  skewness: number
  min: number
  max: number
}

/** Moments of values without NaN, in two passes so that a large mean costs no digits. */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    const value = values[i]!
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min === max) return { mean: min, deviation: 0, skewness: 0, min, max }

  const mean = sum / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2
  const deviation = Math.sqrt(squares / n)
  let cubes = 0
  for (let i = 0; i < n; i++) {
    const standing = (values[i]! - mean) / deviation
    cubes += standing * standing * standing
  }
  return { mean, deviation, skewness: deviation > 0 ? cubes / n : 0, min, max }
}
