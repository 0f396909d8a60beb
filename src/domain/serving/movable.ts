import type { ModelFit } from '../records/model.ts'
import { unitOf } from '../segments/rule-cuts.ts'

/** Raw values that a feature may take; a feature that cannot change has one. */
export interface Range {
  lower: number
  upper: number
}

/**
 * Which way a customer can move a feature by buying, and by buying otherwise. The first order stays where it is, so
 * tenure_days does not move; the shares of product groups are tied to each other and are left alone.
 */
const DIRECTIONS: Readonly<Record<string, 'falls' | 'rises' | 'either'>> = {
  recency_days: 'falls',
  frequency: 'rises',
  monetary_value: 'rises',
  average_order_value: 'rises',
  average_days_between_orders: 'falls',
  average_basket_size: 'rises',
  distinct_products: 'rises',
  category_breadth: 'rises',
  return_rate: 'falls',
  discount_share: 'either',
  weekend_share: 'either'
}

const WHOLE: ReadonlySet<string> = new Set(['recency_days', 'frequency', 'distinct_products', 'category_breadth'])

export const isMovable = (feature: string): boolean => feature in DIRECTIONS
/** Whether the feature counts something that comes in one piece. */
export const isWhole = (feature: string): boolean => WHOLE.has(feature)

/**
 * Where a customer's features can go: in the directions above, within what the training customers show.
 *
 * @param values raw, none absent
 * @param absent features that stand for an absent value, and so stay
 */
export function reachOf(
  { features, ranges }: ModelFit,
  values: readonly number[],
  absent: readonly boolean[]
): Range[] {
  return features.map(({ name }, j) => {
    const value = values[j]!
    const known = ranges.find(({ feature }) => feature === name)
    const direction = DIRECTIONS[name]
    if (direction === undefined || known === undefined || absent[j]) return { lower: value, upper: value }
    return {
      lower: direction === 'rises' ? value : Math.min(value, known.min),
      upper: direction === 'falls' ? value : Math.max(value, known.max)
    }
  })
}

/**
 * The parts of the reach in which a customer counts as one of `kind`: within all fences, or beyond at least one.
 * Each part is a box; a part that is empty is left out.
 */
export function partsOfKind({ features, fences }: ModelFit, kind: 'cluster' | 'outlier', reach: Range[]): Range[][] {
  if (fences.length === 0) return [reach]
  const axis = (feature: string) => features.findIndex(({ name }) => name === feature)
  const within = (part: Range[], feature: string, { lower, upper }: Range): Range[] =>
    part.map((range, j) =>
      j === axis(feature) ? { lower: Math.max(range.lower, lower), upper: Math.min(range.upper, upper) } : range
    )
  const parts =
    kind === 'cluster'
      ? [fences.reduce((part, fence) => within(part, fence.feature, fence), reach)]
      : fences.flatMap(({ feature, lower, upper }) => [
          within(reach, feature, { lower: beyond(upper, 1), upper: Number.POSITIVE_INFINITY }),
          within(reach, feature, { lower: Number.NEGATIVE_INFINITY, upper: beyond(lower, -1) })
        ])
  return parts.filter((part) => part.every(({ lower, upper }) => lower <= upper))
}

const beyond = (fence: number, side: 1 | -1): number => fence + side * 1e-9 * Math.max(1, Math.abs(fence))

/**
 * A value that can be said, at or past `value` as seen from `from`: whole orders, days and products; money in cents,
 * from 100 up in whole units; shares in tenths of a percent; averages in tenths. Of monetary_value it is the change
 * that is said.
 */
export function roundPast(feature: string, value: number, from: number): number {
  if (Math.abs(value - from) <= 1e-9 * Math.max(1, Math.abs(from))) return from
  if (feature === 'monetary_value') return tidy(from + past(value - from, moneyStep(value - from), value - from))
  return tidy(past(value, isWhole(feature) ? 1 : stepOf(feature, value), value - from))
}

/** The next multiple of `step` in a direction. A value next to a multiple is that multiple, but for rounding. */
function past(value: number, step: number, direction: number): number {
  const steps = value / step
  return (direction > 0 ? Math.ceil(steps - 1e-6) : Math.floor(steps + 1e-6)) * step
}

function stepOf(feature: string, value: number): number {
  const unit = unitOf(feature)
  if (unit === 'money') return moneyStep(value)
  return unit === 'share' ? 0.001 : 0.1
}

const moneyStep = (value: number): number => (Math.abs(value) < 99.995 ? 0.01 : 1)

/** Without the noise of binary fractions. */
const tidy = (value: number): number => Number(value.toFixed(4)) + 0
