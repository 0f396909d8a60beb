import type { RunningMoments } from '../numeric/running-moments.ts'
import type { FeatureColumns, OwnVocabulary } from '../records/model.ts'
import type { FeatureProfile, SegmentDescription } from '../records/segment.ts'
import type { PopulationTotals } from '../streaming/segment-totals.ts'
import type { VocabularyName } from '../vocabulary.ts'
import type { SegmentFacts } from './facts.ts'
import { limitationsOf } from './limitations.ts'
import { nameSegments, type SegmentMeans } from './naming.ts'
import { assignColors } from './palette.ts'
import { proposeActions } from './playbook.ts'
import { portray } from './portrait.ts'
import { logarithm, type Spread } from './positions.ts'
import { compareWith, preciseSum, type Summary, summarise } from './profile.ts'
import { explain } from './rationale.ts'
import { type RuleSample, ruleColumns } from './rule-sample.ts'
import { findRules } from './rule-search.ts'
import { writeRule } from './rule-text.ts'

export interface SegmentInput {
  /** Every feature of the catalogue, raw; one row per customer, NaN where absent. */
  features: FeatureColumns
  /** Names of the columns that the model clusters on. */
  clustered: string[]
  /** Segment of each customer, 0 to the number of `kinds` − 1; no segment is empty. */
  labels: Int32Array
  kinds: ('cluster' | 'outlier')[]
  /** Of each customer. */
  revenue: Float64Array
  /** Of each customer; NaN where it was not computed. */
  silhouettes: Float64Array
  /** ISO 4217, or null where it is unknown. */
  currency: string | null
  vocabulary: VocabularyName | OwnVocabulary
  /** Readable name of each preference column. */
  preferenceNames: Record<string, string>
  /** Set where the customers are a sample: the exact counts, sums and means of all of them. Quantiles and rules are the sample's. */
  totals?: PopulationTotals
  /** Of the columns that rules speak of, where it is there already. */
  sample?: RuleSample
}

/** Rules speak of these, and of what the model clusters on. */
export const RULE_FEATURES: readonly string[] = ['recency_days', 'frequency', 'monetary_value', 'average_order_value']

/**
 * Name, explain and profile each segment of a model from its customers alone. Deterministic.
 *
 * A feature that no member of a segment has is left out of that segment's `centroid` and `profile`.
 *
 * @param spend told of the work done, and may throw to stop
 * @returns one description per segment, in the order of `kinds`
 * @throws RangeError when columns and labels differ in length, a segment is empty, or recency, frequency or
 *   monetary value is missing
 */
export function describeSegments(input: SegmentInput, spend: (units: number) => void = () => {}): SegmentDescription[] {
  const { features, labels, kinds, revenue, currency, preferenceNames, totals } = input
  const members = membersOf(labels, kinds.length)
  checkShapes(input, members)

  const columns = new Map(features.names.map((name, j) => [name, features.columns[j]!]))
  const overall = corrected(summariseAll(columns, spend), totals?.features)
  const summaries = members.map((rows, i) =>
    corrected(summariseAll(columns, spend, rows), totals?.segments[i]?.features)
  )
  const sizes = totals?.segments.map(({ size }) => size) ?? members.map((rows) => rows.length)
  const named = nameSegments(summaries.map(meansOf(sizes, kinds)), input.vocabulary, spreadOf(columns, overall, spend))
  const colors = assignColors(named.map(({ meaning }) => meaning))

  const spoken = ruleColumns(features, [...RULE_FEATURES, ...input.clustered])
  const rules = findRules(spoken, labels, kinds.length, { sample: input.sample, spend })
  const customers = totals?.customers ?? labels.length
  const total = totals?.revenue ?? preciseSum(revenue)

  return members.map((rows, i) => {
    const own = summaries[i]!
    const earned = totals?.segments[i]?.revenue ?? preciseSum(pick(revenue, rows))
    const profile: Record<string, FeatureProfile> = {}
    for (const [name, summary] of Object.entries(own)) profile[name] = compareWith(overall[name]!, summary)
    const facts: SegmentFacts = {
      named: named[i]!,
      kind: kinds[i]!,
      size: sizes[i]!,
      share: sizes[i]! / customers,
      revenue: earned,
      revenue_share: total > 0 ? earned / total : 0,
      segments: kinds.length,
      profile,
      overall,
      currency,
      preferenceNames
    }
    const rule = rules[i]!
    const silhouette = summarise(pick(input.silhouettes, rows), spend)?.mean ?? null
    return {
      name: facts.named.name,
      kind: facts.kind,
      color: colors[i]!,
      size: facts.size,
      share: facts.share,
      revenue: facts.revenue,
      revenue_share: facts.revenue_share,
      centroid: Object.fromEntries(
        input.clustered.filter((name) => own[name] !== undefined).map((name) => [name, own[name]!.mean])
      ),
      profile,
      description: portray(facts),
      rationale: explain(facts),
      actions: proposeActions(facts),
      rule: { text: writeRule(rule.conditions, facts), precision: rule.precision, coverage: rule.coverage },
      silhouette,
      limitations: limitationsOf(facts, rule, silhouette, input.vocabulary)
    }
  })
}

