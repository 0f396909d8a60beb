import { expect, test } from 'vitest'
import { fencesCrossed, fitFences, outlierRows, takeCustomers } from '../../../src/domain/features/outliers.ts'

const columns = {
  names: ['frequency', 'monetary_value'],
  columns: [Float64Array.of(1, 1, 1, 1, 7, 1, 1, 1, 1), Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, Number.NaN)],
  n: 9
}
const options = { policy: 'separate', method: 'iqr', factor: 1.5, features: ['monetary_value'] } as const

test('fitFences lie 1.5 interquartile ranges outside the quartiles', () => {
  // Of 1..8: Q1 = 2.75, Q3 = 6.25, IQR = 3.5; 2.75 − 5.25 = −2.5 and 6.25 + 5.25 = 11.5.
  const { fences, limitations } = fitFences(columns, { ...options, features: ['monetary_value'] })
  expect(fences).toEqual([{ feature: 'monetary_value', lower: -2.5, upper: 11.5 }])
  expect(limitations).toEqual([])
})

test('fitFences gives no fence where the quartiles coincide, nor for a feature that is not clustered', () => {
  const { fences, limitations } = fitFences(columns, { ...options, features: ['frequency', 'return_rate'] })
  expect(fences).toEqual([])
  expect(limitations).toHaveLength(2)
  expect(limitations[0]).toContain('frequency: its quartiles coincide')
  expect(limitations[1]).toContain('return_rate')
})

test('outlierRows are strictly beyond a fence, and an absent value never is', () => {
  const fences = [{ feature: 'monetary_value', lower: 2, upper: 7 }]
  expect([...outlierRows(columns, fences)]).toEqual([0, 7])
})

test('takeCustomers keeps the order asked for', () => {
  const taken = takeCustomers(columns, Int32Array.of(4, 0))
  expect(taken.n).toBe(2)
  expect(taken.columns.map((column) => [...column])).toEqual([
    [7, 1],
    [5, 1]
  ])
})

test('fencesCrossed tells the side of the fence that is crossed farthest, in widths of it', () => {
  const columns = {
    names: ['recency_days', 'monetary_value'],
    columns: [Float64Array.of(300, 0, 300, -50), Float64Array.of(50, 900, 300, Number.NaN)],
    n: 4
  }
  const fences = [
    { feature: 'recency_days', lower: -10, upper: 90 },
    { feature: 'monetary_value', lower: 0, upper: 100 }
  ]
  // Third: 210 of 100 over recency, 200 of 100 over money.
  expect([...fencesCrossed(columns, fences, Int32Array.of(0, 1, 2, 3))]).toEqual([1, 3, 1, 0])
})
