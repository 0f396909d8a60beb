const DAY_MS = 86_400_000
/** 9999-12-31, the last day that spreadsheets know. */
const LAST_SERIAL = 2_958_466

export type DateSystem = 1900 | 1904

/**
 * A day number of a spreadsheet as ISO 8601 without a zone, to the millisecond; null where it is no date.
 *
 * The system of 1900 counts a 29 February 1900 that never was (ECMA-376 part 1, 18.17.4.1): days before it lie one later
 * than a straight count would have them, and that day itself is no date. A number below 1 is a time without a day.
 */
export function serialDate(serial: number, system: DateSystem): string | null {
  if (!(serial >= 0 && serial < LAST_SERIAL)) return null
  const milliseconds = Math.round(serial * DAY_MS)
  if (milliseconds < DAY_MS && system === 1900) return timeOf(milliseconds)
  const days = Math.floor(milliseconds / DAY_MS)
  if (system === 1900 && days === 60) return null
  return written(dayZero(system, days) + milliseconds)
}

function dayZero(system: DateSystem, days: number): number {
  if (system === 1904) return Date.UTC(1904, 0, 1)
  return days < 60 ? Date.UTC(1899, 11, 31) : Date.UTC(1899, 11, 30)
}

function written(instant: number): string {
  const time = ((instant % DAY_MS) + DAY_MS) % DAY_MS
  const day = dayText(instant - time)
  return time === 0 ? day : `${day} ${timeOf(time)}`
}

let lastDay = 0
let lastDayText = '1970-01-01'

/** Neighbouring rows are of one day. */
function dayText(day: number): string {
  if (day !== lastDay) {
    lastDay = day
    lastDayText = new Date(day).toISOString().slice(0, 10)
  }
  return lastDayText
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

/** Without milliseconds where there are none. */
function timeOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const rest = milliseconds % 1000
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const time = `${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}`
  return rest === 0 ? time : `${time}.${String(rest).padStart(3, '0')}`
}

/**
 * Number formats that spreadsheets show as dates or times without naming them in the file (ECMA-376 part 1, 18.8.30):
 * 14 to 22 and 45, 47 everywhere, 27 to 36 and 50 to 58 in East Asia. 46 is a length of time.
 */
const DATE_FORMAT_IDS = [
  [14, 22],
  [27, 36],
  [45, 45],
  [47, 47],
  [50, 58]
] as const

/**
 * Whether a number with this format is a date or a time of day.
 * @param code the format's code where the file gives one
 */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return DATE_FORMAT_IDS.some(([from, to]) => id >= from && id <= to)
  const positive = code
    .replace(/"[^"]*"?/g, '')
    .replace(/[\\_*]./gs, '')
    .split(';')[0]!
  // [h], [mm] and [ss] count beyond a day: a length of time. Other brackets hold a colour, condition or language.
  if (/\[(h+|m+|s+)\]/i.test(positive)) return false
  return /[ymdhs]/i.test(positive.replace(/\[[^\]]*\]?/g, '').replace(/general/gi, ''))
}
