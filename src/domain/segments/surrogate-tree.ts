import type { RuleSample } from './rule-sample.ts'

export interface TreeNode {
  /** Segment of most customers here; the earlier one on a tie. */
  segment: number
  /** Null in a leaf. Customers with a value below the cut go to `below`, those at or above it to `above`. */
  split: { column: number; cut: number; below: TreeNode; above: TreeNode } | null
}

/** Codes of encode, without the one of absent values. */
const CODES = 255
/** A split has to lower the impurity by so much of all customers, or it only repeats rounding noise. */
const LEAST_GAIN = 1e-9
/** A leaf of fewer customers than this share is an anecdote. */
const LEAST_SHARE = 0.002
/** Adding a row to the histogram of a column costs about as much as so many multiplications. */
const ROW_UNITS = 4

/**
 * CART on histograms: at each node the split with the greatest fall of the Gini impurity, the earlier one on a tie.
 * Two leaves side by side that say the same segment become one.
 *
 * @param sample without absent values
 * @param depth questions on the way to a leaf, at most
 * @param spend told of the work done, and may throw to stop
 */
export function growTree(sample: RuleSample, depth: number, spend: (units: number) => void = () => {}): TreeNode {
  const customers = sample.labels.reduce((sum, label) => sum + sample.weights[label]!, 0)
  return grow(sample, Uint32Array.from(sample.labels.keys()), depth, LEAST_SHARE * customers, spend)
}

function grow(
  sample: RuleSample,
  rows: Uint32Array,
  depth: number,
  least: number,
  spend: (units: number) => void
): TreeNode {
  const totals = new Float64Array(sample.weights.length)
  addUp(rows, sample, totals)
  const leaf: TreeNode = { segment: totals.indexOf(Math.max(...totals)), split: null }
  if (depth === 0) return leaf

  spend(rows.length * sample.columns.length * ROW_UNITS)
  const best = bestSplit(sample, rows, totals, least)
  if (best === null) return leaf
  const codes = sample.columns[best.column]!.codes
  const isBelow = (row: number) => codes[row]! <= 2 * best.cut
  const below = grow(sample, rows.filter(isBelow), depth - 1, least, spend)
  const above = grow(
    sample,
    rows.filter((row) => !isBelow(row)),
    depth - 1,
    least,
    spend
  )
  if (below.split === null && above.split === null && below.segment === above.segment) return leaf
  return { segment: leaf.segment, split: { ...best, below, above } }
}

/** Σ over both sides of Σ wᵢ² / W is greatest where the Gini impurity is least. */
function bestSplit(
  { columns, labels, weights }: RuleSample,
  rows: Uint32Array,
  totals: Float64Array,
  least: number
): { column: number; cut: number } | null {
  const segments = weights.length
  const whole = totals.reduce((sum, weight) => sum + weight, 0)
  let best: { column: number; cut: number } | null = null
  let greatest = purity(totals, whole) + LEAST_GAIN * whole
  for (const [column, { cuts, codes }] of columns.entries()) {
    const histogram = new Float64Array(CODES * segments)
    addUp(rows, { labels, weights }, histogram, codes)

    const below = new Float64Array(segments)
    const above = totals.slice()
    let weightBelow = 0
    let passed = 0
    for (let cut = 0; cut < cuts.length; cut++) {
      for (const end = (2 * cut + 1) * segments; passed < end; passed++) {
        const weight = histogram[passed]!
        if (weight === 0) continue
        below[passed % segments]! += weight
        above[passed % segments]! -= weight
        weightBelow += weight
      }
      const score = purity(below, weightBelow) + purity(above, whole - weightBelow)
      const leaves = Math.min(weightBelow, whole - weightBelow)
      if (leaves > 1e-9 && leaves >= least && score > greatest) {
        greatest = score
        best = { column, cut }
      }
    }
  }
  return best
}

/** Weights of the rows by segment, and by code where there are `codes`. */
function addUp(
  rows: Uint32Array,
  { labels, weights }: Pick<RuleSample, 'labels' | 'weights'>,
  sums: Float64Array,
  codes?: Uint8Array
): void {
  for (let i = 0; i < rows.length; i++) {
    const label = labels[rows[i]!]!
    const code = codes === undefined ? 0 : codes[rows[i]!]!
    sums[code * weights.length + label]! += weights[label]!
  }
}

function purity(weights: Float64Array, total: number): number {
  if (!(total > 1e-9)) return 0
  let squares = 0
  for (const weight of weights) squares += weight * weight
  return squares / total
}
