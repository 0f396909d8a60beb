import { describe, expect, it } from 'vitest'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { surveyCustomers } from '../../../src/domain/streaming/survey.ts'
import { chunksOf } from '../../helpers/chunks.ts'

const pace = new Pace(() => false)
const n = 50
const customers = {
  names: ['x'],
  columns: [Float64Array.from({ length: n }, (_, i) => (i === 7 ? Number.NaN : i - 3))],
  n
}

describe('surveyCustomers', () => {
  it('draws every customer equally often, and exactly as many as wanted', () => {
    const times = new Float64Array(n)
    const seeds = 500
    for (let seed = 0; seed < seeds; seed++) {
      const { rows, sample } = surveyCustomers(chunksOf(customers, 7), 10, seed, pace)
      expect(rows).toHaveLength(10)
      rows.forEach((row, i) => {
        times[row]!++
        expect(sample.columns[0]![i]).toBe(customers.columns[0]![row])
        if (i > 0) expect(row).toBeGreaterThan(rows[i - 1]!)
      })
    }
    // Each of 50 is drawn with 10/50: 100 times, with a standard deviation of √(500 · 0.2 · 0.8) = 9.
    for (const count of times) expect(Math.abs(count - 100)).toBeLessThan(5 * 9)
  })

  it('knows the extent of what it did not draw', () => {
    const { extents } = surveyCustomers(chunksOf(customers, 7), 1, 1, pace)
    expect(extents.get('x')).toEqual({ absent: 1, min: -3, max: 46 })
  })
})
