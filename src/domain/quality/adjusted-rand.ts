/**
 * Adjusted Rand index (Hubert & Arabie 1985): agreement of two partitions of the same rows. 1 for the same partition
 * under any names, about 0 for chance, below 0 for less than chance.
 *
 * @param a labels from 0 on, and of `b` likewise
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b)
  const together = pairs(table.both)
  const inA = pairs(table.rows)
  const inB = pairs(table.columns)
  const all = (a.length * (a.length - 1)) / 2
  const expected = all > 0 ? (inA * inB) / all : 0
  const largest = (inA + inB) / 2
  return largest === expected ? 1 : (together - expected) / (largest - expected)
}

function pairs(counts: Float64Array): number {
  let sum = 0
  for (const count of counts) sum += (count * (count - 1)) / 2
  return sum
}

/**
 * For each cluster of `a`, in [0, k), the best Jaccard similarity |A ∩ B| / |A ∪ B| with any cluster of `b` (Hennig 2007).
 *
 * @returns NaN for a cluster without rows
 */
export function bestJaccard(a: ArrayLike<number>, b: ArrayLike<number>, k: number): number[] {
  const { rows, columns, both } = contingency(a, b)
  return Array.from({ length: k }, (_, cluster) => {
    const size = rows[cluster] ?? 0
    if (size === 0) return Number.NaN
    let best = 0
    columns.forEach((other, c) => {
      const shared = both[cluster * columns.length + c]!
      best = Math.max(best, shared / (size + other - shared))
    })
    return best
  })
}

/** Rows with each label of `a`, of `b`, and of both: `both[i * columns.length + j]`. */
function contingency(a: ArrayLike<number>, b: ArrayLike<number>) {
  const rows = new Float64Array(largest(a) + 1)
  const columns = new Float64Array(largest(b) + 1)
  const both = new Float64Array(rows.length * columns.length)
  for (let i = 0; i < a.length; i++) {
    rows[a[i]!]!++
    columns[b[i]!]!++
    both[a[i]! * columns.length + b[i]!]!++
  }
  return { rows, columns, both }
}

function largest(labels: ArrayLike<number>): number {
  let most = -1
  for (let i = 0; i < labels.length; i++) if (labels[i]! > most) most = labels[i]!
  return most
}
