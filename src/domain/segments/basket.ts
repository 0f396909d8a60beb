import type { SegmentFacts } from './facts.ts'

/** Days that a campaign is given to show its effect. */
const HORIZONS = [14, 30, 45, 60, 90, 120, 180, 365] as const

/** The smallest round amount above `value`: 10 to 20 in steps of 1, 20 to 50 in steps of 2.5, 50 to 100 in steps of 5. */
export function roundAbove(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value))
  const lead = value / magnitude
  const step = (lead < 2 ? 0.1 : lead < 5 ? 0.25 : 0.5) * magnitude
  // Ten digits drop the rounding noise of the steps.
  return Number(((Math.floor(value / step + 1e-9) + 1) * step).toPrecision(10))
}

/**
 * Basket values from which a tiered offer gives more: just above what half of the segment spends per order,
 * and just above what three quarters do. Null without a positive order value.
 */
export function tiersOf({ profile }: SegmentFacts): { first: number; second: number } | null {
  const basket = profile.average_order_value
  if (basket === undefined || !(basket.median >= 0.01)) return null
  const first = roundAbove(basket.median)
  return { first, second: roundAbove(Math.max(basket.p75, first)) }
}

/** Days between two orders of the segment's returning members, else of all returning customers. */
function usualGap({ profile, overall }: SegmentFacts): number | null {
  return profile.average_days_between_orders?.median ?? overall.average_days_between_orders?.median ?? null
}

/** Days by which most would order again if they keep their rhythm: half as long again as usual. */
export function horizonOf(facts: SegmentFacts): number {
  const due = 1.5 * (usualGap(facts) ?? 60)
  return HORIZONS.find((days) => days >= due) ?? HORIZONS.at(-1)!
}
