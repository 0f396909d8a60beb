/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, 8.5).
 * Exact to rounding for the few dozen features a model has; O(d³) a sweep.
 *
 * @param symmetric d rows of d, row after row; left as it is
 * @returns largest eigenvalue first; `vectors[i]` has length 1
 */
export function symmetricEigen(symmetric: Float64Array, d: number): { values: number[]; vectors: Float64Array[] } {
  const a = symmetric.slice()
  const v = new Float64Array(d * d)
  for (let i = 0; i < d; i++) v[i * d + i] = 1

  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0
    let whole = 0
    for (let p = 0; p < d; p++) {
      for (let q = 0; q < d; q++) {
        whole += a[p * d + q]! ** 2
        if (p !== q) off += a[p * d + q]! ** 2
      }
    }
    if (off <= 1e-30 * whole) break

    for (let p = 0; p < d - 1; p++) {
      for (let q = p + 1; q < d; q++) rotate(a, v, d, p, q)
    }
  }

  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => a[j * d + j]! - a[i * d + i]! || i - j)
  return {
    values: order.map((i) => a[i * d + i]!),
    vectors: order.map((i) => Float64Array.from({ length: d }, (_, row) => v[row * d + i]!))
  }
}

/** Turns the plane of axes p and q so that a[p][q] becomes 0, and keeps the turn in v. */
function rotate(a: Float64Array, v: Float64Array, d: number, p: number, q: number): void {
  const apq = a[p * d + q]!
  if (apq === 0) return
  const theta = (a[q * d + q]! - a[p * d + p]!) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let i = 0; i < d; i++) {
    const aip = a[i * d + p]!
    const aiq = a[i * d + q]!
    a[i * d + p] = c * aip - s * aiq
    a[i * d + q] = s * aip + c * aiq
  }
  for (let i = 0; i < d; i++) {
    const api = a[p * d + i]!
    const aqi = a[q * d + i]!
    a[p * d + i] = c * api - s * aqi
    a[q * d + i] = s * api + c * aqi
    const vip = v[i * d + p]!
    const viq = v[i * d + q]!
    v[i * d + p] = c * vip - s * viq
    v[i * d + q] = s * vip + c * viq
  }
}
