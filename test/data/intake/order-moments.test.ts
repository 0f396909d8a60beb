import { describe, expect, test } from 'vitest'
import { previewOrders } from '../../../src/data/intake/preview.ts'
import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import { linesOf, NO_HOOKS, readFile, readRequest, refusal, rowsByRule } from '../../helpers/read-file.ts'
import { workbookOf } from '../../helpers/workbook.ts'

// Each pair is a day and a time as two columns of a file have them.
const file = (header: string, ...pairs: [day: string, clock: string][]) =>
  `order_id;customer_id;quantity;unit_price;${header}\n${pairs.map((pair, at) => `${at};C1;1;2.50;${pair.join(';')}\n`).join('')}`

async function moments(content: string | Buffer, options?: DatasetOptions): Promise<(string | null)[]> {
  const { folder } = await readFile(content, options)
  return (await linesOf(folder)).map((line) => line.ordered_at!)
}

describe('a day and a time in two columns', () => {
  test('are one moment, however the time is written', async () => {
    const clocks: [written: string, read: string][] = [
      ['15:30', '15:30:00'],
      ['15:30:22', '15:30:22'],
      ['3:30 PM', '15:30:00'],
      ['12:05 a.m.', '00:05:00'],
      ['12:05pm', '12:05:00'],
      ['3 PM', '15:00:00'],
      ['9h05', '09:05:00'],
      ['15.30 Uhr', '15:30:00'],
      ['930', '09:30:00'],
      ['153022', '15:30:22'],
      // 15:30 is 0.6458333 of a day.
      ['0.6458333', '15:30:00'],
      ['0,5', '12:00:00'],
      ['1899-12-30 15:30:00', '15:30:00'],
      // None of these is a time of day.
      ['', '00:00:00'],
      ['soon', '00:00:00'],
      ['25:00', '00:00:00'],
      ['35', '00:00:00']
    ]
    const days = clocks.map(([written], at): [string, string] => [`${13 + (at % 10)}.03.2024`, written])
    expect(await moments(file('Datum;Uhrzeit', ...days))).toEqual(
      clocks.map(([, read], at) => `2024-03-${13 + (at % 10)} ${read}`)
    )
  })

  test('are so in every form of the day, and local to the timezone', async () => {
    for (const [day, header] of [
      ['3/14/2024', 'Transaction Date;Transaction Time'],
      ['2024-03-14', 'order_date;order_time'],
      ['2024-03-14 00:00:00', 'Date;Time'],
      ['20240314', 'Belegdatum;Belegzeit'],
      ['14 mars 2024', 'Date de vente;Heure'],
      ['14/03/2024', 'Fecha;Hora']
    ] as const) {
      expect(await moments(file(header, [day, '15:30']), { timezone: 'Europe/Berlin' })).toEqual([
        '2024-03-14 14:30:00'
      ])
    }
  })

  test('are told in the mapping, and read alike by the options that a preview gives', async () => {
    const content = file('Datum;Uhrzeit', ['14.03.2024', '15:30'], ['15.03.2024', '8:05'])
    const { options, mapping } = await previewOrders(readRequest(content), NO_HOOKS)
    expect(mapping).toMatchObject({ ordered_at: 'Datum', ordered_time: 'Uhrzeit' })
    const expected = ['2024-03-14 15:30:00', '2024-03-15 08:05:00']
    expect(await moments(content, options)).toEqual(expected)
    expect(await moments(content, { date_format: '%d.%m.%Y' })).toEqual(expected)
    expect(await moments(content, { mapping: { ordered_time: 'Uhrzeit' } })).toEqual(expected)
  })

  test('of a workbook are cells of days and of times', async () => {
    const workbook = await workbookOf([
      ['order_id', 'customer_id', 'quantity', 'unit_price', 'Date', 'Time'],
      ['1', 'C1', 1, 2.5, new Date('2024-03-14T00:00:00Z'), '3:30 PM']
    ])
    expect(await moments(workbook)).toEqual(['2024-03-14 15:30:00'])
  })

  test('are left alone where the day has a time itself, or is a number', async () => {
    expect(await moments(file('Date;Time', ['2024-03-14 09:15', '00:35'], ['2024-03-15', '00:35']))).toEqual([
      '2024-03-14 09:15:00',
      '2024-03-15 00:35:00'
    ])
    expect(await moments(file('Date;Time', ['1710407700', '00:35']))).toEqual(['2024-03-14 09:15:00'])
  })

  test('a time that is the only date is one, and a time of day alone is none', async () => {
    const timestamps = file('Transaction Time;note', ['2024-03-14 09:15', 'x'])
    expect(await moments(timestamps)).toEqual(['2024-03-14 09:15:00'])
    expect(await refusal(file('Time;note', ['09:15', 'x']))).toMatchObject({ code: 'unreadable_date_format' })
  })
})

describe('a column that says that an order was called off', () => {
  const orders = (header: string, ...values: string[]) =>
    `order_id,customer_id,quantity,unit_price,ordered_at,${header}\n${values.map((value, at) => `${at},C1,1,2.50,2024-03-14,${value}\n`).join('')}`

  test('does so by a moment or a word for yes', async () => {
    const values = [
      '',
      '2024-03-15 10:00:00',
      'true',
      'yes',
      '1',
      'x',
      'false',
      'no',
      '0',
      'NULL',
      'Not cancelled',
      '0000-00-00'
    ]
    const { summary, folder } = await readFile(orders('canceled_at', ...values))
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 5 })
    expect((await linesOf(folder)).map(({ order_id }) => order_id)).toEqual(['0', '6', '7', '8', '9', '10', '11'])
    // What was never bought did not come back either.
    expect(await linesOf(folder, 'returns')).toEqual([])
  })

  test('is known in other languages, and may be named', async () => {
    for (const header of ['Storniert am', "Date d'annulation", 'Fecha de cancelación']) {
      expect(rowsByRule((await readFile(orders(header, '', '15.03.2024'))).summary)).toEqual({ cancelled_order: 1 })
    }
    const named = await readFile(orders('gone', '', '15.03.2024'), { mapping: { cancelled_at: 'gone' } })
    expect(rowsByRule(named.summary)).toEqual({ cancelled_order: 1 })
  })
})
