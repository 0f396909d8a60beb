import type { ModelMetrics, SilhouetteFigure } from '../records/model.ts'

/** Kaufman & Rousseeuw (1990): what a mean silhouette says about the whole partition. */
export function structureVerdict(silhouette: number | null): ModelMetrics['structure'] {
  if (silhouette === null) {
    return {
      verdict: 'none',
      reason: 'The silhouette is not defined for this number of segments, so nothing is known of structure.'
    }
  }
  const value = silhouette.toFixed(3)
  const bands = 'Kaufman & Rousseeuw: above 0.70 strong, above 0.50 reasonable, above 0.25 weak'
  if (silhouette > 0.7) {
    return {
      verdict: 'strong',
      reason: `A silhouette of ${value} means that the segments are clearly apart (${bands}).`
    }
  }
  if (silhouette > 0.5) {
    return {
      verdict: 'reasonable',
      reason: `A silhouette of ${value} means that most customers clearly belong to their segment (${bands}).`
    }
  }
  if (silhouette > 0.25) {
    return {
      verdict: 'weak',
      reason: `A silhouette of ${value} means that the segments touch: they divide a continuum at useful places rather than find separate kinds (${bands}).`
    }
  }
  return {
    verdict: 'none',
    reason: `A silhouette of ${value} means that the customers form no separate groups: the borders between segments are arbitrary (${bands}).`
  }
}

interface ReadingInput {
  k: number
  explained_ss: number
  silhouette: SilhouetteFigure
  davies_bouldin: number | null
  stability: ModelMetrics['stability']
}

/** What the figures of a model mean and what they do not, in a few sentences. */
export function readMetrics({ k, explained_ss, silhouette, davies_bouldin, stability }: ReadingInput): string {
  const sentences = [
    `The ${k} clusters account for ${Math.round(100 * explained_ss)} % of the variation between customers in the scaled features; inertia is what is left, and is comparable only between clusterings of the same customers with the same features, transform and scale.`
  ]
  if (silhouette.value !== null && davies_bouldin !== null) {
    sentences.push(
      `On average a customer's silhouette is ${silhouette.value.toFixed(2)} (1 is deep inside its own segment, 0 on the border), and a Davies-Bouldin of ${davies_bouldin.toFixed(2)} sets the width of the segments against their distance (lower is better).`
    )
  }
  if (stability !== null) {
    const worst = Math.min(...stability.jaccard)
    const verdict =
      worst >= 0.75
        ? 'all of them can be relied on'
        : worst >= 0.6
          ? 'the least stable is a pattern rather than a fixed group'
          : 'the least stable should not be relied on'
    sentences.push(
      `When the customers are drawn anew, the clusters come back with a Jaccard similarity of at least ${worst.toFixed(2)}: ${verdict}.`
    )
  }
  return sentences.join(' ')
}
