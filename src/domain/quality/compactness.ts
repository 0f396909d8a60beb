import { clusterMeans, countMembers } from '../clustering/arrange.ts'
import { columnMeans, type Matrix } from '../numeric/matrix.ts'

export interface Compactness {
  /** Sum over the rows of the squared Euclidean distance to the mean of their cluster. */
  inertia: number
  /** Between-cluster over total sum of squares, 0 to 1; 0 where the rows do not differ. */
  explained_ss: number
  /** Mean over clusters of the worst (spread + spread) / distance of means; low is good. Null unless 2 ≤ k ≤ n − 1. */
  davies_bouldin: number | null
  /** Between-cluster over within-cluster variance; high is good. Null unless 2 ≤ k ≤ n − 1. */
  calinski_harabasz: number | null
}

/** A square root and a division take as long as so many multiplications. */
const ROOT_UNITS = 8

/**
 * How tight the clusters are and how far apart, by squared Euclidean distance: inertia, Davies & Bouldin (1979) and
 * Caliński & Harabasz (1974), each with scikit-learn's conventions. O(n · d + k² · d).
 *
 * @param labels of each row, in [0, k), none of them unused
 * @param spend told of the work done, and may throw to stop
 */
export function compactness(
  matrix: Matrix,
  labels: ArrayLike<number>,
  k: number,
  spend: (units: number) => void = () => {}
): Compactness {
  const { data, n, d } = matrix
  const means = clusterMeans(matrix, labels, k, spend)
  const sizes = countMembers(labels, k)
  const spreads = new Float64Array(k)
  let inertia = 0
  for (let i = 0; i < n; i++) {
    const c = labels[i]!
    let squared = 0
    for (let j = 0; j < d; j++) squared += (data[i * d + j]! - means[c * d + j]!) ** 2
    inertia += squared
    spreads[c]! += Math.sqrt(squared) / sizes[c]!
    spend(d + ROOT_UNITS)
  }

  const overall = columnMeans(matrix, spend)
  let between = 0
  for (let c = 0; c < k; c++) {
    for (let j = 0; j < d; j++) between += sizes[c]! * (means[c * d + j]! - overall[j]!) ** 2
  }
  const total = between + inertia
  const defined = k >= 2 && k <= n - 1
  return {
    inertia,
    explained_ss: total > 0 ? between / total : 0,
    davies_bouldin: defined ? daviesBouldin(means, spreads, k, d) : null,
    // scikit-learn gives 1 where clusters have no extent at all.
    calinski_harabasz: defined ? (inertia === 0 ? 1 : (between * (n - k)) / (inertia * (k - 1))) : null
  }
}

export function daviesBouldin(means: Float64Array, spreads: Float64Array, k: number, d: number): number {
  let sum = 0
  for (let a = 0; a < k; a++) {
    let worst = 0
    for (let b = 0; b < k; b++) {
      if (a === b) continue
      let squared = 0
      for (let j = 0; j < d; j++) squared += (means[a * d + j]! - means[b * d + j]!) ** 2
      if (squared > 0) worst = Math.max(worst, (spreads[a]! + spreads[b]!) / Math.sqrt(squared))
    }
    sum += worst
  }
  return sum / k
}
