import { METRICS } from '../clustering/metric.ts'
import { present, scaleValue, toUnitLength } from '../features/scaling.ts'
import type { ModelFit } from '../records/model.ts'
import type { Placements } from './placements.ts'
import { axisNumbers, BEYOND_FENCE, BEYOND_RANGE, type FeatureRun, scaleRows } from './scale-rows.ts'

/** A customer's place among the segments. */
export interface Place {
  /** Index in `fit.segments`. */
  segment: number
  /** To the segment's centroid, in scaled space. */
  distance: number
  /** 1 − d1/d2 against the next segment of the same kind, 0 to 1: 0 on the border, 1 with no other of its kind. */
  margin: number
  /**
   * Whether the model knows no one like this: a feature beyond the range of the training customers, and more than
   * DOMAIN_RADII radii from the centroid. No training customer is.
   */
  outOfDomain: boolean
}

export interface Placement extends Place {
  /** To every segment's centroid, in the model's order. */
  distances: Float64Array
}

export interface Assigner {
  /**
   * @param raw one value per feature in the order of `fit.features`, in the feature's own unit; null or NaN is absent
   * @throws RangeError for another number of values, or an absent value of a feature that was never absent in training
   */
  assign(raw: ArrayLike<number | null>): Placement
  /** As `assign`, into a row of `placements`, with the distances to all segments where it keeps them. */
  placeInto(placements: Placements, row: number, raw: ArrayLike<number | null>): void
  /**
   * As `placeInto` for all rows from `from` to `to`.
   * @param runs the features of `fit.features` in their order
   * @returns false, with only some of them placed, where a value is absent of a feature that was never absent in training
   */
  placeRows(placements: Placements, from: number, to: number, runs: readonly FeatureRun[]): boolean
  /** As `assign`, without the distances to all segments: for many customers at a time. */
  place(raw: ArrayLike<number | null>): Place
  /** Where the last customer lies in the space in which distances are measured; overwritten by the next. */
  readonly point: Float64Array
}

/** A radius is the 99th percentile of the members' distances, so 1.5 of them leave room for a somewhat longer tail. */
export const DOMAIN_RADII = 1.5
/** Customers whose points are kept at a time: so many stay in the processor's cache. */
const BLOCK = 1024

/**
 * Makes ready to assign customers. The training labels its own customers with this, so both agree to the last bit.
 *
 * With fences, a customer beyond any of them belongs to the nearest outlier segment and every other customer to
 * the nearest cluster; without, to the nearest segment. Ties go to the earlier segment.
 */
export function prepareAssigner(fit: ModelFit): Assigner {
  const { features, segments } = fit
  const d = features.length
  const metric = METRICS[fit.distance]
  const axisOf = (feature: string) => features.findIndex(({ name }) => name === feature)
  const fences = fit.fences.map(({ feature, lower, upper }) => ({ axis: axisOf(feature), min: lower, max: upper }))
  const ranges = fit.ranges.map(({ feature, min, max }) => ({ axis: axisOf(feature), min, max }))
  const all = Int32Array.from(segments, (_, index) => index)
  const ofKind = (kind: string) => (fences.length > 0 ? all.filter((index) => segments[index]!.kind === kind) : all)
  const [clusters, outliers] = [ofKind('cluster'), ofKind('outlier')]
  const centroids = Float64Array.from(segments.flatMap(({ centroid }) => centroid))
  const radii = Float64Array.from(segments, ({ radius }) => DOMAIN_RADII * radius)
  const distanceOf = (rank: number): number => (metric.squared ? Math.sqrt(rank) : rank)
  const axes = axisNumbers(fit)
  const point = new Float64Array(d)
  const ranks = new Float64Array(all.length)

  const beyond = (limits: typeof fences, raw: ArrayLike<number | null>): boolean => {
    for (const { axis, min, max } of limits) {
      const value = present(raw[axis]!, features[axis]!)
      if (value < min || value > max) return true
    }
    return false
  }

  // The last customer's segment, distance and margin: in memory of their own, since a place for each would be garbage.
  let segment = -1
  const own = new Float64Array(2)

  /** Of the customer whose ranks are there. */
  const choose = (eligible: Int32Array): void => {
    let found = -1
    let least = Number.POSITIVE_INFINITY
    let next = Number.POSITIVE_INFINITY
    for (let place = 0; place < eligible.length; place++) {
      const rank = ranks[eligible[place]!]!
      if (rank < least) {
        next = least
        least = rank
        found = eligible[place]!
      } else if (rank < next) next = rank
    }
    const distance = distanceOf(least)
    const nextDistance = distanceOf(next)
    segment = found
    own[0] = distance
    own[1] = nextDistance > 0 ? Math.max(0, 1 - distance / nextDistance) : 0
  }
  const isFar = () => own[0]! > radii[segment]!

  /** @returns whether the customer is out of domain */
  const locate = (raw: ArrayLike<number | null>): boolean => {
    if (raw.length !== d) throw new RangeError(`${d} features are needed, got ${raw.length}`)
    for (let j = 0; j < d; j++) point[j] = scaleValue(raw[j]!, features[j]!)
    if (fit.distance === 'cosine') toUnitLength(point, 0, d)
    metric.rankAll(point, 0, centroids, d, ranks)
    choose(beyond(fences, raw) ? outliers : clusters)
    return isFar() && beyond(ranges, raw)
  }

  const enter = (placements: Placements, row: number, outOfDomain: boolean): void => {
    placements.set(row, segment, own[0]!, own[1]!, outOfDomain)
    for (let index = 0; index < placements.segments; index++) {
      placements.setDistanceTo(row, index, distanceOf(ranks[index]!))
    }
  }

  const points = new Float64Array(BLOCK * d)
  const limits = new Uint8Array(BLOCK)
  const placeBlock = (placements: Placements, from: number, to: number, runs: readonly FeatureRun[]): boolean => {
    limits.fill(0)
    for (let j = 0; j < d; j++) if (!scaleRows(axes[j]!, runs[j]!, from, to, points, j, d, limits)) return false
    if (fit.distance === 'cosine') for (let at = 0; at < (to - from) * d; at += d) toUnitLength(points, at, d)
    for (let row = from; row < to; row++) {
      metric.rankAll(points, (row - from) * d, centroids, d, ranks)
      const found = limits[row - from]!
      choose((found & BEYOND_FENCE) === 0 ? clusters : outliers)
      enter(placements, row, isFar() && (found & BEYOND_RANGE) !== 0)
    }
    return true
  }

  const place = (raw: ArrayLike<number | null>): Place => {
    const outOfDomain = locate(raw)
    return { segment, distance: own[0]!, margin: own[1]!, outOfDomain }
  }
  return {
    point,
    place,
    placeInto(placements, row, raw) {
      enter(placements, row, locate(raw))
    },
    placeRows(placements, from, to, runs) {
      for (let first = from; first < to; first += BLOCK) {
        if (!placeBlock(placements, first, Math.min(to, first + BLOCK), runs)) return false
      }
      return true
    },
    assign(raw) {
      const { segment, distance, margin, outOfDomain } = place(raw)
      const distances = new Float64Array(ranks.length)
      for (let index = 0; index < ranks.length; index++) distances[index] = distanceOf(ranks[index]!)
      return { segment, distance, margin, distances, outOfDomain }
    }
  }
}
