import { type Cloud, type Coreset, CoresetDraw } from '../clustering/coreset.ts'
import type { Pace } from '../clustering/pace.ts'
import { outlierRows } from '../features/outliers.ts'
import { scaleValue } from '../features/scaling.ts'
import type { FeatureScaling, Fence } from '../records/model.ts'
import type { CustomerChunks } from './customer-chunks.ts'

/** A logarithm or a power, clipping and the draw. */
const UNITS_A_VALUE = 40

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
  const point = new Float64Array(features.length)
  chunks.scan(names, (chunk) => {
    const skipped = new Set(outlierRows(chunk, apart))
    for (let i = 0; i < chunk.n; i++) {
      if (skipped.has(i)) continue
      for (let j = 0; j < point.length; j++) point[j] = scaleValue(chunk.columns[j]![i]!, features[j]!)
      draw.add(point, 0)
    }
    pace.spend(chunk.n * point.length * UNITS_A_VALUE)
  })
  return draw.finish()
}
