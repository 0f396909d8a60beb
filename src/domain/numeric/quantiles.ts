/** Sorted at once: some milliseconds. */
const RUN = 2 ** 15
/** Sorting or merging a value costs about as much as so many multiplications. */
const SORT_UNITS = 80

/**
 * The present values (not NaN) in ascending order.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function sortPresent(values: Float64Array, spend?: (units: number) => void): Float64Array {
  const present = new Float64Array(values.length)
  let count = 0
  // By index: an iterator takes twenty times as long.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isNaN(value)) present[count++] = value
  }
  spend?.(values.length)
  return sortInSteps(present.subarray(0, count), spend)
}

/** Sorts in place or into another array: short runs first, which are then merged two by two. @param values without NaN */
export function sortInSteps(values: Float64Array, spend: (units: number) => void = () => {}): Float64Array {
  const n = values.length
  for (let from = 0; from < n; from += RUN) {
    values.subarray(from, from + RUN).sort()
    spend(Math.min(RUN, n - from) * SORT_UNITS)
  }
  let source = values
  let target = n > RUN ? new Float64Array(n) : values
  for (let width = RUN; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width) merge(source, target, from, width, spend)
    ;[source, target] = [target, source]
  }
  return source
}

function merge(
  source: Float64Array,
  target: Float64Array,
  from: number,
  width: number,
  spend: (units: number) => void
): void {
  const middle = Math.min(from + width, source.length)
  const end = Math.min(from + 2 * width, source.length)
  let left = from
  let right = middle
  for (let at = from; at < end; at++) {
    if (at % RUN === 0) spend(RUN * SORT_UNITS)
    // Not greater: of 0 and −0, which are equal, the order of the runs stands.
    const takesLeft = left < middle && (right >= end || source[left]! <= source[right]!)
    target[at] = takesLeft ? source[left++]! : source[right++]!
  }
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
