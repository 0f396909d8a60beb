import { type Cloud, type Coreset, CoresetDraw } from '../clustering/coreset.ts'
import type { Pace } from '../clustering/pace.ts'
import { outlierRows } from '../features/outliers.ts'
import { scaleCustomers } from '../features/scaling.ts'
import type { FeatureScaling, Fence } from '../records/model.ts'
import type { CustomerChunks } from './customer-chunks.ts'

interface DrawOptions {
  /** Customers beyond these are not clustered. */
  apart: Fence[]
  /** Draws. */
  size: number
  seed: number
}

/** A lightweight coreset of the customers that are clustered, in the space of `features`. */
export function drawCoreset(
  chunks: CustomerChunks,
  features: FeatureScaling[],
  cloud: Cloud,
  { apart, size, seed }: DrawOptions,
  pace: Pace
): Coreset {
  const draw = new CoresetDraw(cloud, Math.min(size, cloud.n), seed)
  const names = features.map(({ name }) => name)
  chunks.scan(names, (chunk) => {
    const skipped = new Set(outlierRows(chunk, apart))
    const { data, n, d } = scaleCustomers(chunk, { features, distance: 'euclidean' }, (units) => pace.spend(units))
    for (let i = 0; i < n; i++) if (!skipped.has(i)) draw.add(data, i * d)
  })
  return draw.finish()
}
