export interface SegmentAction {
  /** Stable word for the kind of measure, for example `loyalty_program`. */
  type: string
  title: string
  description: string
  channel: string
  kpi: string
}

export interface FeatureProfile {
  mean: number
  median: number
  p25: number
  p75: number
  /** Segment mean / mean of all customers − 1; null where the overall mean is about 0. */
  relative_importance: number | null
  /** (Segment mean − mean of all customers) / standard deviation of all customers; null where that is 0. */
  standardized_difference: number | null
}

export interface SegmentRule {
  text: string
  /** Share of the customers who satisfy the rule that are in the segment. */
  precision: number
  /** Share of the segment's customers who satisfy the rule. */
  coverage: number
}

/** Everything about a segment that follows from its customers; identity and edits are added by the flow. */
export interface SegmentDescription {
  name: string
  kind: 'cluster' | 'outlier'
  /** Hex, colour-blind safe. */
  color: string
  /** Customers. */
  size: number
  share: number
  revenue: number
  revenue_share: number
  /** Mean of each clustered feature, in its own unit. */
  centroid: Record<string, number>
  profile: Record<string, FeatureProfile>
  /** The profile in a few words, for example "high-value frequent buyers". */
  description: string
  /** Sentences with the segment's own numbers. */
  rationale: string
  actions: SegmentAction[]
  rule: SegmentRule
  /** Mean silhouette of the members; null where it is not defined. */
  silhouette: number | null
  limitations: string[]
}

/** What a marketer may change; a changed field stays as edited. */
export interface SegmentEdit {
  name?: string
  description?: string
  rationale?: string
  color?: string
  actions?: SegmentAction[]
  owner?: string | null
  note?: string | null
}

export interface Segment extends SegmentDescription {
  id: string
  model_id: string
  owner: string | null
  note: string | null
  /** Names of the fields a marketer changed. */
  edited: string[]
}
