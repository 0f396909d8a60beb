import type { Matrix } from '../numeric/matrix.ts'
import { type Moments, moments } from '../numeric/moments.ts'
import { quantile, sortInSteps, sortPresent } from '../numeric/quantiles.ts'
import type { FeatureColumns, FeatureScaling, Fence, ModelFit } from '../records/model.ts'
import type { Scale, Transform } from '../vocabulary.ts'
import { chooseTransform, fitYeoJohnson, transformValue, untransformValue } from './transforms.ts'

/** Far beyond any amount, and its square times any number of customers is still finite. */
const LIMIT = 1e100

/** A logarithm or a power and the clipping around them cost about as much as so many multiplications. */
const TRANSFORM_UNITS = 30

/** Within what can be reckoned with. Comparing takes less than Math.min and Math.max, which tell 0 from -0. */
export function limited(x: number): number {
  if (x > LIMIT) return LIMIT
  if (x < -LIMIT) return -LIMIT
  return x
}

interface ScalingOptions {
  transform: Transform
  scale: Scale
  /** Values are clipped to these before anything else; a feature without one is not. */
  clips: Fence[]
  /** Features that may be absent though every customer fitted here has them. */
  absent?: string[]
  /** Set where the columns are a sample: of how many, and what is known of each column over all of them. */
  population?: { n: number; extents: ReadonlyMap<string, Extent> }
}

/** Of one feature over all customers; min is ∞ and max −∞ where no value is present. */
export interface Extent {
  /** Customers without a value. */
  absent: number
  min: number
  max: number
}

/**
 * Fits, for each column, what turns raw values into the axes of the cluster space: clip, impute the median, transform,
 * centre and scale. Scales are scikit-learn's: `standard` by population standard deviation, `robust` by median and
 * interquartile range, `min_max` to 0..1.
 *
 * A column without spread has scale 1, so that it counts for nothing. Where a robust scale would be 0 though the column
 * has spread, the standard deviation takes its place.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function fitScaling(
  columns: FeatureColumns,
  options: ScalingOptions,
  spend: (values: number) => void = () => {}
): { features: FeatureScaling[]; limitations: string[] } {
  const limitations: string[] = []
  const features = columns.columns.map((column, index) =>
    fitFeature(columns.names[index]!, column, options, limitations, spend)
  )
  return { features, limitations }
}

function fitFeature(
  name: string,
  column: Float64Array,
  { transform: asked, scale: scaling, clips, absent: elsewhere = [], population }: ScalingOptions,
  limitations: string[],
  spend: (values: number) => void
): FeatureScaling {
  const clip = clips.find((fence) => fence.feature === name)
  const lower = clip?.lower ?? null
  const upper = clip?.upper ?? null
  const sorted = sortPresent(column, spend)
  const impute = sorted.length > 0 ? clipped(limited(quantile(sorted, 0.5)), lower, upper) : 0
  const customers = population?.n ?? column.length
  const extent = population?.extents.get(name)
  const absent = extent?.absent ?? column.length - sorted.length
  if (absent === customers) {
    limitations.push(`No customer has a value of ${name}: it does not tell customers apart.`)
  } else if (absent > 0) {
    limitations.push(
      `${absent} of ${customers} customers have no ${name}: they count with its median, ${round(impute)}.`
    )
  }

  const values = column.slice()
  replace(values, (raw) => clipped(Number.isNaN(raw) ? impute : limited(raw), lower, upper), spend)
  const raw = widened(moments(values), extent, (value) => clipped(limited(value), lower, upper))
  let transform = asked === 'auto' ? chooseTransform(raw) : asked
  if (transform === 'log1p' && raw.min < 0) {
    transform = 'yeo_johnson'
    limitations.push(`${name} has values below 0, which log1p cannot take: yeo_johnson was used for it.`)
  }
  if (raw.min === raw.max) {
    if (absent < customers) limitations.push(`All customers have the same ${name}: it does not tell customers apart.`)
    transform = 'none'
  }
  const lambda = transform === 'yeo_johnson' ? fitYeoJohnson(values, spend) : null

  const how = { transform, lambda }
  replace(values, (value) => limited(transformValue(value, how)), spend)
  const { center, scale, note } = fitAxis(values, scaling, spend)
  if (note) limitations.push(`${name}: ${note}`)
  return {
    name,
    transform,
    lambda,
    center,
    scale,
    impute: absent > 0 || elsewhere.includes(name) ? impute : null,
    lower,
    upper
  }
}

/** Puts in the place of each value what a function makes of it. */
function replace(values: Float64Array, by: (value: number) => number, spend: (units: number) => void): void {
  for (let i = 0; i < values.length; i++) {
    values[i] = by(values[i]!)
    spend(TRANSFORM_UNITS)
  }
}

