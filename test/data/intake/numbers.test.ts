import { describe, expect, test } from 'vitest'
import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import { linesOf, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'

const HEADER = 'order_id;product_id;quantity;unit_price;ordered_at;customer_id'
const priced = (...prices: string[]) =>
  `${HEADER}\n${prices.map((price, at) => `${at};P;1;${price};2024-01-05;C1`).join('\n')}\n`

/** The prices as they are read, and how. */
async function read(prices: string[], options: DatasetOptions = {}) {
  const { summary, folder } = await readFile(priced(...prices), options)
  const [orders, returns] = await Promise.all([linesOf(folder), linesOf(folder, 'returns')])
  const lines = [...orders, ...returns].sort((a, b) => Number(a.row) - Number(b.row))
  return { prices: lines.map(({ unit_price }) => unit_price), ...summary.source.numbers?.unit_price, summary }
}

describe('prices', () => {
  for (const [written, read_as, format] of [
    [['1,234.50', '2.00'], ['1234.5000', '2.0000'], '1,234.50'],
    [['1.234,50', '2,00'], ['1234.5000', '2.0000'], '1.234,50'],
    [['1.234.567,5', '1.234'], ['1234567.5000', '1234.0000'], '1.234,50'],
    [['1 234,56', '3,50'], ['1234.5600', '3.5000'], '1 234,50'],
    [['1\u00a0234,56', '3,50'], ['1234.5600', '3.5000'], '1 234,50'],
    [['1\u202f234,56', '3,50'], ['1234.5600', '3.5000'], '1 234,50'],
    [['1\u2009234.56', '3.50'], ['1234.5600', '3.5000'], '1 234.50'],
    [["1'234.50", '2.00'], ['1234.5000', '2.0000'], "1'234.50"],
    [['1’234.50', '2.00'], ['1234.5000', '2.0000'], "1'234.50"],
    [['12,34,567.50', '2.00'], ['1234567.5000', '2.0000'], '1,234.50'],
    [['3,50', '12'], ['3.5000', '12.0000'], '1234,50'],
    [['0,500', '1,250'], ['0.5000', '1.2500'], '1234,50'],
    [['1234,500', '1,250'], ['1234.5000', '1.2500'], '1234,50'],
    [['1,5E2', '1,5'], ['150.0000', '1.5000'], '1234,50'],
    [['$5.00', '$1,234.50'], ['5.0000', '1234.5000'], '$1,234.50'],
    [['£5.00', '5'], ['5.0000', '5.0000'], '£1234.50'],
    [['€ 5,00', '€ 1.234,00'], ['5.0000', '1234.0000'], '€ 1.234,50'],
    [['5,00 EUR', '6,25 eur'], ['5.0000', '6.2500'], '1234,50 EUR'],
    [['5,00 zł', '6,25 zł'], ['5.0000', '6.2500'], '1234,50 zł'],
    [['USD 5', 'USD 7'], ['5.0000', '7.0000'], 'USD 1234'],
    [['+5', '5.'], ['5.0000', '5.0000'], 'plain'],
    [['1e2', '1.5E-1'], ['100.0000', '0.1500'], 'plain']
  ] as const) {
    test(`${written.join(' and ')} are ${read_as.join(' and ')}`, async () => {
      expect(await read([...written])).toMatchObject({ prices: read_as, format })
    })
  }

  test('in brackets or with a minus, in front or behind, are negative and no purchases', async () => {
    const { summary } = await read([
      '5.00',
      '(5.00)',
      '5.00-',
      '-5.00',
      '\u22125.00',
      '-$5.00',
      '$-5.00',
      '($5.00)',
      '- 5.00'
    ])
    expect(summary.quality.rules).toMatchObject([{ rule: 'non_positive_price', rows: 8, revenue: -40 }])
  })

  test('that are no numbers are invalid, whatever the form of the others', async () => {
    const bad = ['NaN', 'inf', '1e400', '1.5', '12.34,5', '1.23.456', '5,0,0', 'x', '--5', '1,5 XYZW']
    const { summary, evidence } = await read([...Array(20).fill('3,50'), ...bad])
    expect(rowsByRule(summary)).toEqual({ invalid_price: bad.length })
    expect(evidence).toContain('have , before their decimals, for example "3,50"')
  })
})

describe('a separator that no value settles', () => {
  test('is asked for', async () => {
    for (const value of ['1,234', '1.234']) {
      const problem = await refusal(priced(value, '12', '2,000'.replace(',', value[1]!)))
      expect(problem.code).toBe('ambiguous_number_format')
      expect(problem.message).toContain('"unit_price"')
      expect(problem.message).toContain('options.decimal_separator')
    }
    expect((await read(['1,234', '12'], { decimal_separator: ',' })).prices).toEqual(['1.2340', '12.0000'])
    expect((await read(['1,234', '12'], { decimal_separator: '.' })).prices).toEqual(['1234.0000', '12.0000'])
    expect((await read(['1.234', '12'], { decimal_separator: ',' })).prices).toEqual(['1234.0000', '12.0000'])
    expect((await read(['1.234', '12'], { decimal_separator: '.' })).prices).toEqual(['1.2340', '12.0000'])
  })

  test('of quantities is that of the prices', async () => {
    const text = (quantity: string, price: string) => `${HEADER}\n1;P;${quantity};${price};2024-01-05;C1\n`
    const quantityOf = async (quantity: string, price: string) => {
      const { summary, folder } = await readFile(text(quantity, price))
      expect(summary.source.numbers?.quantity?.evidence).toContain('as in the other columns')
      return (await linesOf(folder))[0]?.quantity
    }
    expect(await quantityOf('1,000', '2.50')).toBe('1000.000')
    expect(await quantityOf('1,000', '2,50')).toBe('1.000')
    expect(await quantityOf('1.000', '2.50')).toBe('1.000')
    expect(await quantityOf('1.000', '2,50')).toBe('1000.000')
    expect(await refusal(text('1,000', '2'))).toMatchObject({ code: 'ambiguous_number_format' })
  })

  test('is asked for where other values contradict each other, and the majority decides where none depends on it', async () => {
    expect(await refusal(priced('1,50', '1.50', '1,234', '2,5'))).toMatchObject({ code: 'ambiguous_number_format' })
    const { summary, evidence } = await read(['1,50', '2,50', '1.50'])
    expect(rowsByRule(summary)).toEqual({ invalid_price: 1 })
    expect(evidence).toContain('1 contradict it')
  })

  test('is that of programs where the format is one of programs', async () => {
    const { folder } = await readFile(
      '[{"order_id":1,"quantity":2,"unit_price":"1.234","ordered_at":"2024-01-05","customer_id":1}]'
    )
    expect(await linesOf(folder)).toMatchObject([{ unit_price: '1.2340' }])
  })
})

test('discounts in percent may have a comma', async () => {
  const { folder } = await readFile(
    'order_id;quantity;price;date;customer_id;discount\n1;2;10,00;2024-01-05;C1;12,5 %\n'
  )
  // 12.5 % of 20.
  expect(await linesOf(folder)).toMatchObject([{ discount: '2.5000' }])
})

describe('currencies', () => {
  test('are taken from signs, codes and their column', async () => {
    expect((await read(['€5,00', '6,00 EUR'])).summary.currency).toBe('EUR')
    expect((await read(['5.00'])).summary.currency).toBeNull()
    expect((await read(['5.00'], { currency: 'CHF' })).summary.currency).toBe('CHF')
    const dollars = await read(['$5.00'])
    expect(dollars.summary.currency).toBeNull()
    expect(dollars.summary.limitations.join()).toContain('Amounts are marked $')
    expect((await read(['$5.00'], { currency: 'CAD' })).summary.currency).toBe('CAD')
    expect((await read(['$5.00', 'USD 6.00'])).summary.currency).toBe('USD')
  })

  test('that differ are refused with their counts, unless what is kept has one', async () => {
    const text = `${HEADER};currency;country\n1;P;1;5;2024-01-05;C1;EUR;Spain\n2;P;1;5;2024-01-05;C1;eur;Spain\n3;P;1;5;2024-01-05;C1;GBP;UK\n`
    const problem = await refusal(text)
    expect(problem).toMatchObject({ code: 'mixed_currencies', extensions: { currencies: { EUR: 2, GBP: 1 } } })
    expect(problem.message).toContain('EUR (2 lines), GBP (1 lines)')
    expect((await readFile(text, { countries: ['Spain'] })).summary.currency).toBe('EUR')
    expect(await refusal(text, { countries: ['UK'], currency: 'EUR' })).toMatchObject({ code: 'currency_mismatch' })
    expect(await refusal(priced('€5.00', '£5.00'))).toMatchObject({ code: 'mixed_currencies' })
  })
})
