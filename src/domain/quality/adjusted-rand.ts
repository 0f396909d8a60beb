/**
 * Adjusted Rand index (Hubert & Arabie 1985): agreement of two partitions of the same rows. 1 for the same partition
 * under any names, about 0 for chance, below 0 for less than chance.
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b)
  const pairs = (count: number) => (count * (count - 1)) / 2
  const sum = (counts: Iterable<number>) => {
    let total = 0
    for (const count of counts) total += pairs(count)
    return total
  }
  const together = sum(table.both.values())
  const inA = sum(table.rows.values())
  const inB = sum(table.columns.values())
  const all = pairs(a.length)
  const expected = all > 0 ? (inA * inB) / all : 0
  const largest = (inA + inB) / 2
  return largest === expected ? 1 : (together - expected) / (largest - expected)
}

/**
 * For each cluster of `a`, in [0, k), the best Jaccard similarity |A ∩ B| / |A ∪ B| with any cluster of `b` (Hennig 2007).
 *
 * @returns NaN for a cluster without rows
 */
export function bestJaccard(a: ArrayLike<number>, b: ArrayLike<number>, k: number): number[] {
  const { rows, columns, both } = contingency(a, b)
  const best = Array.from({ length: k }, (_, cluster) => (rows.has(cluster) ? 0 : Number.NaN))
  for (const [key, shared] of both) {
    const cluster = Math.floor(key / STRIDE)
    const union = rows.get(cluster)! + columns.get(key % STRIDE)! - shared
    best[cluster] = Math.max(best[cluster]!, shared / union)
  }
  return best
}

/** Labels are below this, so that a pair of them is one number. */
const STRIDE = 2 ** 20

function contingency(a: ArrayLike<number>, b: ArrayLike<number>) {
  const rows = new Map<number, number>()
  const columns = new Map<number, number>()
  const both = new Map<number, number>()
  const count = (map: Map<number, number>, key: number) => map.set(key, (map.get(key) ?? 0) + 1)
  for (let i = 0; i < a.length; i++) {
    count(rows, a[i]!)
    count(columns, b[i]!)
    count(both, a[i]! * STRIDE + b[i]!)
  }
  return { rows, columns, both }
}
