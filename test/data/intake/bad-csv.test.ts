import { describe, expect, test } from 'vitest'
import { csv, linesOf, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'
import { CASES, dated, good, header, with_ } from './bad-csv-cases.ts'

describe('a text with', () => {
  for (const [number, cases] of Object.entries(CASES)) {
    for (const { what, file, options, share, answer } of cases) {
      const said = typeof answer === 'string' ? answer : JSON.stringify(answer)
      test(`${what} gets ${said} (case ${number})`, async () => {
        const limits = share === undefined ? {} : { badRowsMaxShare: share }
        if (typeof answer === 'string') {
          const problem = await refusal(file, options, limits)
          expect(`${problem.status} ${problem.code}`).toBe(answer)
          expect(problem.message.length).toBeGreaterThan(40)
          expect(problem.message).not.toMatch(/\/tmp|select |Error:/)
          return
        }
        const { summary } = await readFile(file, options, limits)
        expect(rowsByRule(summary)).toEqual(answer)
        const { rows_read, rows_kept } = summary.counts
        expect(rows_kept + summary.quality.rules.reduce((sum, { rows }) => sum + rows, 0)).toBe(rows_read)
        for (const { examples } of summary.quality.rules) expect(examples[0]!.row).toBeGreaterThan(0)
      })
    }
  }
})

test('ids are texts, formulas too, and stay as they are', async () => {
  const { folder } = await readFile(csv('00123,1e5,1,1,2024-01-05,=1+1,x', 'A 1,P,1,1,2024-01-05, 0C ,x'))
  expect(await linesOf(folder)).toMatchObject([
    { order_id: '00123', product_id: '1e5', customer_id: '=1+1' },
    { order_id: 'A 1', customer_id: '0C' }
  ])
})

test('a NUL in the name of a column is shown as what it is not, and the file is read', async () => {
  const { summary } = await readFile(`${header},no\0te\n${good(1)},x\n${good(2)}\n`)
  expect(summary.unmapped_columns).toEqual(['no\ufffdte'])
  expect(summary.quality.rules).toMatchObject([{ rule: 'malformed_row', rows: 1 }])
})

test('orders of the future are kept and told', async () => {
  const year = new Date().getUTCFullYear() + 2
  const { summary } = await readFile(dated(`${year}-01-05`))
  expect(summary.limitations).toContain(
    '1 order lines lie in the future, and the last of them is what recency counts from.'
  )
  expect((await readFile(with_())).summary.limitations.join()).not.toContain('future')
})

describe('rows that are no order lines', () => {
  test('are counted as such, with their numbers, and add no revenue', async () => {
    const { summary } = await readFile(
      `order_id;product_id;quantity;unit_price;ordered_at;customer_id\n1;P;2;1.234,50;2024-01-05;C1\n;;;;;\nTotal;;2;2.469,00;;\n;;;;Summe:;2.469,00\n(1 rows affected)\n`
    )
    expect(summary.quality.rules).toMatchObject([
      { rule: 'malformed_row', rows: 1, examples: [{ row: 5 }] },
      { rule: 'not_an_order_line', rows: 3, revenue: 0, examples: [{ row: 2 }, { row: 3 }, { row: 4 }] }
    ])
    expect(summary.counts).toMatchObject({ rows_read: 5, rows_kept: 1 })
    expect(summary.revenue).toBe(2469)
  })

  test('are not those of a product or customer with such a name', async () => {
    const { summary } = await readFile(csv('1,Total,2,3.50,2024-01-05,Total,Spain'))
    expect(summary.counts.rows_kept).toBe(1)
  })
})

describe('lines above the header', () => {
  test('are left out and told', async () => {
    const { summary } = await readFile(`Sales, all shops\n"Export of 2024-02-01"\n\n${csv(good(1))}`)
    expect(summary.counts).toMatchObject({ rows_read: 1, rows_kept: 1 })
    expect(summary.limitations).toContain('2 lines above the header were left out, from "Sales, all shops" on.')
  })

  test('are no more than fifty', async () => {
    const lines = (count: number) => `${'Exported by admin\n'.repeat(count)}${csv(good(1))}`
    expect((await readFile(lines(50))).summary.counts.rows_read).toBe(1)
    expect(await refusal(lines(51))).toMatchObject({ code: 'header_missing' })
  })
})
