import type { Contributions } from '../../domain/serving/explain.ts'
import type { Placements } from '../../domain/serving/placements.ts'
import type { ModelWithState } from './models.ts'

export interface SegmentMember {
  customer_id: string
  segment_id: string
  distance: number
  margin: number
  silhouette: number | null
  revenue: number
  features: Record<string, number | null>
}

export interface CustomerDescription extends SegmentMember {
  model_id: string
  reference_date: string
  segment_name: string
  nearest: { segment_id: string; distance: number }[]
  limitations: string[]
}

/** What describeCustomer finds: CustomerDescription before it is put into words. */
export interface KnownCustomer {
  model: ModelWithState
  customer_id: string
  /** Index in the model's list. */
  segment: number
  /** As training left them, not rounded. NaN where there is none. */
  distance: number
  margin: number
  silhouette: number
  revenue: number
  /** Of features; the same array for all customers of a model. */
  names: readonly string[]
  /** In their order; NaN where absent. */
  values: readonly number[]
  /** Of this one, with the distances to all segments. */
  placements: Placements
}

interface NamedSegment {
  segment_id: string
  segment_name: string
}

/** Why a customer is in its segment, and what would have to be otherwise for each other one. */
export interface CustomerExplanation extends NamedSegment {
  customer_id: string
  model_id: string
  reference_date: string
  /** The nearest other one. */
  next_segment: NamedSegment | null
  /** What each feature adds to the distances from the own and the next segment. */
  contributions: Contributions | null
  /** Features that are nearer to the own segment than to the next one, the strongest first. */
  speaks_for_segment: string[]
  /** To each other segment, the nearest first. */
  changes: (NamedSegment & {
    change: { features: { feature: string; from: number; to: number }[]; distance: number; text: string } | null
    /** Sentence; null where there is a change. */
    reason: string | null
  })[]
  limitations: string[]
}
