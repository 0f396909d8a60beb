import type { FeatureColumns } from '../records/model.ts'
import { cutPoints, encode, unitOf } from './rule-cuts.ts'

export interface RuleColumn {
  name: string
  values: Float64Array
}

export interface SampledColumn {
  name: string
  cuts: Float64Array
  /** Of each row of the sample; see encode. */
  codes: Uint8Array
}

export interface RuleSample {
  columns: SampledColumn[]
  /** Segment of each row of the sample. */
  labels: Int32Array
  /** Customers for whom a row of the sample stands, per segment. */
  weights: Float64Array
}

/** Above this many customers rules are searched in a sample; they are always measured on all. */
const SEARCH_ROWS = 30_000
/** Members of each segment in the sample, where it has so many. */
const LEAST_MEMBERS = 500
/** Finding the cuts of a column and coding its values by them costs about as much as so many multiplications a value. */
const CUT_UNITS = 300

/** The columns that rules may speak of, each once, in the order of their names; what the features lack is left out. */
export function ruleColumns({ names, columns }: FeatureColumns, spoken: readonly string[]): RuleColumn[] {
  return [...new Set(spoken)].flatMap((name) => {
    const values = columns[names.indexOf(name)]
    return values === undefined ? [] : [{ name, values }]
  })
}

/**
 * What rules are searched in: thresholds that can be said, and where the customers lie between them.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function sampleColumns(
  columns: readonly RuleColumn[],
  labels: Int32Array,
  segments: number,
  spend: (units: number) => void = () => {}
): RuleSample {
  const { rows, weights } = stratifiedSample(labels, segments)
  const sampled = Int32Array.from(rows, (row) => labels[row]!)
  return {
    columns: columns.map(({ name, values }) => {
      const inSample = Float64Array.from(rows, (row) => values[row]!)
      const cuts = cutPoints(inSample, sampled, weights, unitOf(name))
      spend(rows.length * CUT_UNITS)
      return { name, cuts, codes: encode(inSample, cuts) }
    }),
    labels: sampled,
    weights
  }
}

/** Evenly spaced members of each segment in proportion to its size, but enough of the small ones. */
function stratifiedSample(labels: Int32Array, segments: number): { rows: Uint32Array; weights: Float64Array } {
  const sizes = new Float64Array(segments)
  for (const label of labels) sizes[label]! += 1
  const takes = sizes.map((size) =>
    labels.length <= SEARCH_ROWS
      ? size
      : Math.min(size, Math.max(LEAST_MEMBERS, Math.floor((SEARCH_ROWS * size) / labels.length)))
  )
  const rows: number[] = []
  const passed = new Float64Array(segments)
  labels.forEach((label, row) => {
    // The row is taken whenever the running share of takes crosses a whole number.
    const before = Math.floor((passed[label]! * takes[label]!) / sizes[label]!)
    passed[label]! += 1
    if (Math.floor((passed[label]! * takes[label]!) / sizes[label]!) > before) rows.push(row)
  })
  return { rows: Uint32Array.from(rows), weights: sizes.map((size, i) => size / Math.max(takes[i]!, 1)) }
}
