import { describe, expect, test } from 'vitest'
import { findColumns } from '../../../src/data/assign-files/customer-columns.ts'

const FEATURES = Object.freeze([
  Object.freeze({ name: 'recency_days', optional: false }),
  Object.freeze({ name: 'preference_tea', optional: false })
])

describe('findColumns', () => {
  test('finds them in any order and passes over features of other models', () => {
    expect(findColumns(['frequency', 'preference_tea', 'customer_id', 'recency_days'], FEATURES)).toEqual({
      width: 4,
      id: 2,
      features: [3, 1]
    })
  })

  test.each([
    [['recency_days', 'preference_tea'], 'column_missing'],
    [['customer_id', 'recency_days'], 'feature_missing'],
    [['customer_id', 'recency_days', 'preference_tea', 'recency'], 'unknown_feature'],
    [['customer_id', 'recency_days', 'preference_tea', 'Frequency'], 'unknown_feature'],
    [['customer_id', 'recency_days', 'preference_tea', 'recency_days'], 'duplicate_column'],
    [Array.from({ length: 201 }, (_, column) => `preference_${column}`), 'too_many_columns']
  ])('refuses %j', (names, code) => {
    expect(() => findColumns(names, FEATURES)).toThrow(expect.objectContaining({ code }))
  })
})
