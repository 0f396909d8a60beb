import { describe, expect, test } from 'vitest'
import { calendar } from '../../src/data/calendar.ts'

const endOf = (text: string, timezone: string) => calendar.endOf(text, timezone).toISOString()
const startOf = (text: string, timezone: string) => calendar.startOf(text, timezone).toISOString()

describe('calendar.endOf', () => {
  test('leaves an instant as it is', () => {
    expect(endOf('2011-12-09T12:50:00Z', 'Europe/Berlin')).toBe('2011-12-09T12:50:00.000Z')
    expect(endOf('2011-12-09T12:50:00+02:00', 'UTC')).toBe('2011-12-09T10:50:00.000Z')
  })

  test('takes a calendar date as the last millisecond of that day in the zone', () => {
    expect(endOf('2011-12-10', 'UTC')).toBe('2011-12-10T23:59:59.999Z')
    // Berlin is UTC+1 in winter and UTC+2 in summer; New York UTC-5; Kathmandu UTC+5:45.
    expect(endOf('2011-12-10', 'Europe/Berlin')).toBe('2011-12-10T22:59:59.999Z')
    expect(endOf('2011-07-10', 'Europe/Berlin')).toBe('2011-07-10T21:59:59.999Z')
    expect(endOf('2011-12-10', 'America/New_York')).toBe('2011-12-11T04:59:59.999Z')
    expect(endOf('2011-12-10', 'Asia/Kathmandu')).toBe('2011-12-10T18:14:59.999Z')
  })

  test('knows that days on which clocks change have 23 or 25 hours', () => {
    // Berlin 2024: clocks forward on 31 March (starts at 23:00Z, ends at 22:00Z), back on 27 October.
    expect(startOf('2024-03-31', 'Europe/Berlin')).toBe('2024-03-30T23:00:00.000Z')
    expect(endOf('2024-03-31', 'Europe/Berlin')).toBe('2024-03-31T21:59:59.999Z')
    expect(startOf('2024-10-27', 'Europe/Berlin')).toBe('2024-10-26T22:00:00.000Z')
    expect(endOf('2024-10-27', 'Europe/Berlin')).toBe('2024-10-27T22:59:59.999Z')
  })

  test.each(['2024-02-30', '2024-13-01', 'yesterday', '2024-1-1', '', '2024-01-01 10:00'])('refuses %j', (text) => {
    expect(() => calendar.endOf(text, 'UTC')).toThrow(RangeError)
  })
})

describe('calendar.weekdayIn', () => {
  test('counts the day of the zone', () => {
    // 2011-12-10 was a Saturday; 23:30Z is already Sunday in Berlin and still Saturday in New York.
    const instant = Date.UTC(2011, 11, 10, 23, 30)
    expect(calendar.weekdayIn('UTC')(instant)).toBe(6)
    expect(calendar.weekdayIn('Europe/Berlin')(instant)).toBe(0)
    expect(calendar.weekdayIn('America/New_York')(instant)).toBe(6)
  })
})
