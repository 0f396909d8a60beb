import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chooseTransform,
  fitYeoJohnson,
  transformValue,
  untransformValue,
  yeoJohnson
} from '../../../src/domain/features/transforms.ts'
import { moments } from '../../../src/domain/numeric/moments.ts'
import { onlineRetail, onlineRetailRfm } from '../../helpers/online-retail.ts'

// scikit-learn 1.2.1, PowerTransformer()._yeo_johnson_transform([-2, -0.5, 0, 0.5, 3], λ)
test.each([
  [0, [-4, -0.625, 0, 0.4054651081081644, 1.3862943611198906]],
  [0.5, [-2.797434948471088, -0.5580782047249223, 0, 0.4494897427831779, 2]],
  [2, [-1.0986122886681096, -0.4054651081081644, 0, 0.625, 7.5]],
  [-1, [-8.666666666666666, -0.7916666666666666, 0, 0.33333333333333337, 0.75]]
])('yeoJohnson at λ = %d equals scikit-learn 1.2.1', (lambda, expected) => {
  ;[-2, -0.5, 0, 0.5, 3].forEach((x, i) => {
    expect(yeoJohnson(x, lambda)).toBeCloseTo(expected[i]!, 13)
  })
})

test('yeoJohnson at λ = 1 changes nothing and rises at every λ', () => {
  const numbers = fc.double({ min: -1e3, max: 1e3, noNaN: true })
  fc.assert(
    fc.property(numbers, numbers, fc.double({ min: -2, max: 4, noNaN: true }), (x, y, lambda) => {
      expect(yeoJohnson(x, 1)).toBeCloseTo(x, 9)
      const [low, high] = x < y ? [x, y] : [y, x]
      expect(yeoJohnson(low, lambda)).toBeLessThanOrEqual(yeoJohnson(high, lambda))
    }),
    { seed: 1 }
  )
})

// scikit-learn 1.2.1, PowerTransformer('yeo-johnson').fit(x).lambdas_
test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 50], -0.4069999171122363],
  [[-5, -2, -1, 0, 1, 1.5, 2, 2.5, 3, 3.2], 1.4352807129642597]
])('fitYeoJohnson of %j equals scikit-learn 1.2.1', (values, lambda) => {
  expect(fitYeoJohnson(Float64Array.from(values))).toBeCloseTo(lambda, 6)
})

test('fitYeoJohnson stays finite on values that no power can tame', () => {
  const extreme = Float64Array.of(0, 0, 0, 0, 0, 1e100)
  expect(Math.abs(fitYeoJohnson(extreme))).toBeLessThanOrEqual(5)
})

describe.skipIf(onlineRetail === undefined)('with the shared Online Retail data', () => {
  test('fitYeoJohnson of recency, frequency and money equals scikit-learn 1.2.1', () => {
    const lambdas = onlineRetailRfm(onlineRetail!).columns.map((column) => fitYeoJohnson(column))
    expect(lambdas[0]).toBeCloseTo(0.17564118, 5)
    expect(lambdas[1]).toBeCloseTo(-0.76409295, 5)
    expect(lambdas[2]).toBeCloseTo(-0.08813306, 5)
  })
})

test('chooseTransform takes log1p for a right tail from 0, Yeo-Johnson for other skew, nothing without', () => {
  expect(chooseTransform(moments([0, 1, 1, 2, 2, 90]))).toBe('log1p')
  expect(chooseTransform(moments([-1, 1, 1, 2, 2, 90]))).toBe('yeo_johnson')
  expect(chooseTransform(moments([-90, 1, 1, 2, 2, 3]))).toBe('yeo_johnson')
  expect(chooseTransform(moments([1, 2, 3, 4, 5]))).toBe('none')
})

test('transformValue of log1p takes a value below 0 for 0', () => {
  expect(transformValue(-3, { transform: 'log1p', lambda: null })).toBe(0)
  expect(transformValue(Math.E - 1, { transform: 'log1p', lambda: null })).toBe(1)
})

test('untransformValue takes transformValue back, for values of either sign and every λ', () => {
  const transforms = fc.oneof(
    fc.constant({ transform: 'none' as const, lambda: null }),
    fc.record({ transform: fc.constant('yeo_johnson' as const), lambda: fc.double({ min: -2, max: 4, noNaN: true }) })
  )
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), transforms, (x, fitted) => {
      // Where powers flatten a tail to a few last bits, those bits are all there is to tell values apart.
      const slope = (transformValue(x + 1e-3, fitted) - transformValue(x - 1e-3, fitted)) / 2e-3
      fc.pre(slope > 1e-4)
      expect(untransformValue(transformValue(x, fitted), fitted)).toBeCloseTo(x, 6)
    })
  )
  for (const lambda of [0, 2]) {
    const fitted = { transform: 'yeo_johnson' as const, lambda }
    for (const x of [-3, 0, 5]) expect(untransformValue(transformValue(x, fitted), fitted)).toBeCloseTo(x, 12)
  }
  const log1p = { transform: 'log1p' as const, lambda: null }
  expect(untransformValue(transformValue(40, log1p), log1p)).toBeCloseTo(40, 12)
})
