import { AXES, type Axis, type Position } from './meanings.ts'

/** The means of one segment, in any unit that is the same for all segments. */
export interface SegmentMeans {
  /** Customers. */
  size: number
  kind?: 'cluster' | 'outlier'
  /** Time since the last order. */
  recency: number
  /** Orders per customer. */
  frequency: number
  /** Spend per customer. */
  value: number
  /** Spend per order; `value / frequency` where absent. */
  average_order_value?: number
  /** Discounts as a share of the undiscounted value. */
  discount_share?: number
}

/** How widely single customers differ on each axis: standard deviations of `logarithm`. */
export type Spread = Position

/**
 * Added to a value divided by its average before the logarithm is taken: a segment whose members ordered
 * today has recency 0, and log(0.02 + …) keeps it finite. Dividing first makes the unit irrelevant.
 */
const OFFSET = 0.02

/** Differences between segments smaller than this share of the customers' own spread do not count in full. */
const LEAST_SPREAD = 0.5

/** Positions approach but never pass this many standard deviations, so that no single segment rules the match. */
const FARTHEST = 3

export const logarithm = (value: number, average: number): number =>
  average > 0 ? Math.log(OFFSET + Math.max(value, 0) / average) : 0

const read: Record<Axis, (means: SegmentMeans) => number> = {
  recency: (means) => means.recency,
  frequency: (means) => means.frequency,
  value: (means) => means.value,
  average_order_value: (means) =>
    means.average_order_value ?? (means.frequency > 0 ? means.value / means.frequency : means.value)
}

/**
 * Position of each segment between the others: size-weighted z-scores of the logarithms of the means.
 *
 * With few segments such scores say little: two segments of equal size are always one standard deviation
 * to either side, however alike they are. Where `spread` is given, the divisor is therefore at least half
 * the standard deviation between customers, and what hardly differs stays near 0. A single segment is 0 on each axis.
 */
export function positionSegments(means: readonly SegmentMeans[], spread?: Spread): Position[] {
  const total = means.reduce((sum, entry) => sum + entry.size, 0)
  const weighted = (values: readonly number[]) =>
    values.reduce((sum, value, i) => sum + (value * means[i]!.size) / total, 0)

  const positions = means.map((): Position => ({ recency: 0, frequency: 0, value: 0, average_order_value: 0 }))
  for (const axis of AXES) {
    const raw = means.map(read[axis])
    const average = weighted(raw)
    const logs = raw.map((value) => logarithm(value, average))
    const center = weighted(logs)
    const between = Math.sqrt(weighted(logs.map((value) => (value - center) ** 2)))
    const divisor = Math.max(between, LEAST_SPREAD * (spread?.[axis] ?? 0))
    if (divisor < 1e-9) continue
    positions.forEach((position, i) => {
      position[axis] = FARTHEST * Math.tanh((logs[i]! - center) / divisor / FARTHEST)
    })
  }
  return positions
}
