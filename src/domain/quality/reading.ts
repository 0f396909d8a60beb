import type { ModelMetrics, SilhouetteFigure } from '../records/model.ts'
import type { StabilityBand } from '../vocabulary.ts'
import { stabilityBand } from './stability.ts'

const STABILITY_READINGS: Record<StabilityBand, string> = {
  highly_stable: 'all of them are highly stable',
  stable: 'all of them are stable',
  pattern: 'the least stable is a pattern rather than a fixed group',
  dissolved: 'the least stable should not be relied on'
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
    sentences.push(
      `When the customers are drawn anew, the clusters come back with a Jaccard similarity of at least ${worst.toFixed(2)} and the whole with an adjusted Rand index of ${stability.ari_mean.toFixed(2)}: ${STABILITY_READINGS[stabilityBand(worst)]} (Hennig: from 0.85 highly stable, from 0.75 stable, from 0.60 a pattern, below dissolved).`
    )
  }
  return sentences.join(' ')
}
