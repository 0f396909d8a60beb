import { sortPresent } from '../numeric/quantiles.ts'
import { FEATURES } from '../vocabulary.ts'

/** Thresholds per feature, at most; each is a number that can be said as it stands. */
const MOST_CUTS = 64

const UNITS: ReadonlyMap<string, string> = new Map(FEATURES.map(({ name, unit }) => [name, unit]))

/** What a feature counts; preference columns are shares of spend. */
export const unitOf = (feature: string): string => UNITS.get(feature) ?? 'share'

/** The nearest number a person would say: whole days, whole percent, two digits of money or of large counts. */
export function humanRound(value: number, unit: string): number {
  if (unit === 'days') return Math.round(value)
  if (unit === 'share') return Math.round(value * 100) / 100
  if (unit === 'money') return Math.round(twoDigits(value) * 100) / 100
  if (unit === 'units' && Math.abs(value) < 10) return Math.round(value * 10) / 10
  return Math.abs(value) < 100 ? Math.round(value) : twoDigits(value)
}

const twoDigits = (value: number): number => Number(value.toPrecision(2))

/**
 * Candidate thresholds: half of them quantiles of the customers, half of a population in which every segment
 * weighs the same, so that a segment of one customer in a hundred has its borders among them too.
 *
 * @param labels segment per value
 * @param weights customers for whom a value stands, per segment
 * @returns ascending, without repetition
 */
export function cutPoints(values: Float64Array, labels: Int32Array, weights: Float64Array, unit: string): Float64Array {
  const order = presentInOrder(values)
  const sampled = new Float64Array(weights.length)
  for (let at = 0; at < order.length; at++) sampled[labels[order[at]!]!]! += 1

  const cuts = new Set<number>()
  for (const weightOf of [weights, sampled.map((count) => 1 / count)]) {
    let total = 0
    for (let at = 0; at < order.length; at++) total += weightOf[labels[order[at]!]!]!
    const step = total / (MOST_CUTS / 2)
    let passed = 0
    let due = step / 2
    for (let at = 0; at < order.length; at++) {
      passed += weightOf[labels[order[at]!]!]!
      if (passed < due) continue
      // -0 and 0 are one threshold.
      cuts.add(humanRound(values[order[at]!]!, unit) + 0)
      due = (Math.floor((passed - step / 2) / step) + 1.5) * step
    }
  }
  return Float64Array.from(cuts).sort()
}

/** Indices of the present values, ascending by value, equal ones as they come. */
function presentInOrder(values: Float64Array): Uint32Array {
  const sorted = sortPresent(values)
  const starts = new Map<number, number>()
  for (let at = 0; at < sorted.length; at++) if (at === 0 || sorted[at] !== sorted[at - 1]) starts.set(sorted[at]!, at)
  const order = new Uint32Array(sorted.length)
  for (let i = 0; i < values.length; i++) {
    const at = starts.get(values[i]!)
    if (at === undefined) continue
    order[at] = i
    starts.set(values[i]!, at + 1)
  }
  return order
}

/** Code of an absent value: above every cut's, so that no condition is fulfilled by it. */
export const ABSENT = 255

/**
 * Where each value lies between the cuts: 2j between cut j − 1 and cut j, 2j + 1 on cut j.
 * "At most cut j" is a code up to 2j + 1, "at least cut j" a code from 2j + 1.
 */
export function encode(values: Float64Array, cuts: Float64Array): Uint8Array {
  const codes = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) codes[i] = codeOf(values[i]!, cuts)
  return codes
}

function codeOf(value: number, cuts: Float64Array): number {
  if (Number.isNaN(value)) return ABSENT
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (cuts[middle]! < value) low = middle + 1
    else high = middle
  }
  return cuts[low] === value ? 2 * low + 1 : 2 * low
}
