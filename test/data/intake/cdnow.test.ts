import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'
import { sharedFile } from '../../helpers/shared-data.ts'

const cdnow = sharedFile('cdnow/CDNOW_sample.txt')

describe.skipIf(!cdnow)('the CDNOW sample (skipped where the shared data is absent)', () => {
  test('is read as it lies, without options', async () => {
    const { summary } = await readFile({ path: cdnow! })
    // Fader and Hardie, by way of the folder's README: 80 of the 6,919 rows are of $0, and 244,091.94 is the sum of all.
    const zero = readFileSync(cdnow!, 'latin1').match(/ 0\.00\r?$/gm)!.length
    expect(rowsByRule(summary)).toEqual({ non_positive_price: zero })
    expect(summary.counts).toMatchObject({ rows_read: 6919, rows_kept: 6919 - zero })
    const before = summary.revenue + summary.quality.rules.reduce((sum, { revenue }) => sum + revenue, 0)
    expect(Math.round(before * 100)).toBe(24_409_194)
    expect(summary.period).toEqual({ from: '1997-01-01T00:00:00Z', to: '1998-06-30T00:00:00Z' })
    expect(summary.source).toMatchObject({ delimiter: 'whitespace', date: { format: '%Y%m%d' } })
    expect(summary.mapping).toEqual({
      customer_id: 'customer_id',
      ordered_at: 'ordered_at',
      quantity: 'quantity',
      line_total: 'line_total'
    })
    expect(summary.limitations[0]).toContain('looks like the CDNOW data set')
  })

  test('has 2,357 customers, of whom those without a paid order are left out', async () => {
    const lines = readFileSync(cdnow!, 'latin1').trim().split(/\r?\n/)
    const customers = (of: string[]) => new Set(of.map((line) => line.trim().split(/ +/)[0])).size
    expect(customers(lines)).toBe(2357)
    const { summary } = await readFile({ path: cdnow! })
    expect(summary.counts.customers).toBe(customers(lines.filter((line) => !/ 0\.00\s*$/.test(line))))
  })

  test('is the same with its columns named, and with the second id for customers', async () => {
    const { revenue, counts } = (await readFile({ path: cdnow! })).summary
    const second = await readFile(
      { path: cdnow! },
      { columns: [null, 'customer_id', 'ordered_at', 'quantity', 'line_total'] }
    )
    expect(second.summary).toMatchObject({ revenue, counts })
  })

  test('of other years is any file without a header', async () => {
    const text = readFileSync(cdnow!, 'latin1').replaceAll(' 1997', ' 2007').replaceAll(' 1998', ' 2008')
    const problem = await refusal(text)
    expect(problem.code).toBe('header_missing')
    expect(problem.message).toContain('options.columns')
  })
})