function membersOf(labels: Int32Array, segments: number): Uint32Array[] {
  const sizes = new Uint32Array(segments)
  for (const label of labels) {
    if (!(label >= 0 && label < segments)) throw new RangeError(`there is no segment ${label}`)
    sizes[label]! += 1
  }
  const members = Array.from(sizes, (size) => new Uint32Array(size))
  const filled = new Uint32Array(segments)
  labels.forEach((label, row) => {
    members[label]![filled[label]!++] = row
  })
  return members
}

function checkShapes({ features, labels, revenue, silhouettes }: SegmentInput, members: Uint32Array[]): void {
  const n = labels.length
  if ([...features.columns, revenue, silhouettes].some((column) => column.length !== n)) {
    throw new RangeError('every column needs one value per customer')
  }
  if (members.length === 0 || members.some((rows) => rows.length === 0)) {
    throw new RangeError('every segment needs at least one customer')
  }
}

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i]!]!
  return picked
}

/** Features without a single value among the rows are left out. */
function summariseAll(
  columns: ReadonlyMap<string, Float64Array>,
  spend: (units: number) => void,
  rows?: Uint32Array
): Record<string, Summary> {
  const summaries: Record<string, Summary> = {}
  for (const [name, values] of columns) {
    const summary = summarise(rows === undefined ? values : pick(values, rows), spend)
    if (summary !== null) summaries[name] = summary
  }
  return summaries
}

/** A sample's quantiles with what all customers add up to. */
function corrected(
  sampled: Record<string, Summary>,
  exact: Readonly<Record<string, RunningMoments>> | undefined
): Record<string, Summary> {
  if (exact === undefined) return sampled
  return Object.fromEntries(
    Object.entries(sampled).map(([name, summary]) => {
      const { count, mean, deviation, reach } = exact[name]!
      return [name, { ...summary, count, mean, deviation, reach }]
    })
  )
}

const meansOf =
  (sizes: readonly number[], kinds: SegmentInput['kinds']) =>
  (summary: Record<string, Summary>, i: number): SegmentMeans => {
    const { recency_days: recency, frequency, monetary_value: value, average_order_value: perOrder } = summary
    if (recency === undefined || frequency === undefined || value === undefined) {
      throw new RangeError('naming needs recency_days, frequency and monetary_value')
    }
    return {
      size: sizes[i]!,
      kind: kinds[i]!,
      recency: recency.mean,
      frequency: frequency.mean,
      value: value.mean,
      ...(perOrder !== undefined && { average_order_value: perOrder.mean })
    }
  }

/** Standard deviation between customers on the scale on which segments are placed. */
function spreadOf(
  columns: ReadonlyMap<string, Float64Array>,
  overall: Record<string, Summary>,
  spend: (units: number) => void
): Spread {
  const spread = (name: string) => {
    const average = overall[name]?.mean ?? 0
    const logs = columns.get(name)?.map((value) => (Number.isNaN(value) ? value : logarithm(value, average)))
    return (logs && summarise(logs, spend)?.deviation) ?? 0
  }
  return {
    recency: spread('recency_days'),
    frequency: spread('frequency'),
    value: spread('monetary_value'),
    average_order_value: spread('average_order_value')
  }
}
