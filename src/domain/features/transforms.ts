import { minimise } from '../numeric/minimise.ts'
import { type Moments, moments } from '../numeric/moments.ts'
import type { FeatureScaling } from '../records/model.ts'
import type { Transform } from '../vocabulary.ts'

/** Above this a distribution is called highly skewed (Bulmer 1979). */
const HIGH_SKEWNESS = 1
/** λ is sought here; beyond ±5 powers of ordinary amounts leave the range of float64. */
const LAMBDA_LIMIT = 5
/** More values than these do not move λ; every so-manieth is taken. */
const LAMBDA_VALUES = 200_000
/** A power and a logarithm cost about as much as so many multiplications. */
const POWER_UNITS = 20

/** What `auto` makes of a feature: log1p for a long right tail from 0 up, Yeo-Johnson for any other skew, else nothing. */
export function chooseTransform({ skewness, min }: Moments): Exclude<Transform, 'auto'> {
  if (skewness > HIGH_SKEWNESS && min >= 0) return 'log1p'
  return Math.abs(skewness) > HIGH_SKEWNESS ? 'yeo_johnson' : 'none'
}

/**
 * Yeo & Johnson (2000): a power transform for values of either sign; λ = 1 changes nothing.
 *
 * @example
 * yeoJohnson(3, 0) // ln 4
 */
export function yeoJohnson(x: number, lambda: number): number {
  if (x >= 0) return lambda === 0 ? Math.log1p(x) : Math.expm1(lambda * Math.log1p(x)) / lambda
  return lambda === 2 ? -Math.log1p(-x) : -Math.expm1((2 - lambda) * Math.log1p(-x)) / (2 - lambda)
}

/**
 * λ of greatest likelihood under a normal distribution of the transformed values, as in scikit-learn's PowerTransformer:
 * −n/2 · ln(variance) + (λ − 1) · Σ sign(x) ln(1 + |x|), within ±5.
 *
 * @param values without NaN, not all equal
 * @param spend told of the values touched, and may throw to stop
 */
export function fitYeoJohnson(values: Float64Array, spend: (values: number) => void = () => {}): number {
  const stride = Math.ceil(values.length / LAMBDA_VALUES)
  const sample = stride === 1 ? values : values.filter((_, index) => index % stride === 0)
  let logSum = 0
  for (const x of sample) logSum += Math.sign(x) * Math.log1p(Math.abs(x))

  const transformed = new Float64Array(sample.length)
  const misfit = (lambda: number): number => {
    spend(sample.length * POWER_UNITS)
    for (let i = 0; i < sample.length; i++) transformed[i] = yeoJohnson(sample[i]!, lambda)
    const { mean, deviation } = moments(transformed)
    // Below this the transformed values differ by rounding only, and a tiny variance would win the likelihood.
    if (!(deviation > 1e-12 * Math.abs(mean)) || !Number.isFinite(deviation)) return Number.POSITIVE_INFINITY
    return sample.length * Math.log(deviation) - (lambda - 1) * logSum
  }
  const lambda = minimise(misfit, -LAMBDA_LIMIT, LAMBDA_LIMIT)
  return Number.isFinite(misfit(lambda)) ? lambda : 1
}

/** log1p of whole numbers from 0: days and counts are such, and a logarithm costs more than all else that is done to a value. */
export const LOGARITHMS = Float64Array.from({ length: 4096 }, (_, x) => Math.log1p(x))

const log1p = (x: number): number => (x === (x & (LOGARITHMS.length - 1)) ? LOGARITHMS[x]! : Math.log1p(x))

/** One value under a fitted transform. Below 0 log1p takes 0: the training saw nothing below. */
export function transformValue(x: number, { transform, lambda }: Pick<FeatureScaling, 'transform' | 'lambda'>): number {
  if (transform === 'log1p') return log1p(Math.max(x, 0))
  if (transform === 'yeo_johnson') return yeoJohnson(x, lambda ?? 1)
  return x
}

/** The value that transformValue turns into `y`; the nearest there is where none does. */
export function untransformValue(
  y: number,
  { transform, lambda }: Pick<FeatureScaling, 'transform' | 'lambda'>
): number {
  if (transform === 'log1p') return Math.expm1(Math.max(y, 0))
  if (transform === 'yeo_johnson') return invertYeoJohnson(y, lambda ?? 1)
  return y
}

function invertYeoJohnson(y: number, lambda: number): number {
  if (y >= 0) return lambda === 0 ? Math.expm1(y) : Math.expm1(Math.log1p(Math.max(lambda * y, -1)) / lambda)
  const mirrored = 2 - lambda
  return mirrored === 0 ? -Math.expm1(-y) : -Math.expm1(Math.log1p(Math.max(-mirrored * y, -1)) / mirrored)
}
