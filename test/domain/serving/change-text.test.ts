import { expect, test } from 'vitest'
import { writeChange } from '../../../src/domain/serving/change-text.ts'
import { isMovable } from '../../../src/domain/serving/movable.ts'
import { SINGLE_FEATURES } from '../../../src/domain/vocabulary.ts'

const words = { segment: 'Reward', day: '2011-12-09', currency: 'GBP' }

test('writeChange says in one sentence what would have been done by the reference date', () => {
  const changes = [
    { feature: 'recency_days', from: 47, to: 1 },
    { feature: 'frequency', from: 3, to: 4 },
    { feature: 'monetary_value', from: 310.5, to: 430.5 }
  ]
  expect(writeChange(changes, words)).toBe(
    'Had this customer, by 2011-12-09, ordered last 1 day instead of 47 before, placed 1 order more and spent £120 more, the segment would be Reward.'
  )
})

test('writeChange has words for every feature that can change', () => {
  for (const feature of SINGLE_FEATURES.filter(isMovable)) {
    const said = writeChange([{ feature, from: 0.5, to: 0.25 }], words)
    expect(said).toMatch(/^Had this customer, by 2011-12-09, [a-z].*, the segment would be Reward\.$/)
    expect(said).not.toContain('_')
  }
  expect(isMovable('tenure_days')).toBe(false)
  expect(isMovable('preference_mugs')).toBe(false)
})
