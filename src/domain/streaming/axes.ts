import type { Cloud } from '../clustering/coreset.ts'
import type { Pace } from '../clustering/pace.ts'
import { outlierRows } from '../features/outliers.ts'
import { axisOf, scaleValue } from '../features/scaling.ts'
import { RunningMoments } from '../numeric/running-moments.ts'
import type { FeatureColumns, FeatureScaling, Fence } from '../records/model.ts'
import type { Scale } from '../vocabulary.ts'
import type { CustomerChunks } from './customer-chunks.ts'

/** A logarithm or a power, clipping and the moments. */
const UNITS_A_VALUE = 40

/**
 * Centre and scale of each axis from all customers that are clustered, where a sample gave clips, medians, transforms and,
 * for the robust scale, centre and scale.
 *
 * @param apart customers beyond these fences are not clustered
 * @returns the features with their centres and scales, and the customers as a cloud in the space that they span
 */
export function fitAxes(
  chunks: CustomerChunks,
  fitted: readonly FeatureScaling[],
  apart: Fence[],
  scaling: Scale,
  pace: Pace
): { features: FeatureScaling[]; cloud: Cloud } {
  const names = fitted.map(({ name }) => name)
  const transformed = fitted.map((feature) => ({ ...feature, center: 0, scale: 1 }))
  const moments = fitted.map(() => new RunningMoments())
  chunks.scan(names, (chunk) => {
    const skipped = new Set(outlierRows(chunk, apart))
    for (const [j, feature] of transformed.entries()) {
      const column = chunk.columns[j]!
      const found = moments[j]!
      for (let i = 0; i < chunk.n; i++) if (!skipped.has(i)) found.add(scaleValue(column[i]!, feature))
      pace.spend(chunk.n * UNITS_A_VALUE)
    }
  })
  const features = fitted.map((feature, j) =>
    scaling === 'standard' || scaling === 'min_max' ? { ...feature, ...axisOf(moments[j]!, scaling) } : feature
  )
  const n = moments[0]!.count
  return {
    features,
    cloud: {
      n,
      means: Float64Array.from(features, ({ center, scale }, j) => (moments[j]!.mean - center) / scale),
      squares: features.reduce((sum, { scale }, j) => sum + n * (moments[j]!.deviation / scale) ** 2, 0)
    }
  }
}

/** How many customers lie beyond any of the fences. */
export function countBeyond(chunks: CustomerChunks, fences: Fence[], pace: Pace): number {
  let count = 0
  const names = [...new Set(fences.map(({ feature }) => feature))]
  chunks.scan(names, (chunk: FeatureColumns) => {
    count += outlierRows(chunk, fences).length
    pace.spend(chunk.n * fences.length)
  })
  return count
}
