import { describe, expect, test } from 'vitest'
import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import { linesOf, readFile, refusal } from '../../helpers/read-file.ts'

const file = (dates: string[]) =>
  `order_id;quantity;price;date;customer_id\n${dates.map((date, at) => `${at};1;1;${date};C1`).join('\n')}\n`

/** The instants read, and how. */
async function read(dates: string[], options: DatasetOptions = {}) {
  const { summary, folder } = await readFile(file(dates), options)
  return { times: (await linesOf(folder)).map(({ ordered_at }) => ordered_at), ...summary.source.date, summary }
}

describe('day and month', () => {
  test('are told by one number above 12, with the evidence', async () => {
    expect(await read(['1/2/2024', '3/13/2024', '1/2/2024'])).toMatchObject({
      times: ['2024-01-02 00:00:00', '2024-03-13 00:00:00', '2024-01-02 00:00:00'],
      format: '%m/%d/%Y',
      evidence: '3 of 3 dates read as month/day/year; 1 have a second number above 12, so day/month/year is ruled out.'
    })
    expect(await read(['1/2/2024', '13/2/2024 10:00'])).toMatchObject({
      times: ['2024-02-01 00:00:00', '2024-02-13 10:00:00'],
      evidence: '2 of 2 dates read as day/month/year; 1 have a first number above 12, so month/day/year is ruled out.'
    })
    expect(await read(['1-2-2024', '1-13-2024'])).toMatchObject({ format: '%m-%d-%Y' })
  })

  test('that nothing tells apart are asked for', async () => {
    const problem = await refusal(file(['1/2/2024', '2/3/2024']))
    expect(problem.code).toBe('ambiguous_date_format')
    expect(problem.message).toContain('%m/%d/%Y or %d/%m/%Y')
    expect((await read(['1/2/2024', '2/3/2024'], { date_format: '%d/%m/%Y' })).times).toEqual([
      '2024-02-01 00:00:00',
      '2024-03-02 00:00:00'
    ])
  })

  test('that are the same number need not be told apart', async () => {
    expect((await read(['1/1/2024', '2/2/2024'])).times).toEqual(['2024-01-01 00:00:00', '2024-02-02 00:00:00'])
  })

  test('by which more rows are read win, and the others are invalid', async () => {
    const { summary, evidence } = await read(['1/13/2024', '1/14/2024', '15/1/2024'])
    expect(summary.quality.rules).toMatchObject([{ rule: 'invalid_date', rows: 1, examples: [{ row: 3 }] }])
    expect(evidence).toContain('though 1 can be read only so and count as invalid')
  })
})

