/** n rows of d numbers, row after row: row i starts at `data[i * d]`. */
export interface Matrix {
  data: Float64Array
  n: number
  d: number
}

/** The rows of `matrix` at `rows`, in that order; a row may come several times. */
export function takeRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const { data, d } = matrix
  const taken = new Float64Array(rows.length * d)
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * d
    for (let j = 0; j < d; j++) taken[i * d + j] = data[from + j]!
  }
  return { data: taken, n: rows.length, d }
}

/** Mean of each column. @param spend told of the work done, and may throw to stop */
export function columnMeans({ data, n, d }: Matrix, spend: (units: number) => void = () => {}): Float64Array {
  const means = new Float64Array(d)
  for (let at = 0; at < data.length; at += d) {
    for (let j = 0; j < d; j++) means[j]! += data[at + j]!
    spend(d)
  }
  for (let j = 0; j < d; j++) means[j]! /= n
  return means
}

/** Mean of each column, and the mean over the columns of their population variances. */
export function columnMoments(matrix: Matrix): { means: Float64Array; meanVariance: number } {
  const { data, n, d } = matrix
  const means = columnMeans(matrix)
  let squares = 0
  for (let at = 0; at < data.length; at += d) for (let j = 0; j < d; j++) squares += (data[at + j]! - means[j]!) ** 2
  return { means, meanVariance: squares / (n * d) }
}

/** Number of different rows, counted no further than `limit`. O(n · limit · d). */
export function countDistinctRows(matrix: Matrix, limit: number): number {
  const { data, n, d } = matrix
  const found: number[] = []
  for (let i = 0; i < n && found.length < limit; i++) {
    const known = found.some((row) => {
      for (let j = 0; j < d; j++) if (data[row * d + j] !== data[i * d + j]) return false
      return true
    })
    if (!known) found.push(i)
  }
  return found.length
}
