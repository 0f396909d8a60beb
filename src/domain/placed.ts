import { countMembers } from './clustering/arrange.ts'
import type { Pace } from './clustering/pace.ts'
import { quantile, sortInSteps } from './numeric/quantiles.ts'
import type { FeatureColumns, ModelFit } from './records/model.ts'
import type { Assigner } from './serving/assign.ts'
import { Placements } from './serving/placements.ts'

const RADIUS_SHARE = 0.99
/** To put a value elsewhere takes as long as so many multiplications. */
const ROW_UNITS = 10
/** Some milliseconds. */
const PLACED_AT_ONCE = 8192

/** The customers of a training among its segments: of each its segment, the distance to that one's centroid, and the margin. */
export interface Placed {
  labels: Int32Array
  distances: Float64Array
  margins: Float64Array
}

/** @throws TrainingCancelled; RangeError for an absent value that the fit does not impute */
export function placeAll(columns: FeatureColumns, assigner: Assigner, pace: Pace): Placed {
  const { n } = columns
  const placed = { labels: new Int32Array(n), distances: new Float64Array(n), margins: new Float64Array(n) }
  const block = new Placements(Math.min(n, PLACED_AT_ONCE), 0)
  for (let start = 0; start < n; start += PLACED_AT_ONCE) {
    const count = Math.min(PLACED_AT_ONCE, n - start)
    const runs = columns.columns.map((column) => ({ column, start, step: 1 }))
    if (!assigner.placeRows(block, 0, count, runs))
      throw new RangeError('a value is absent that the fit does not impute')
    for (let row = 0; row < count; row++) {
      placed.labels[start + row] = block.segment(row)
      placed.distances[start + row] = block.distance(row)
      placed.margins[start + row] = block.margin(row)
    }
    pace.poll()
  }
  return placed
}

/** Sets the radius of each segment: the 99th percentile of its members' distances, 0 without members. @throws TrainingCancelled */
export function setRadii({ segments }: ModelFit, { labels, distances }: Placed, pace: Pace): void {
  const own = Array.from(countMembers(labels, segments.length), (size) => new Float64Array(size))
  const filled = new Int32Array(segments.length)
  for (let row = 0; row < labels.length; row++) {
    const segment = labels[row]!
    own[segment]![filled[segment]!++] = distances[row]!
    pace.spend(ROW_UNITS)
  }
  segments.forEach((segment, index) => {
    pace.poll()
    const sorted = sortInSteps(own[index]!, (units) => pace.spend(units))
    segment.radius = sorted.length > 0 ? quantile(sorted, RADIUS_SHARE) : 0
  })
}
