import type { FeatureProfile } from '../records/segment.ts'
import type { Axis } from './meanings.ts'
import type { NamedSegment } from './naming.ts'
import type { Summary } from './profile.ts'

/** All that the texts about one segment may draw on. */
export interface SegmentFacts {
  named: NamedSegment
  kind: 'cluster' | 'outlier'
  size: number
  share: number
  revenue: number
  revenue_share: number
  /** Segments of the model. */
  segments: number
  /** By feature; a feature that no member has is not there. */
  profile: Readonly<Record<string, FeatureProfile>>
  /** Of all customers, by feature. */
  overall: Readonly<Record<string, Summary>>
  currency: string | null
  preferenceNames: Readonly<Record<string, string>>
}

const FEATURE_OF: Readonly<Record<Axis, string>> = {
  recency: 'recency_days',
  frequency: 'frequency',
  value: 'monetary_value',
  average_order_value: 'average_order_value'
}

/** Standard deviations from the average at which a difference deserves a word. */
const LEANING = 0.4

/**
 * Whether the segment lies clearly above (1) or below (−1) the average customer on an axis.
 * Position and median have to agree, so that a word never contradicts the figures beside it.
 */
export function leaning({ named, profile, overall }: SegmentFacts, axis: Axis): -1 | 0 | 1 {
  const position = named.position[axis]
  if (Math.abs(position) < LEANING) return 0
  const median = profile[FEATURE_OF[axis]]?.median
  const usual = overall[FEATURE_OF[axis]]?.median
  if (median === undefined || usual === undefined) return 0
  if (position > 0) return median >= usual ? 1 : 0
  return median <= usual ? -1 : 0
}

/** Discounts are a habit of the segment: at least a twentieth of the value, a quarter and clearly more than others get. */
export function huntsBargains({ profile }: SegmentFacts): boolean {
  const discount = profile.discount_share
  if (discount === undefined || discount.mean < 0.05) return false
  return (discount.standardized_difference ?? 0) >= LEANING && (discount.relative_importance ?? 0) >= 0.25
}
