/** A shallow decision tree that says the segments in words; see segments/surrogate.ts. */
export interface Surrogate {
  /** Questions on the way to the deepest leaf. */
  depth: number
  /** Share of all customers whose leaf says the segment that the model gave them. */
  fidelity: number
  /** By segment, and within a segment the leaf of most customers first. */
  leaves: {
    /** Index in the model's order. */
    segment: number
    /** Sentence; the leaves' rules exclude each other and leave nobody out. */
    rule: string
    /** Share of the leaf's customers who are in the segment. */
    precision: number
    /** Share of the segment's customers who are in the leaf. */
    coverage: number
    customers: number
  }[]
}
