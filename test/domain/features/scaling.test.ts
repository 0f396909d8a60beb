import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitScaling, scaleCustomers, scaleValue } from '../../../src/domain/features/scaling.ts'
import type { FeatureColumns } from '../../../src/domain/records/model.ts'
import { SCALES, TRANSFORMS } from '../../../src/domain/vocabulary.ts'

const one = (values: number[], name = 'frequency'): FeatureColumns => ({
  names: [name],
  columns: [Float64Array.from(values)],
  n: values.length
})
const plain: Parameters<typeof fitScaling>[1] = { transform: 'none', scale: 'standard', clips: [] }

test('fitScaling standard uses mean and population standard deviation', () => {
  // Mean 2, squared deviations 1, 1, 1, 1.
  const { features, limitations } = fitScaling(one([1, 3, 1, 3]), plain)
  expect(features[0]).toMatchObject({ transform: 'none', center: 2, scale: 1, impute: null, lower: null, upper: null })
  expect(limitations).toEqual([])
})

test('fitScaling robust equals scikit-learn 1.2.1 RobustScaler of [1,2,3,4,100]', () => {
  expect(fitScaling(one([1, 2, 3, 4, 100]), { ...plain, scale: 'robust' }).features[0]).toMatchObject({
    center: 3,
    scale: 2
  })
})

test('fitScaling robust falls back to the standard deviation where the quartiles coincide', () => {
  // Nine 1s and one 11: mean 2, variance (9·1 + 81)/10 = 9.
  const { features, limitations } = fitScaling(one([1, 1, 1, 1, 1, 1, 1, 1, 1, 11]), { ...plain, scale: 'robust' })
  expect(features[0]).toMatchObject({ center: 1, scale: 3 })
  expect(limitations[0]).toMatch(/^frequency: .*standard deviation/)
})

test('fitScaling min_max puts the smallest at 0 and the largest at 1', () => {
  const { features } = fitScaling(one([5, 7, 9]), { ...plain, scale: 'min_max' })
  expect([5, 7, 9].map((x) => scaleValue(x, features[0]!))).toEqual([0, 0.5, 1])
})

test.each(SCALES)('fitScaling %s gives a constant feature scale 1 and says so', (scale) => {
  const { features, limitations } = fitScaling(one([0.1, 0.1, 0.1]), { ...plain, transform: 'yeo_johnson', scale })
  expect(features[0]).toMatchObject({ transform: 'none', scale: 1 })
  expect(limitations).toEqual(['All customers have the same frequency: it does not tell customers apart.'])
})

test('fitScaling imputes the median for the absent and says how many there are', () => {
  const { features, limitations } = fitScaling(one([1, Number.NaN, 3, 9]), plain)
  expect(features[0]?.impute).toBe(3)
  expect(scaleValue(null, features[0]!)).toBe(scaleValue(3, features[0]!))
  expect(scaleValue(Number.NaN, features[0]!)).toBe(scaleValue(3, features[0]!))
  expect(limitations).toEqual(['1 of 4 customers have no frequency: they count with its median, 3.'])
})

test('fitScaling accepts a feature that nobody has', () => {
  const { features, limitations } = fitScaling(one([Number.NaN, Number.NaN]), plain)
  expect(scaleValue(null, features[0]!)).toBe(0)
  expect(limitations).toEqual(['No customer has a value of frequency: it does not tell customers apart.'])
})

test('scaleValue refuses an absent value of a feature that was never absent', () => {
  const { features } = fitScaling(one([1, 2]), plain)
  expect(() => scaleValue(null, features[0]!)).toThrow(RangeError)
})

test('fitScaling uses yeo_johnson where log1p meets values below 0, and says so', () => {
  const { features, limitations } = fitScaling(one([-2, 1, 4, 5]), { ...plain, transform: 'log1p' })
  expect(features[0]?.transform).toBe('yeo_johnson')
  expect(limitations[0]).toContain('below 0')
})

test('fitScaling clips before it fits, and scaleValue clips alike', () => {
  const clips = [{ feature: 'frequency', lower: 0, upper: 4 }]
  const { features } = fitScaling(one([0, 4, 400]), { ...plain, scale: 'min_max', clips })
  expect(features[0]).toMatchObject({ lower: 0, upper: 4, center: 0, scale: 4 })
  expect([-9, 2, 400].map((x) => scaleValue(x, features[0]!))).toEqual([0, 0.5, 1])
})

test('scaleValue is finite for every number under every transform and scale', () => {
  const numbers = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, Number.POSITIVE_INFINITY))
  fc.assert(
    fc.property(
      fc.array(numbers, { minLength: 1, maxLength: 12 }),
      numbers,
      fc.constantFrom(...TRANSFORMS),
      fc.constantFrom(...SCALES),
      (values, other, transform, scale) => {
        const { features } = fitScaling(one(values), { transform, scale, clips: [] })
        for (const x of [...values, other]) {
          if (Number.isNaN(x) && features[0]!.impute === null) continue
          expect(Number.isFinite(scaleValue(x, features[0]!))).toBe(true)
        }
      }
    ),
    { numRuns: 300, seed: 1 }
  )
})

test('scaleCustomers leaves its input as it was, and gives rows of length 1 for cosine', () => {
  const columns = { names: ['a', 'b'], columns: [Float64Array.of(3, 0), Float64Array.of(4, 0)], n: 2 }
  const { features } = fitScaling(columns, { ...plain, scale: 'none' })
  expect([...scaleCustomers(columns, { features, distance: 'euclidean' }).data]).toEqual([3, 4, 0, 0])
  // 3-4-5 triangle; the origin has no direction and stays.
  expect([...scaleCustomers(columns, { features, distance: 'cosine' }).data]).toEqual([0.6, 0.8, 0, 0])
  expect([...columns.columns[0]!]).toEqual([3, 0])
})
