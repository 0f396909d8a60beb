import { limited } from '../features/scaling.ts'
import { transformValue } from '../features/transforms.ts'
import type { FeatureScaling, Fence, ModelFit } from '../records/model.ts'

/** A feature of many customers: customer i has column[start + i * step]; NaN stands for absent. */
export interface FeatureRun {
  column: Float64Array
  start: number
  step: number
}

/** What a value is told by that lies beyond a fence, and beyond what the training saw. */
export const BEYOND_FENCE = 1
export const BEYOND_RANGE = 2

/** All that is done to a value of one feature, in numbers: NaN and ∞ stand for what there is not. */
export interface AxisNumbers extends Pick<FeatureScaling, 'name' | 'transform' | 'lambda' | 'center' | 'scale'> {
  impute: number
  lower: number
  upper: number
  fence: { min: number; max: number }
  range: { min: number; max: number }
}

export const axisNumbers = ({ features, fences, ranges }: ModelFit): AxisNumbers[] =>
  features.map(({ name, transform, lambda, center, scale, impute, lower, upper }) => ({
    name,
    transform,
    lambda,
    center,
    scale,
    impute: impute ?? Number.NaN,
    lower: lower ?? Number.NEGATIVE_INFINITY,
    upper: upper ?? Number.POSITIVE_INFINITY,
    fence: within(
      fences.filter(({ feature }) => feature === name).map(({ lower, upper }: Fence) => ({ min: lower, max: upper }))
    ),
    range: within(ranges.filter(({ feature }) => feature === name))
  }))

const within = (limits: readonly { min: number; max: number }[]) => ({
  min: Math.max(Number.NEGATIVE_INFINITY, ...limits.map(({ min }) => min)),
  max: Math.min(Number.POSITIVE_INFINITY, ...limits.map(({ max }) => max))
})

/**
 * scaleValue for the customers from `from` to `to`, to the last bit. One loop over numbers, so that the engine keeps what
 * it needs in registers; a call for each value takes twice the time.
 *
 * @param points where the first customer's value goes, and those of the others, each `d` further
 * @param beyond of each customer, joined with what other features said
 * @returns false, with only some of them scaled, for an absent value of a feature that was never absent in training
 */
export function scaleRows(
  axis: AxisNumbers,
  { column, start, step }: FeatureRun,
  from: number,
  to: number,
  points: Float64Array,
  place: number,
  d: number,
  beyond: Uint8Array
): boolean {
  const { impute, lower, upper, center, scale, fence, range } = axis
  const { min: fenceMin, max: fenceMax } = fence
  const { min: rangeMin, max: rangeMax } = range
  for (let row = from, at = start + from * step, point = place; row < to; row++, at += step, point += d) {
    let value = column[at]!
    if (Number.isNaN(value)) value = impute
    else value = limited(value)
    if (Number.isNaN(value)) return false
    if (value < fenceMin || value > fenceMax) beyond[row - from]! |= BEYOND_FENCE
    if (value < rangeMin || value > rangeMax) beyond[row - from]! |= BEYOND_RANGE
    if (value < lower) value = lower
    else if (value > upper) value = upper
    points[point] = limited((limited(transformValue(value, axis)) - center) / scale)
  }
  return true
}
