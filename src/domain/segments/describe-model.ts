import type { Pace } from '../clustering/pace.ts'
import { projectCustomers } from '../features/pca.ts'
import type { ProductGroups } from '../features/product-groups.ts'
import type { FeatureColumns, Projection, TrainingOptions, TrainingOutcome } from '../records/model.ts'
import type { SegmentDescription } from '../records/segment.ts'
import type { Surrogate } from '../records/surrogate.ts'
import type { PopulationTotals } from '../streaming/segment-totals.ts'
import { PREFERENCE_PREFIX } from '../vocabulary.ts'
import { describeSegments, RULE_FEATURES } from './describe.ts'
import { ruleColumns, sampleColumns } from './rule-sample.ts'
import { mimicSegments } from './surrogate.ts'

/** Customers shown in the picture of a model. */
const SHOWN = 5000

export interface DescribedCustomers {
  /** Every feature of the catalogue, raw; one row per customer, NaN where absent. */
  features: FeatureColumns
  /** Names of the columns that the model clusters on, in the order of its fit. */
  clustered: string[]
  /** Of each customer. */
  revenue: Float64Array
  outcome: Pick<TrainingOutcome, 'fit' | 'labels' | 'silhouettes'>
  /** Readable names of the preference columns; null where there are none. */
  preferences: ProductGroups | null
  /** Set where the customers are a sample: the exact counts, sums and means of all of them. */
  totals?: PopulationTotals
}

export interface ModelDescription {
  segments: SegmentDescription[]
  surrogate: Surrogate
  projection: Projection
}

/**
 * All that is said of finished segments: names, figures and texts, the tree that mimics the model, and the picture.
 *
 * @throws TrainingCancelled
 */
export function describeModel(
  { features, clustered, revenue, outcome, preferences, totals }: DescribedCustomers,
  { currency, vocabulary, seed }: Pick<TrainingOptions, 'vocabulary' | 'seed'> & { currency: string | null },
  pace: Pace
): ModelDescription {
  const { fit, labels, silhouettes } = outcome
  const spend = (units: number) => pace.spend(units)
  const spoken = [...RULE_FEATURES, ...clustered]
  // Rules and tree are sought in the same sample: ordering its columns is most of the work for either.
  const sample = sampleColumns(ruleColumns(features, spoken), labels, fit.segments.length, spend)
  const sizes = totals && { sizes: totals.segments.map(({ size }) => size) }
  const known = { features, labels, sample, currency, preferenceNames: preferenceNamesOf(preferences) }
  const described = { ...known, ...{ clustered, revenue, silhouettes, vocabulary }, ...(totals && { totals }) }
  const mimicked = { ...known, spoken, segments: fit.segments.length, ...sizes }
  return {
    segments: describeSegments({ ...described, kinds: fit.segments.map(({ kind }) => kind) }, spend),
    surrogate: mimicSegments(mimicked, spend),
    projection: projectCustomers(pick(features, clustered), outcome, {
      ...{ seed, maxPoints: SHOWN, spend },
      customers: totals?.customers ?? features.n
    })
  }
}

const pick = ({ names, columns, n }: FeatureColumns, wanted: string[]): FeatureColumns => ({
  names: wanted,
  columns: wanted.map((name) => columns[names.indexOf(name)]!),
  n
})

const preferenceNamesOf = (groups: ProductGroups | null): Record<string, string> =>
  Object.fromEntries((groups?.groups ?? []).map(({ slug, name }) => [PREFERENCE_PREFIX + slug, name]))
