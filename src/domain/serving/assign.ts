import { METRICS, nearestCentroid } from '../clustering/metric.ts'
import { present, scaleValue, toUnitLength } from '../features/scaling.ts'
import type { ModelFit } from '../records/model.ts'

export interface Placement {
  /** Index in `fit.segments`. */
  segment: number
  /** To the segment's centroid, in scaled space. */
  distance: number
  /** 1 − d1/d2 against the next segment of the same kind, 0 to 1: 0 on the border, 1 with no other of its kind. */
  margin: number
  /** To every segment's centroid, in the model's order. */
  distances: Float64Array
  /**
   * Whether the model knows no one like this: a feature beyond the range of the training customers, and more than
   * DOMAIN_RADII radii from the centroid. No training customer is.
   */
  outOfDomain: boolean
}

export interface Assigner {
  /**
   * @param raw one value per feature in the order of `fit.features`, in the feature's own unit; null or NaN is absent
   * @throws RangeError for another number of values, or an absent value of a feature that was never absent in training
   */
  assign(raw: ArrayLike<number | null>): Placement
}

/** A radius is the 99th percentile of the members' distances, so 1.5 of them leave room for a somewhat longer tail. */
const DOMAIN_RADII = 1.5

/**
 * Makes ready to assign customers. The training labels its own customers with this, so both agree to the last bit.
 *
 * With fences, a customer beyond any of them belongs to the nearest outlier segment and every other customer to
 * the nearest cluster; without, to the nearest segment. Ties go to the earlier segment.
 */
export function prepareAssigner(fit: ModelFit): Assigner {
  const { features } = fit
  const d = features.length
  const metric = METRICS[fit.distance]
  const fences = fit.fences.map((fence) => ({
    ...fence,
    axis: features.findIndex(({ name }) => name === fence.feature)
  }))
  const ranges = features.map(({ name }) => fit.ranges.find(({ feature }) => feature === name))
  const all = fit.segments.map((_, index) => index)
  const groups = {
    cluster: gather(fit, fences.length > 0 ? all.filter((index) => fit.segments[index]!.kind === 'cluster') : all),
    outlier: gather(fit, fences.length > 0 ? all.filter((index) => fit.segments[index]!.kind === 'outlier') : [])
  }
  const everyCentroid = gather(fit, all).centroids
  const point = new Float64Array(d)

  return {
    assign(raw) {
      if (raw.length !== d) throw new RangeError(`${d} features are needed, got ${raw.length}`)
      for (let j = 0; j < d; j++) point[j] = scaleValue(raw[j]!, features[j]!)
      if (fit.distance === 'cosine') toUnitLength(point, 0, d)

      const beyond = fences.some(({ axis, lower, upper }) => {
        const value = present(raw[axis]!, features[axis]!)
        return value < lower || value > upper
      })
      const { indices, centroids } = groups[beyond ? 'outlier' : 'cluster']
      const segment = indices[nearestCentroid(metric, point, 0, centroids, d)]!
      const distances = new Float64Array(all.length)
      for (const index of all) distances[index] = metric.toDistance(metric.rank(point, 0, everyCentroid, index * d, d))

      const distance = distances[segment]!
      let next = Number.POSITIVE_INFINITY
      for (const index of indices) if (index !== segment) next = Math.min(next, distances[index]!)
      const outside = ranges.some((range, j) => {
        if (range === undefined) return false
        const value = present(raw[j]!, features[j]!)
        return value < range.min || value > range.max
      })
      return {
        segment,
        distance,
        margin: next > 0 ? Math.max(0, 1 - distance / next) : 0,
        distances,
        outOfDomain: outside && distance > DOMAIN_RADII * fit.segments[segment]!.radius
      }
    }
  }
}

function gather(fit: ModelFit, indices: number[]): { indices: number[]; centroids: Float64Array } {
  return { indices, centroids: Float64Array.from(indices.flatMap((index) => fit.segments[index]!.centroid)) }
}
