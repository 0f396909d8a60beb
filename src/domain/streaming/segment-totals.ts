import { RunningMoments } from '../numeric/running-moments.ts'
import { RunningSum } from '../numeric/running-sum.ts'
import type { PlacedChunk } from './placements.ts'

/** What customers spent, by which revenue is told. */
export const REVENUE_FEATURE = 'monetary_value'

/** Exact figures of all customers, where features and labels at hand are those of a sample of them. */
export interface PopulationTotals {
  customers: number
  revenue: number
  /** By feature; absent values do not count. */
  features: Readonly<Record<string, RunningMoments>>
  segments: readonly {
    size: number
    revenue: number
    features: Readonly<Record<string, RunningMoments>>
  }[]
}

/** Adds up every feature of every segment, one chunk after the other. */
export class SegmentTotals {
  readonly #names: readonly string[]
  readonly #overall: RunningMoments[]
  readonly #bySegment: RunningMoments[][]
  readonly #sizes: number[]
  readonly #revenues: RunningSum[]

  constructor(names: readonly string[], segments: number) {
    this.#names = names
    this.#overall = names.map(() => new RunningMoments())
    this.#bySegment = Array.from({ length: segments }, () => names.map(() => new RunningMoments()))
    this.#sizes = Array.from({ length: segments }, () => 0)
    this.#revenues = Array.from({ length: segments }, () => new RunningSum())
  }

  add({ chunk, segments }: PlacedChunk): void {
    for (const segment of segments) this.#sizes[segment]!++
    for (const [j, name] of this.#names.entries()) {
      const column = chunk.columns[chunk.names.indexOf(name)]!
      const overall = this.#overall[j]!
      const bySegment = this.#bySegment.map((features) => features[j]!)
      for (let i = 0; i < column.length; i++) {
        const value = column[i]!
        if (Number.isNaN(value)) continue
        overall.add(value)
        bySegment[segments[i]!]!.add(value)
        if (name === REVENUE_FEATURE) this.#revenues[segments[i]!]!.add(value)
      }
    }
  }

  finish(): PopulationTotals {
    const named = (moments: RunningMoments[]) => Object.fromEntries(this.#names.map((name, j) => [name, moments[j]!]))
    const revenue = new RunningSum()
    for (const { value } of this.#revenues) revenue.add(value)
    return {
      customers: this.#sizes.reduce((sum, size) => sum + size, 0),
      revenue: revenue.value,
      features: named(this.#overall),
      segments: this.#sizes.map((size, segment) => ({
        size,
        revenue: this.#revenues[segment]!.value,
        features: named(this.#bySegment[segment]!)
      }))
    }
  }
}
