/** A distribution with one peak: its distribution function runs straight between the knots. */
export interface Unimodal {
  /** Ascending. */
  values: Float64Array
  /** Share of the population up to each value: 0 to 1, ascending. */
  shares: Float64Array
}

/** Places for the peak that are tried, at even steps through the ranks. */
const PEAKS = 40

/**
 * The distribution with one peak that lies nearest to the values by the Kolmogorov distance, over a grid of peaks: left
 * of the peak the greatest convex minorant of the empirical distribution function, right of it the least concave majorant
 * (Grenander 1956; the construction behind Hartigan & Hartigan's dip, 1985). It keeps skew and tails and fills valleys.
 *
 * @param sorted ascending, at least one value
 */
export function fitUnimodal(sorted: Float64Array): Unimodal {
  const last = sorted.length - 1
  if (last < 1 || sorted[0] === sorted[last]) {
    return { values: Float64Array.of(sorted[0]!, sorted[last]!), shares: Float64Array.of(0, 1) }
  }
  let best: { knots: number[]; distance: number } | undefined
  for (let step = 0; step <= PEAKS; step++) {
    const peak = Math.round((last * step) / PEAKS)
    const knots = [...hull(sorted, 0, peak, 1), ...hull(sorted, peak, last, -1).slice(1)]
    const distance = farthest(sorted, knots)
    if (best === undefined || distance < best.distance) best = { knots, distance }
  }
  const { knots } = best!
  return {
    values: Float64Array.from(knots, (index) => sorted[index]!),
    shares: Float64Array.from(knots, (index) => index / last)
  }
}

/** The value below which lies the given share, 0 to 1. */
export function quantileOf({ values, shares }: Unimodal, share: number): number {
  let low = 0
  let high = shares.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (shares[middle]! <= share) low = middle
    else high = middle
  }
  const width = shares[high]! - shares[low]!
  const along = width > 0 ? (share - shares[low]!) / width : 0
  return values[low]! + along * (values[high]! - values[low]!)
}

/** Indices of the lower hull (turn 1) or the upper hull (turn −1) of the points (value, rank). */
function hull(sorted: Float64Array, from: number, to: number, turn: 1 | -1): number[] {
  const knots: number[] = []
  for (let i = from; i <= to; i++) {
    while (knots.length > 1) {
      const a = knots.at(-2)!
      const b = knots.at(-1)!
      const cross = (b - a) * (sorted[i]! - sorted[a]!) - (i - a) * (sorted[b]! - sorted[a]!)
      if (turn * cross < 0) break
      knots.pop()
    }
    knots.push(i)
  }
  return knots
}

/** Largest difference in rank between the values and the line through the knots. */
function farthest(sorted: Float64Array, knots: number[]): number {
  let largest = 0
  for (let at = 0; at + 1 < knots.length; at++) {
    const from = knots[at]!
    const to = knots[at + 1]!
    const run = sorted[to]! - sorted[from]!
    for (let i = from + 1; i < to; i++) {
      const rank = run > 0 ? from + ((to - from) * (sorted[i]! - sorted[from]!)) / run : i
      largest = Math.max(largest, Math.abs(i - rank))
    }
  }
  return largest
}