/** A sample's moments with the range of all customers: rare values decide what a transform can take. */
function widened(sampled: Moments, extent: Extent | undefined, transform: (raw: number) => number): Moments {
  if (extent === undefined || extent.min > extent.max) return sampled
  return {
    ...sampled,
    min: Math.min(sampled.min, transform(extent.min)),
    max: Math.max(sampled.max, transform(extent.max))
  }
}

function fitAxis(
  values: Float64Array,
  scaling: Scale,
  spend: (values: number) => void
): { center: number; scale: number; note?: string } {
  if (scaling === 'none') return { center: 0, scale: 1 }
  const found = moments(values)
  if (scaling !== 'robust') return axisOf(found, scaling)

  const { deviation } = found
  const sorted = sortInSteps(values.slice(), spend)
  const center = quantile(sorted, 0.5)
  const range = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  if (range > 0 || deviation === 0) return { center, scale: spread(range) }
  return {
    center,
    scale: spread(deviation),
    note: 'at least half of the customers have the same value, so the interquartile range is 0 and the standard deviation was used as the scale.'
  }
}

/** Centre and scale of an axis by its moments alone. */
export function axisOf(
  { mean, deviation, min, max }: Pick<Moments, 'mean' | 'deviation' | 'min' | 'max'>,
  scaling: 'standard' | 'min_max'
): { center: number; scale: number } {
  return scaling === 'min_max' ? { center: min, scale: spread(max - min) } : { center: mean, scale: spread(deviation) }
}

const spread = (scale: number): number => (scale > 0 && Number.isFinite(scale) ? scale : 1)

const clipped = (x: number, lower: number | null, upper: number | null): number =>
  lower !== null && x < lower ? lower : upper !== null && x > upper ? upper : x

/**
 * The raw value that a customer counts with: its own, or the training median where absent (null or NaN).
 *
 * @throws RangeError for an absent value of a feature that was never absent in training
 */
export function present(raw: number | null, { name, impute }: FeatureScaling): number {
  if (raw !== null && !Number.isNaN(raw)) return limited(raw)
  if (impute === null) throw new RangeError(`${name} is absent, which the training never saw`)
  return impute
}

/** One raw value on its axis of the cluster space; finite for every number. Training and assignment both come here. */
export function scaleValue(raw: number | null, feature: FeatureScaling): number {
  const value = clipped(present(raw, feature), feature.lower, feature.upper)
  return limited((limited(transformValue(value, feature)) - feature.center) / feature.scale)
}

/** The raw value at a place on its axis, to rounding: the inverse of scaleValue between the winsorising limits. */
export function unscaleValue(scaled: number, feature: FeatureScaling): number {
  const value = limited(untransformValue(limited(scaled * feature.scale + feature.center), feature))
  return clipped(value, feature.lower, feature.upper)
}

/**
 * Where every customer lies in the space in which distances are measured. For the cosine distance each row has length 1
 * (or 0 at the origin), since only its direction counts.
 *
 * @param columns in the order of `fit.features`
 * @param spend told of the work done, and may throw to stop
 */
export function scaleCustomers(
  columns: FeatureColumns,
  fit: Pick<ModelFit, 'features' | 'distance'>,
  spend: (values: number) => void = () => {}
): Matrix {
  const d = fit.features.length
  const data = new Float64Array(columns.n * d)
  fit.features.forEach((feature, j) => {
    const column = columns.columns[j]!
    for (let i = 0; i < columns.n; i++) {
      data[i * d + j] = scaleValue(column[i]!, feature)
      spend(TRANSFORM_UNITS)
    }
  })
  if (fit.distance === 'cosine') {
    for (let at = 0; at < data.length; at += d) {
      toUnitLength(data, at, d)
      spend(2 * d)
    }
  }
  return { data, n: columns.n, d }
}

/** Scales d numbers from `start` on to length 1, in place; numbers that are all 0 stay. */
export function toUnitLength(data: Float64Array, start: number, d: number): void {
  let squares = 0
  for (let j = 0; j < d; j++) squares += data[start + j]! ** 2
  if (squares === 0) return
  const length = Math.sqrt(squares)
  for (let j = 0; j < d; j++) data[start + j]! /= length
}

const round = (value: number): number => Number(value.toPrecision(4))
