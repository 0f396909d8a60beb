/** Different values in ascending order, without NaN, and how often each comes: as exact as the values themselves, and far smaller. */
export interface ValueCounts {
  values: ArrayLike<number>
  /** Whole numbers above 0. */
  counts: ArrayLike<number>
}

/** @param values in any order; NaN is left out */
export function countValues(values: ArrayLike<number>): ValueCounts {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort()
  const different: number[] = []
  const counts: number[] = []
  for (const value of sorted) {
    if (different.at(-1) === value) counts[counts.length - 1]!++
    else {
      different.push(value)
      counts.push(1)
    }
  }
  return { values: different, counts }
}
