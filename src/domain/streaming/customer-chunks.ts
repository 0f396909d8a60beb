import type { FeatureColumns } from '../records/model.ts'

/** Customers that are too many to hold, to be read again and again in the same order. */
export interface CustomerChunks {
  readonly n: number
  /** Every feature there is. */
  readonly names: readonly string[]
  /**
   * Hands over all customers, a chunk at a time. What is computed from them must not depend on the size of the chunks.
   *
   * @param names the features wanted, in the order in which the chunks shall hold them
   * @param visit is given raw values, NaN where absent, which hold only until the next chunk, and the row of its first customer
   */
  scan(names: readonly string[], visit: (chunk: FeatureColumns, first: number) => void): void
}