describe('formats', () => {
  for (const [written, read_as, format] of [
    ['2024-01-05', '2024-01-05 00:00:00', 'iso8601'],
    ['2024-01-05T08:26', '2024-01-05 08:26:00', 'iso8601'],
    ['2024-01-05 08:26:30.123456789', '2024-01-05 08:26:30.123456', 'iso8601'],
    ['2024-01-05T08:26:30Z', '2024-01-05 08:26:30', 'iso8601'],
    ['2024-01-05T08:26+02:00', '2024-01-05 06:26:00', 'iso8601'],
    ['2024-01-05 08:26:30,5-0530', '2024-01-05 13:56:30.5', 'iso8601'],
    ['2024-01-05 08:26:30 UTC', '2024-01-05 08:26:30', 'iso8601'],
    ['1/25/2024 8:26', '2024-01-25 08:26:00', '%m/%d/%Y %H:%M'],
    ['01/25/2024 08:26:30', '2024-01-25 08:26:30', '%m/%d/%Y %H:%M:%S'],
    ['1/25/2024 8:26 PM', '2024-01-25 20:26:00', '%m/%d/%Y %I:%M %p'],
    ['1/25/2024 12:05:09am', '2024-01-25 00:05:09', '%m/%d/%Y %I:%M:%S%p'],
    ['1/25/24', '2024-01-25 00:00:00', '%m/%d/%y'],
    ['25/1/2024 23:59', '2024-01-25 23:59:00', '%d/%m/%Y %H:%M'],
    ['2024/1/25 23:59', '2024-01-25 23:59:00', '%Y/%m/%d %H:%M'],
    ['05.01.2024', '2024-01-05 00:00:00', '%d.%m.%Y'],
    ['5.1.2024 8:05:00.5', '2024-01-05 08:05:00.5', '%d.%m.%Y %H:%M:%S.%f'],
    ['25-01-2024', '2024-01-25 00:00:00', '%d-%m-%Y'],
    ['20240125', '2024-01-25 00:00:00', '%Y%m%d']
  ] as const) {
    test(`${written} is ${read_as}`, async () => {
      expect(await read([written])).toMatchObject({ times: [read_as], format })
    })
  }

  test('of one column may differ in the time of day', async () => {
    expect((await read(['1/25/2024', '1/25/2024 8:26', '1/25/2024 8:26:30', '1/25/24 8:26'])).times).toEqual([
      '2024-01-25 00:00:00',
      '2024-01-25 08:26:00',
      '2024-01-25 08:26:30',
      '2024-01-25 08:26:00'
    ])
  })

  test('asked for are taken, with a zone too, and iso8601 by its name', async () => {
    expect((await read(['5 Jan 2024 10:00 +0100'], { date_format: '%d %b %Y %H:%M %z' })).times).toEqual([
      '2024-01-05 09:00:00'
    ])
    expect(await read(['2024-01-05'], { date_format: 'iso8601' })).toMatchObject({ times: ['2024-01-05 00:00:00'] })
  })

  test('asked for that read nothing, or are no format, are refused', async () => {
    for (const date_format of ['%d/%m/%Y', '%Q', '%', "'"]) {
      expect(await refusal(file(['2024-01-05']), { date_format })).toMatchObject({ code: 'unreadable_date_format' })
    }
  })

  test('that none reads are refused with an example', async () => {
    const problem = await refusal(file(['yesterday', 'today']))
    expect(problem.code).toBe('unreadable_date_format')
    expect(problem.message).toContain('"today"')
    expect(await refusal(file(['', 'NULL']))).toMatchObject({ code: 'unreadable_date_format' })
  })
})

test('dates that do not exist or lie outside 1900 to 2199 are invalid', async () => {
  const good = Array(10).fill('2024-01-05')
  const bad = [
    '2024-02-30',
    '2024-13-01',
    '1899-12-31',
    '2200-01-01',
    'infinity',
    'epoch',
    '2024-01-05 (BC)',
    '1704412800',
    '2024-01-05 25:00'
  ]
  const { summary } = await read([...good, ...bad])
  expect(summary.quality.rules).toMatchObject([{ rule: 'invalid_date', rows: bad.length }])
})

test('local times are those of the timezone, also where clocks change', async () => {
  // Berlin is UTC+2 in July and UTC+1 in January.
  const { times, summary } = await read(['2024-07-01 12:00', '2024-01-01 12:00', '2024-01-01T12:00:00Z'], {
    timezone: 'Europe/Berlin'
  })
  expect(times).toEqual(['2024-07-01 10:00:00', '2024-01-01 11:00:00', '2024-01-01 12:00:00'])
  expect(summary).toMatchObject({
    timezone: 'Europe/Berlin',
    period: { from: '2024-01-01T11:00:00Z', to: '2024-07-01T10:00:00Z' }
  })
})

test('an assumed timezone is a limitation, unless every time names its zone', async () => {
  const assumed = 'Times without a zone were read as UTC; say options.timezone if the shop keeps another.'
  expect((await read(['2024-07-01 12:00'])).summary.limitations).toContain(assumed)
  expect((await read(['2024-07-01T12:00Z'])).summary.limitations).not.toContain(assumed)
  expect((await read(['2024-07-01 12:00'], { timezone: 'UTC' })).summary.limitations).not.toContain(assumed)
})
