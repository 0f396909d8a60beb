import { describe, expect, it } from 'vitest'
import { compareWith, preciseSum, summarise } from '../../../src/domain/segments/profile.ts'

describe('summarise', () => {
  it('ignores absent values and interpolates quartiles', () => {
    // Present: 1 2 3 4. Quartiles at ranks 0.75, 1.5 and 2.25: 1.75, 2.5, 3.25. Variance (2.25+0.25)·2/4 = 1.25.
    const summary = summarise(Float64Array.of(4, Number.NaN, 1, 3, 2))!
    expect(summary).toMatchObject({ count: 4, mean: 2.5, median: 2.5, p25: 1.75, p75: 3.25, reach: 4 })
    expect(summary.deviation).toBeCloseTo(Math.sqrt(1.25), 12)
  })

  it('gives null when nothing is present', () => {
    expect(summarise(Float64Array.of(Number.NaN))).toBeNull()
    expect(summarise(new Float64Array(0))).toBeNull()
  })

  it('stays finite with values whose squares would not be', () => {
    const summary = summarise(Float64Array.of(1e300, -1e300, 1e300))!
    expect(summary.mean / 1e300).toBeCloseTo(1 / 3, 12)
    expect(summary.deviation / 1e300).toBeCloseTo(Math.sqrt(8 / 9), 12)
  })
})

describe('preciseSum', () => {
  it('keeps what plain addition loses', () => {
    expect(preciseSum([1e16, 1, -1e16])).toBe(1)
  })
})

describe('compareWith', () => {
  it('divides by the mean and by the deviation of the population', () => {
    // Population 0 0 4 4: mean 2, deviation 2. Segment 4 4: mean 4.
    const entry = compareWith(summarise(Float64Array.of(0, 0, 4, 4))!, summarise(Float64Array.of(4, 4))!)
    expect(entry).toEqual({ mean: 4, median: 4, p25: 4, p75: 4, relative_importance: 1, standardized_difference: 1 })
  })

  it('gives the ratio of the means less 1 for a negative mean too', () => {
    // −3 / −2 − 1 = 0.5
    const entry = compareWith(summarise(Float64Array.of(-1, -3))!, summarise(Float64Array.of(-3))!)
    expect(entry.relative_importance).toBeCloseTo(0.5, 12)
  })

  it('has no ratio where the mean is about 0, nor a difference where nothing varies', () => {
    const around = compareWith(summarise(Float64Array.of(-1, 1, 1e-12))!, summarise(Float64Array.of(1))!)
    expect(around.relative_importance).toBeNull()
    const constant = compareWith(summarise(Float64Array.of(0.1, 0.1, 0.1))!, summarise(Float64Array.of(0.1))!)
    expect(constant.standardized_difference).toBeNull()
    expect(constant.relative_importance).toBeCloseTo(0, 12)
  })
})
