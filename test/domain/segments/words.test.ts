import { describe, expect, it } from 'vitest'
import {
  counted,
  formatAmount,
  formatDecimals,
  formatMoney,
  formatPercent,
  formatRatio,
  listed
} from '../../../src/domain/segments/words.ts'

describe('numbers in sentences', () => {
  it.each([
    [0, '0'],
    [-0.004, '0'],
    [1.04, '1'],
    [1.44, '1.4'],
    [9.96, '10'],
    [1234.5, '1,235'],
    [-1234567, '-1,234,567']
  ])('formatAmount writes %d as %s', (value, text) => {
    expect(formatAmount(value)).toBe(text)
  })

  it('formatDecimals keeps a fraction only where it says something', () => {
    expect([formatDecimals(12.5, 2), formatDecimals(12, 2), formatDecimals(0.1, 1)]).toEqual(['12.50', '12', '0.1'])
  })

  it.each([
    [1, '1 order'],
    [1.02, '1 order'],
    [0, '0 orders'],
    [1.4, '1.4 orders'],
    [1200, '1,200 orders']
  ])('counted writes %d with the right plural', (value, text) => {
    expect(counted(value, 'order')).toBe(text)
  })

  it.each([
    [45.3, 'GBP', '£45.30'],
    [99.999, 'EUR', '€100'],
    [1450.4, 'USD', '$1,450'],
    [999_600, 'GBP', '£1 million'],
    [4_123_456, null, '4.1 million'],
    [2_500_000_000, 'GBP', '£2.5 billion'],
    [12.5, 'CHF', 'CHF 12.50'],
    [-30, 'GBP', '-£30'],
    [-0.001, 'GBP', '£0']
  ])('formatMoney writes %d of %s as %s', (value, currency, text) => {
    expect(formatMoney(value, currency)).toBe(text)
  })

  it.each([
    [0, '0%'],
    [0.0001, 'less than 0.1%'],
    [0.278, '27.8%'],
    [0.99999, 'more than 99.9%'],
    [1, '100%']
  ])('formatPercent writes %d as %s', (value, text) => {
    expect(formatPercent(value)).toBe(text)
  })

  it.each([
    [0, 'less than 1% of'],
    [0.4, '40% of'],
    [2.13, '2.1 times'],
    [12.4, '12 times']
  ])('formatRatio writes %d as %s', (value, text) => {
    expect(formatRatio(value)).toBe(text)
  })

  it('listed joins with commas and and', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c'
    ])
  })
})
