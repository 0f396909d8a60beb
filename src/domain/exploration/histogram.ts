import type { Histogram } from '../records/profile.ts'
import type { ValueCounts } from './value-counts.ts'

/** Enough to see a shape, few enough to draw; fixed, so that two datasets can be laid side by side. */
export const BINS = 20

/** Bins of equal width from the smallest to the largest value: 20, or one for each whole number where there are at most 20. */
export function histogram(data: ValueCounts): Histogram {
  const { values } = data
  const min = values[0]!
  const max = values[values.length - 1]!
  if (min === max) return { edges: [min, max], counts: [total(data)] }
  const whole = max - min < BINS && every(values, Number.isInteger)
  const edges = whole
    ? Array.from({ length: max - min + 2 }, (_, k) => min + k - 0.5)
    : Array.from({ length: BINS + 1 }, (_, k) => (k === BINS ? max : min + ((max - min) * k) / BINS))
  return { edges, counts: countInto(edges, data) }
}

/** 20 bins of equal width of ln(1 + value), which has room for the zeros of counts and days. @param data values of 0 and more */
export function logHistogram(data: ValueCounts): Histogram {
  const min = data.values[0]!
  const max = data.values[data.values.length - 1]!
  const from = Math.log1p(min)
  const width = (Math.log1p(max) - from) / BINS
  const edges = Array.from({ length: BINS + 1 }, (_, k) =>
    k === 0 ? min : k === BINS ? max : Math.expm1(from + k * width)
  )
  return { edges, counts: countInto(edges, data) }
}

function countInto(edges: number[], { values, counts }: ValueCounts): number[] {
  const bins = new Array<number>(edges.length - 1).fill(0)
  let bin = 0
  for (let i = 0; i < values.length; i++) {
    while (bin < bins.length - 1 && values[i]! >= edges[bin + 1]!) bin++
    bins[bin]! += counts[i]!
  }
  return bins
}

function total({ counts }: ValueCounts): number {
  let sum = 0
  for (let i = 0; i < counts.length; i++) sum += counts[i]!
  return sum
}

function every(values: ArrayLike<number>, holds: (value: number) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!holds(values[i]!)) return false
  return true
}
