import fc from 'fast-check'
import { expect, test } from 'vitest'
import { civilOf, dayOf, formatDay, formatTime, parseDay, weekdayOf } from '../../src/domain/days.ts'

test('dayOf agrees with the platform from 1600 to 2400', () => {
  fc.assert(
    fc.property(fc.integer({ min: -135_140, max: 157_054 }), (day) => {
      const date = new Date(day * 86_400_000)
      expect(civilOf(day)).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        date: date.getUTCDate()
      })
      expect(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day)
      expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7)
      expect(parseDay(formatDay(day))).toBe(day)
    })
  )
})

test('parseDay knows leap years', () => {
  expect(parseDay('2024-02-29') + 1).toBe(parseDay('2024-03-01'))
  expect(parseDay('2000-02-29') + 1).toBe(parseDay('2000-03-01'))
})

test.each(['2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-04-31', '24-04-01', '', 'today'])(
  'parseDay refuses %j',
  (text) => {
    expect(() => parseDay(text)).toThrow(RangeError)
  }
)

test('formatTime writes the last second of a day', () => {
  expect(formatTime(0, 86_399)).toBe('1970-01-01 23:59:59')
})
