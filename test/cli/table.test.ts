import { expect, test } from 'vitest'
import { renderTable } from '../../src/cli/table.ts'

test('renderTable aligns words to the left and numbers to the right', () => {
  const rows = [
    ['Reward', '1,204', 'Thank them'],
    ['Re-Engage', '87', 'Ask']
  ]
  expect(renderTable(['Segment', 'Customers', 'First action'], rows)).toBe(
    [
      'Segment    Customers  First action',
      '─────────  ─────────  ────────────',
      'Reward         1,204  Thank them',
      'Re-Engage         87  Ask'
    ].join('\n')
  )
})

test('renderTable counts code points', () => {
  expect(renderTable(['é', 'b'], [['ÄÖ', 'x']]).split('\n')).toEqual(['é   b', '──  ─', 'ÄÖ  x'])
})
