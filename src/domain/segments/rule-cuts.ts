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
  for (const i of order) sampled[labels[i]!]! += 1

  const cuts = new Set<number>()
  const collect = (weightOf: (segment: number) => number) => {
    const total = order.reduce((sum, i) => sum + weightOf(labels[i]!), 0)
    const step = total / (MOST_CUTS / 2)
    let passed = 0
    let due = step / 2
    for (const i of order) {
      passed += weightOf(labels[i]!)
      if (passed < due) continue
      // -0 and 0 are one threshold.
      cuts.add(humanRound(values[i]!, unit) + 0)
      due = (Math.floor((passed - step / 2) / step) + 1.5) * step
    }
  }
  collect((segment) => weights[segment]!)
  collect((segment) => 1 / sampled[segment]!)
  return Float64Array.from(cuts).sort()
}

function presentInOrder(values: Float64Array): Uint32Array {
  const present = new Uint32Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) present[count++] = i
  return present.subarray(0, count).sort((a, b) => values[a]! - values[b]! || a - b)
}

/** Code of an absent value: above every cut's, so that no condition is fulfilled by it. */
export const ABSENT = 255

/**
 * Where each value lies between the cuts: 2j between cut j − 1 and cut j, 2j + 1 on cut j.
 * "At most cut j" is a code up to 2j + 1, "at least cut j" a code from 2j + 1.
 */
export function encode(values: Float64Array, cuts: Float64Array): Uint8Array {
  return Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return ABSENT
    let low = 0
    let high = cuts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (cuts[middle]! < value) low = middle + 1
      else high = middle
    }
    return cuts[low] === value ? 2 * low + 1 : 2 * low
  })
}
