import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeDistribution } from '../../../src/domain/exploration/distribution.ts'
import { countValues } from '../../../src/domain/exploration/value-counts.ts'
import { quantile } from '../../../src/domain/numeric/quantiles.ts'
import { QUANTILE_SHARES, type QuantileName } from '../../../src/domain/records/profile.ts'

const describeValues = (values: number[]) => describeDistribution(countValues(values))!

describe('describeDistribution', () => {
  test('gives what pandas 1.5.3 gives for Series([1, 2, 2, 3, 10])', () => {
    const figures = describeValues([10, 2, 3, 1, 2])
    // mean 3.6; squares 6.76 + 2.56 + 2.56 + 0.36 + 40.96 = 53.2, over 4 is 13.3
    expect(figures).toMatchObject({ n: 5, mean: 3.6, min: 1, max: 10 })
    expect(figures.standard_deviation).toBeCloseTo(Math.sqrt(13.3), 12)
    // Series.skew() and Series.kurt()
    expect(figures.skewness).toBeCloseTo(2.0286991020803327, 12)
    expect(figures.excess_kurtosis).toBeCloseTo(4.272146531742893, 12)
    // (n - 1) · 0.9 = 3.6: from 3 six tenths of the way to 10
    expect(figures.quantiles).toMatchObject({ p25: 2, p50: 2, p75: 3 })
    expect(figures.quantiles.p90).toBeCloseTo(7.2, 12)
    // Fences 2 - 1.5 and 3 + 1.5
    expect(figures.fences).toEqual({ low: 0.5, high: 4.5, below: 0, above: 1, share_beyond: 0.2 })
  })

  test('has one bin for each whole number where there are few', () => {
    expect(describeValues([1, 1, 2, 4]).histogram).toEqual({ edges: [0.5, 1.5, 2.5, 3.5, 4.5], counts: [2, 1, 0, 1] })
  })

  test('adds bins of ln(1 + value) where the values are skewed, and only there', () => {
    const skewed = describeValues([0, 0, 0, 1, 1, 2, 3, 1000])
    expect(skewed.log_histogram!.edges[0]).toBe(0)
    expect(skewed.log_histogram!.edges.at(-1)).toBe(1000)
    // ln(1001) / 20 = 0.3454 a bin: ln 2 = 0.693 falls into the third, ln 3 = 1.099 and ln 4 = 1.386 into the fourth and fifth
    expect(skewed.log_histogram!.counts.slice(0, 5)).toEqual([3, 0, 2, 1, 1])
    expect(describeValues([1, 2, 3, 4, 5]).log_histogram).toBeNull()
    expect(describeValues([-1, 0, 0, 0, 0, 0, 1000]).log_histogram).toBeNull()
  })

  test('says nothing that too few values or a constant cannot bear', () => {
    expect(describeDistribution(countValues([Number.NaN]))).toBeNull()
    expect(describeValues([7])).toMatchObject({ n: 1, standard_deviation: null, skewness: null, excess_kurtosis: null })
    expect(describeValues([0.1, 0.1, 0.1, 0.1])).toMatchObject({
      mean: 0.1,
      standard_deviation: 0,
      skewness: null,
      excess_kurtosis: null,
      histogram: { edges: [0.1, 0.1], counts: [4] }
    })
  })

  test('counts every value once in each histogram, and its quantiles are those of the sorted values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 80 }), (values) => {
        const figures = describeValues(values.map((value) => value * 0.5))
        const sorted = Float64Array.from(values, (value) => value * 0.5).sort()
        for (const [name, share] of Object.entries(QUANTILE_SHARES)) {
          expect(figures.quantiles[name as QuantileName]).toBeCloseTo(quantile(sorted, share), 12)
        }
        for (const histogram of [figures.histogram, figures.log_histogram]) {
          expect((histogram?.counts ?? [values.length]).reduce((a, b) => a + b)).toBe(values.length)
        }
      })
    )
  })
})
