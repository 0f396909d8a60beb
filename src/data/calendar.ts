const DAY_MS = 86_400_000
const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Days and weekdays as the people of a time zone count them. */
export interface Calendar {
  /**
   * The instant that a caller's date means: an RFC 3339 instant stays itself, a calendar date is the last millisecond
   * of that day in the time zone.
   * @throws RangeError when the text is neither, or the date does not exist
   */
  endOf(dateOrInstant: string, timezone: string): Date
  /** As `endOf`, but a calendar date is the first instant of that day: the time of an order of which only the day is known. */
  startOf(dateOrInstant: string, timezone: string): Date
  /** 0 Sunday to 6 Saturday. */
  weekdayIn(timezone: string): (epochMs: number) => number
}

export const calendar: Calendar = {
  endOf(dateOrInstant, timezone) {
    if (!CALENDAR_DATE.test(dateOrInstant)) return instant(dateOrInstant)
    return new Date(startOfDay(midnightInUtc(dateOrInstant) + DAY_MS, timezone) - 1)
  },

  startOf(dateOrInstant, timezone) {
    if (!CALENDAR_DATE.test(dateOrInstant)) return instant(dateOrInstant)
    return new Date(startOfDay(midnightInUtc(dateOrInstant), timezone))
  },

  weekdayIn(timezone) {
    if (timezone === 'UTC') return (epochMs) => new Date(epochMs).getUTCDay()
    const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, weekday: 'short' })
    return (epochMs) => WEEKDAYS.indexOf(format.format(epochMs))
  }
}

function instant(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(date.getTime())) {
    throw new RangeError(`not a date or an instant: ${text.slice(0, 40)}`)
  }
  return date
}

function midnightInUtc(date: string): number {
  const midnight = instant(`${date}T00:00:00Z`)
  if (midnight.toISOString().slice(0, 10) !== date) throw new RangeError(`there is no day ${date}`)
  return midnight.getTime()
}

/**
 * When the day whose midnight would be `utcMidnight` in UTC begins in the time zone.
 * The offset is looked up twice because it may change between the first estimate and the answer.
 */
function startOfDay(utcMidnight: number, timezone: string): number {
  const estimate = utcMidnight - offsetAt(utcMidnight, timezone)
  return utcMidnight - offsetAt(estimate, timezone)
}

/** Local time less UTC, in milliseconds. */
function offsetAt(epochMs: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  }).formatToParts(epochMs)
  const part = (type: string) => Number(parts.find((entry) => entry.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(epochMs / 1000) * 1000
}
