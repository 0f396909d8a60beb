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
    ['20240125', '2024-01-25 00:00:00', '%Y%m%d'],
    ['20240125082630', '2024-01-25 08:26:30', '%Y%m%d%H%M%S'],
    ['202401250826', '2024-01-25 08:26:00', '%Y%m%d%H%M'],
    ['20240125T082630Z', '2024-01-25 08:26:30', '%Y%m%d%H%M%S'],
    ['25-1-24', '2024-01-25 00:00:00', '%d-%m-%y'],
    ['2024.01.25 08:26', '2024-01-25 08:26:00', '%Y.%m.%d %H:%M'],
    ['1/25/2024, 8:26:30\u202fAM', '2024-01-25 08:26:30', '%m/%d/%Y %I:%M:%S %p'],
    ['25.01.2024 um 8:26 Uhr', '2024-01-25 08:26:00', '%d.%m.%Y %H:%M'],
    ['25/01/2024 à 08h26', '2024-01-25 08:26:00', '%d/%m/%Y %H:%M'],
    ['1/25/2024 8:26 a. m.', '2024-01-25 08:26:00', '%m/%d/%Y %I:%M %p'],
    ['25/01/2024 08:26:30 +0100', '2024-01-25 07:26:30', '%d/%m/%Y %H:%M:%S'],
    ['Thu 1/25/2024 08:26', '2024-01-25 08:26:00', '%m/%d/%Y %H:%M'],
    // 19,747 days after 1970-01-01 are 2024-01-25: 1,706,140,800 seconds; and 30,390 s are 08:26:30.
    ['1706171190', '2024-01-25 08:26:30', 'epoch_seconds'],
    ['1706171190.0', '2024-01-25 08:26:30', 'epoch_seconds'],
    ['1706171190.250001', '2024-01-25 08:26:30.250001', 'epoch_seconds'],
    ['1706171190500', '2024-01-25 08:26:30.5', 'epoch_milliseconds'],
    ['1706171190500250', '2024-01-25 08:26:30.50025', 'epoch_microseconds'],
    ['1706171190500250000', '2024-01-25 08:26:30.50025', 'epoch_nanoseconds'],
    // Excel counts 25,569 days to 1970-01-01, so 45,316 to 2024-01-25; 0.35 of a day are 08:24.
    ['45316', '2024-01-25 00:00:00', 'excel_serial'],
    ['45316.35', '2024-01-25 08:24:00', 'excel_serial'],
    ['45316,35', '2024-01-25 08:24:00', 'excel_serial']
  ] as const) {
    test(`${written} is ${read_as}`, async () => {
      expect(await read([written])).toMatchObject({ times: [read_as], format })
    })
  }

  for (const [written, read_as] of [
    ['12 Dec 2010', '2010-12-12 00:00:00'],
    ['Dec 12, 2010 8:26 AM', '2010-12-12 08:26:00'],
    ['December 12th, 2010 at 8:26 pm', '2010-12-12 20:26:00'],
    ['12-DEC-10', '2010-12-12 00:00:00'],
    ['12dec2010', '2010-12-12 00:00:00'],
    ['2010-Dec-12 08:26', '2010-12-12 08:26:00'],
    ['12. Dezember 2010', '2010-12-12 00:00:00'],
    ['So., 12. Dez. 2010, 08:26 Uhr', '2010-12-12 08:26:00'],
    ['7. März 2010 8:26', '2010-03-07 08:26:00'],
    ['12 décembre 2010 à 08h26', '2010-12-12 08:26:00'],
    ['1er août 2010', '2010-08-01 00:00:00'],
    ['mar. 14 déc. 2010', '2010-12-14 00:00:00'],
    ['mar 14 2010', '2010-03-14 00:00:00'],
    ['12 de diciembre de 2010, 8:26', '2010-12-12 08:26:00'],
    ['domingo 12 dic 2010', '2010-12-12 00:00:00'],
    ['Fri, 10 Dec 2010 08:26:00 +0100', '2010-12-10 07:26:00'],
    ['Fri, 10 Dec 2010 08:26:00 GMT', '2010-12-10 08:26:00'],
    ['Fri Dec 10 2010 08:26:00 GMT+0100 (CET)', '2010-12-10 07:26:00'],
    ['Fri Dec 10 08:26:00 2010', '2010-12-10 08:26:00'],
    ['10 May 2010', '2010-05-10 00:00:00']
  ] as const) {
    test(`${written} is ${read_as}`, async () => {
      expect(await read([written])).toMatchObject({ times: [read_as], format: 'month_names' })
    })
  }

  test('may be asked for by the names that answers give them', async () => {
    const reread = async (written: string, date_format: string) => (await read([written], { date_format })).times
    expect(await reread('12. Dezember 2010', 'month_names')).toEqual(['2010-12-12 00:00:00'])
    expect(await reread('45316.35', 'excel_serial')).toEqual(['2024-01-25 08:24:00'])
    expect(await reread('1706171190', 'epoch_seconds')).toEqual(['2024-01-25 08:26:30'])
    expect(await reread('20240125082630', '%Y%m%d%H%M%S')).toEqual(['2024-01-25 08:26:30'])
  })

  test('with numbers of no range, or a zone that several have, are refused', async () => {
    for (const written of ['240125', '12345', '99999999999', '25/01/2024 08:26 EST', '12 Foo 2010', '1.29E+12']) {
      expect(await refusal(file([written]))).toMatchObject({ code: 'unreadable_date_format' })
    }
  })

  test('of instants need no timezone, and years of two digits say where they lie', async () => {
    const assumed = 'Times without a zone were read as UTC'
    expect((await read(['1706171190'])).summary.limitations.join()).not.toContain(assumed)
    expect((await read(['Fri, 10 Dec 2010 08:26:00 +0100'])).summary.limitations.join()).not.toContain(assumed)
    expect((await read(['45316'])).summary.limitations.join()).toContain(assumed)
    // 2010-12-10 12:00 in Berlin is 11:00 UTC.
    expect((await read(['10 Dec 2010 12:00'], { timezone: 'Europe/Berlin' })).times).toEqual(['2010-12-10 11:00:00'])
    const short = await read(['13/1/68', '13/1/69'])
    expect(short.times).toEqual(['2068-01-13 00:00:00', '1969-01-13 00:00:00'])
    expect(short.evidence).toContain('years of two digits lie in 1969 to 2068')
  })

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
