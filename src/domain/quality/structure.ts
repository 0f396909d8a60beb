import type { ModelMetrics } from '../records/model.ts'
import type { Evidence, EvidenceAt } from './evidence.ts'

/** Standard deviations by which rows must beat both references at one k … */
const BEYOND_BOTH = 3
/** … or one population alone: the box is too wide where groups differ in few of many features. */
const BEYOND_POPULATION = 5
/** Hennig's lower bound for a highly stable cluster. */
const HIGHLY_STABLE = 0.85

/** The k at which the rows stand out most: how many times over they pass what is asked. */
export function clearestK({ at }: Evidence): { k: number; passes: number } {
  const best = at.slice(1).reduce((most, next) => (passes(next) > passes(most) ? next : most), at[1]!)
  return { k: best.k, passes: passes(best) }
}

const passes = ({ over_uniform, over_one_population }: EvidenceAt) =>
  Math.max(Math.min(over_uniform, over_one_population) / BEYOND_BOTH, over_one_population / BEYOND_POPULATION)

/** Whether the rows fall into clusters more tightly than chance explains; undefined where nothing is known. */
export const hasClusters = (evidence: Evidence | undefined): boolean | undefined =>
  evidence && clearestK(evidence).passes > 1

/**
 * Whether the segments are groups that exist, and how far apart. First the rows must be clustered more tightly than
 * references without clusters; then Kaufman & Rousseeuw's bands (1990) of the mean silhouette say how far
 * apart, one band better where every segment is highly stable, since silhouettes fall with each feature that tells nothing.
 *
 * @param jaccard of each segment under resampling; null where it is not known
 */
export function structureVerdict(
  silhouette: number | null,
  evidence: Evidence | undefined,
  jaccard: number[] | null
): ModelMetrics['structure'] {
  if (silhouette === null) {
    return {
      verdict: 'none',
      reason: 'The silhouette is not defined for this number of segments, so nothing is known of structure.'
    }
  }
  const compared = evidence && compare(evidence)
  if (compared !== undefined && !hasClusters(evidence)) {
    return {
      verdict: 'none',
      reason: `These segments are slices of one population: useful for targeting, not discoveries. ${compared}`
    }
  }
  const firm = compared !== undefined && jaccard !== null && Math.min(...jaccard) >= HIGHLY_STABLE
  const band = bandOf(silhouette, firm, compared !== undefined)
  const bands = 'Kaufman & Rousseeuw: above 0.70 strong, above 0.50 reasonable, above 0.25 weak'
  const figure = `A silhouette of ${silhouette.toFixed(3)} means that ${READINGS[band]} (${bands}).`
  const raised =
    firm && band === 'reasonable' && silhouette <= 0.5
      ? ' They count as reasonable since every segment comes back when the customers are drawn anew.'
      : ''
  return { verdict: band, reason: [compared, figure].filter(Boolean).join(' ') + raised }
}

const READINGS = {
  strong: 'the segments are clearly apart',
  reasonable: 'most customers lie nearer to their own segment than to any other',
  weak: 'the segments touch: many customers lie between two of them',
  none: 'the customers form no separate groups: the borders between segments are arbitrary'
}

function bandOf(silhouette: number, firm: boolean, clustered: boolean): ModelMetrics['structure']['verdict'] {
  if (silhouette > 0.7) return 'strong'
  if (silhouette > 0.5 || (firm && silhouette > 0.25)) return 'reasonable'
  return silhouette > 0.25 || clustered ? 'weak' : 'none'
}

function compare(evidence: Evidence): string {
  const { k, passes } = clearestK(evidence)
  const { over_uniform, over_one_population } = evidence.at.find((each) => each.k === k)!
  const against = `by ${over_one_population.toFixed(1)} standard deviations against one population of the same shape and by ${over_uniform.toFixed(1)} against an even spread, at k = ${k}`
  return passes > 1
    ? `The customers fall into groups more tightly than chance gives: ${against}.`
    : `The customers fall into groups hardly more tightly than chance gives: ${against}, where ${BEYOND_BOTH} against both or ${BEYOND_POPULATION} against the first are asked.`
}
