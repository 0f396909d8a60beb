// The proleptic Gregorian calendar in whole days; domain/ has no clock and no Date.

/** Whole days from 1970-01-01; negative before. */
export type Day = number

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/**
 * Day of a calendar date, by Hinnant's `days_from_civil` (howardhinnant.github.io/date_algorithms.html).
 * The year is counted from March, so that the leap day is its last.
 */
export function dayOf(year: number, month: number, date: number): Day {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The inverse of `dayOf` (Hinnant's `civil_from_days`). */
export function civilOf(day: Day): { year: number; month: number; date: number } {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  }
}

/** 0 is Monday, 6 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7

/**
 * Day of a date written `YYYY-MM-DD`.
 * @throws RangeError when there is no such day
 */
export function parseDay(text: string): Day {
  const [, year, month, date] = (DATE.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || date === undefined) {
    throw new RangeError(`a date is written YYYY-MM-DD, got ${text}`)
  }
  const day = dayOf(year, month, date)
  if (formatDay(day) !== text) throw new RangeError(`there is no day ${text}`)
  return day
}

/** `YYYY-MM-DD`. */
export function formatDay(day: Day): string {
  const { year, month, date } = civilOf(day)
  return `${String(year).padStart(4, '0')}-${pair(month)}-${pair(date)}`
}

/** `YYYY-MM-DD HH:MM:SS` of a second of a day, 0 to 86,399. */
export function formatTime(day: Day, second: number): string {
  return `${formatDay(day)} ${pair(Math.floor(second / 3600))}:${pair(Math.floor(second / 60) % 60)}:${pair(second % 60)}`
}

const pair = (value: number): string => String(value).padStart(2, '0')
