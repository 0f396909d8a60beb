import { present, scaleValue, toUnitLength } from '../features/scaling.ts'
import type { ModelFit } from '../records/model.ts'
import type { Distance } from '../vocabulary.ts'

/** What the contributions of the features add up to: the square of the distance where that is Euclidean, else the distance. */
export type Measure = 'squared_euclidean' | 'manhattan' | 'cosine'

export const MEASURES: Readonly<Record<Distance, Measure>> = {
  euclidean: 'squared_euclidean',
  manhattan: 'manhattan',
  cosine: 'cosine'
}

/**
 * What each feature adds to a customer's distance from a segment's centroid, in scaled space. The sum is the squared
 * Euclidean, the Manhattan, or the cosine distance: 1 − cos of two vectors of length 1 is half their squared distance.
 *
 * @param raw one value per feature in the order of `fit.features`; null or NaN is absent
 * @returns null where the cosine distance is 1 by convention, since one of both has no direction
 * @throws RangeError for an absent value of a feature that was never absent in training
 */
export function contributionsTo(fit: ModelFit, raw: ArrayLike<number | null>, segment: number): Float64Array | null {
  const point = placeOf(fit, raw)
  const centroid = Float64Array.from(fit.segments[segment]!.centroid)
  if (fit.distance === 'cosine') {
    for (const vector of [point, centroid]) {
      if (vector.reduce((squares, value) => squares + value ** 2, 0) === 0) return null
      toUnitLength(vector, 0, vector.length)
    }
  }
  return point.map((value, j) => {
    const difference = value - centroid[j]!
    if (fit.distance === 'manhattan') return Math.abs(difference)
    return fit.distance === 'cosine' ? difference ** 2 / 2 : difference ** 2
  })
}

/** Where a customer lies in scaled space, before the cosine distance takes its direction. */
export function placeOf({ features }: ModelFit, raw: ArrayLike<number | null>): Float64Array {
  return Float64Array.from(features, (feature, j) => scaleValue(raw[j]!, feature))
}

/** The raw values that a customer counts with. */
export function presentValues({ features }: ModelFit, raw: ArrayLike<number | null>): number[] {
  return features.map((feature, j) => present(raw[j]!, feature))
}

/** Segments among which a customer of this one's kind is assigned: all, or with fences those of the same kind. */
export function rivalsOf({ fences, segments }: ModelFit, segment: number): number[] {
  const { kind } = segments[segment]!
  return [...segments.keys()].filter(
    (index) => index !== segment && (fences.length === 0 || segments[index]!.kind === kind)
  )
}
