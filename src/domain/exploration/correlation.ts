/** Coefficients of each column with each; null where one of the two does not vary. Symmetric, 1 on the diagonal. */
type Coefficients = (number | null)[][]

/**
 * Pearson's product-moment and Spearman's rank correlation of columns, each pair over the rows in which both are present,
 * as pandas' `corr` does. Spearman is Pearson of the ranks, equal values sharing their mean rank.
 *
 * @param columns of one length; NaN where absent
 */
export function correlate(columns: readonly Float64Array[]): { pearson: Coefficients; spearman: Coefficients } {
  const complete = columns.map((column) => !column.some(Number.isNaN))
  const ranked = columns.map((column, p) => (complete[p] ? averageRanks(column) : undefined))
  const pearson = square(columns.length)
  const spearman = square(columns.length)
  for (let p = 0; p < columns.length; p++) {
    for (let q = p; q < columns.length; q++) {
      const [a, b] = complete[p] && complete[q] ? [columns[p]!, columns[q]!] : presentInBoth(columns[p]!, columns[q]!)
      const whole = a === columns[p]
      pearson[p]![q] = pearson[q]![p] = productMoment(a, b)
      spearman[p]![q] = spearman[q]![p] = productMoment(
        whole ? ranked[p]! : averageRanks(a),
        whole ? ranked[q]! : averageRanks(b)
      )
    }
  }
  return { pearson, spearman }
}

const square = (size: number): Coefficients => Array.from({ length: size }, () => new Array(size).fill(null))

/** Ranks from 1; equal values share the mean of the ranks they take up. @param values without NaN */
export function averageRanks(values: Float64Array): Float64Array {
  const sorted = values.slice().sort()
  const ranks = new Map<number, number>()
  for (let from = 0; from < sorted.length; ) {
    let to = from
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    ranks.set(sorted[from]!, (from + 1 + to) / 2)
    from = to
  }
  return values.map((value) => ranks.get(value)!)
}

function presentInBoth(a: Float64Array, b: Float64Array): [Float64Array, Float64Array] {
  const both = (_: number, row: number) => !Number.isNaN(a[row]!) && !Number.isNaN(b[row]!)
  return [a.filter(both), b.filter(both)]
}

/** In two passes; null where either does not vary. */
function productMoment(a: Float64Array, b: Float64Array): number | null {
  const n = a.length
  let sumA = 0
  let sumB = 0
  for (let i = 0; i < n; i++) {
    sumA += a[i]!
    sumB += b[i]!
  }
  const meanA = sumA / n
  const meanB = sumB / n
  let squaresA = 0
  let squaresB = 0
  let products = 0
  for (let i = 0; i < n; i++) {
    const offA = a[i]! - meanA
    const offB = b[i]! - meanB
    squaresA += offA * offA
    squaresB += offB * offB
    products += offA * offB
  }
  if (n < 2 || isConstant(a) || isConstant(b)) return null
  return Math.max(-1, Math.min(1, products / Math.sqrt(squaresA * squaresB)))
}

const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0])
