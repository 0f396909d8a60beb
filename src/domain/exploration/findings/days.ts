import { formatDay, weekdayOf } from '../../days.ts'
import { formatAmount, formatDecimals, formatMoney, formatPercent, listed } from '../../segments/words.ts'
import type { DayCounts } from '../counts.ts'
import { monthName } from '../months.ts'
import { middle, plural, type Rule } from './finding.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** Eight weeks: before that a weekday without orders may be chance. */
const LEAST_DAYS = 56
/** A weekday is open when most of its dates have orders; 60 % leaves room for holidays. */
const OPEN_WEEKDAY = 0.6
/** A shop sells daily when at most one open day in ten goes by without an order. */
const SELLS_DAILY = 0.9
/** A long weekend is two. */
const LEAST_GAP = 3
/** A small shop has days without orders by chance: a gap counts when fewer such runs than this are to be expected. */
const CHANCE_RUNS = 0.01
/** Days with orders on either side that say what a day would usually bring: a month, so that seasons do not count. */
const AROUND = 15
/** Of the logarithm, as Iglewicz and Hoaglin (1993) advise; and at least so many times the usual, however steady the shop is. */
const EXCEPTIONAL_Z = 3.5
const EXCEPTIONAL_RATIO = 3

interface Opening {
  /** 0 Monday to 6 Sunday. */
  closed: number[]
  /** Open days of the period, and those of them without an order. */
  open: number
  missed: number
  longest: { from: number; to: number; openDays: number } | null
}

/** Which weekdays are never open, and what is missing on the others; null where too little is known. */
function openingOf(days: readonly DayCounts[]): Opening | null {
  const first = days[0]!.day
  const last = days.at(-1)!.day
  if (last - first + 1 < LEAST_DAYS) return null
  const dates = new Array<number>(7).fill(0)
  const sold = new Array<number>(7).fill(0)
  for (let day = first; day <= last; day++) dates[weekdayOf(day)]!++
  for (const { day } of days) sold[weekdayOf(day)]!++
  const closed = sold.flatMap((count, weekday) => (count === 0 ? [weekday] : []))
  const regular = sold.every((count, weekday) => count === 0 || count >= OPEN_WEEKDAY * dates[weekday]!)
  const isOpen = (day: number) => !regular || !closed.includes(weekdayOf(day))
  let missed = 0
  let open = days.length
  let longest: Opening['longest'] = null
  for (let i = 1; i < days.length; i++) {
    let openDays = 0
    for (let day = days[i - 1]!.day + 1; day < days[i]!.day; day++) if (isOpen(day)) openDays++
    missed += openDays
    open += openDays
    if (openDays > (longest?.openDays ?? 0)) longest = { from: days[i - 1]!.day + 1, to: days[i]!.day - 1, openDays }
  }
  return { closed: regular ? closed : [], open, missed, longest }
}

export const closedWeekdays: Rule = ({ counts: { days } }) => {
  const opening = openingOf(days)
  if (opening === null || opening.closed.length === 0) return null
  const names = opening.closed.map((weekday) => WEEKDAYS[weekday]!)
  return {
    code: 'closed_weekdays',
    severity: 'info',
    sentence: `No order was ever placed on a ${listed(names)}: the shop is closed then, or those days are missing from the export.`,
    evidence: {
      rule: `a weekday without any order while each other one has orders on ${formatPercent(OPEN_WEEKDAY)} of its dates or more`,
      weekdays: opening.closed.map((weekday) => weekday + 1)
    }
  }
}

export const daysWithoutOrders: Rule = ({ counts: { days } }) => {
  const opening = openingOf(days)
  if (opening?.longest == null || opening.longest.openDays < LEAST_GAP) return null
  const { open, missed, longest } = opening
  const missing = missed / open
  if (1 - missing < SELLS_DAILY || open * missing ** longest.openDays >= CHANCE_RUNS) return null
  return {
    code: 'days_without_orders',
    severity: 'notice',
    sentence: `The shop sells nearly every day, but has no order from ${formatDay(longest.from)} to ${formatDay(longest.to)} (${plural(longest.openDays, 'open day')}), and none on ${plural(missed, 'open day')} in all. Holidays, or a hole in the export.`,
    evidence: {
      rule: `${LEAST_GAP} open days or more in a row without an order, in a shop with orders on ${formatPercent(SELLS_DAILY)} of its open days, where chance would leave fewer than ${CHANCE_RUNS} such gaps`,
      longest: { from: formatDay(longest.from), to: formatDay(longest.to), open_days: longest.openDays },
      open_days: open,
      open_days_without_orders: missed
    }
  }
}

export const exceptionalDay: Rule = ({ counts, currency }) => {
  const days = counts.days.filter(({ revenue }) => revenue > 0)
  if (days.length < LEAST_DAYS) return null
  const usual = days.map((_, at) => middle(days.slice(Math.max(0, at - AROUND), at + AROUND + 1).map((d) => d.revenue)))
  const logs = days.map(({ revenue }, at) => Math.log(revenue / usual[at]!))
  const centre = middle(logs)
  const spread = 1.4826 * middle(logs.map((value) => Math.abs(value - centre)))
  const found = days
    .map(({ day, orders, revenue }, at) => ({
      date: formatDay(day),
      orders,
      revenue,
      usual_revenue: usual[at]!,
      ratio: revenue / usual[at]!,
      robust_z: spread > 0 ? (logs[at]! - centre) / spread : 0
    }))
    .filter(({ ratio, robust_z }) => ratio >= EXCEPTIONAL_RATIO && robust_z >= EXCEPTIONAL_Z)
    .sort((a, b) => b.ratio - a.ratio)
  const [top] = found
  if (top === undefined) return null
  return {
    code: 'exceptional_day',
    severity: 'notice',
    sentence: `${top.date} brought ${formatMoney(top.revenue, currency)}, ${formatAmount(top.ratio)} times what days around it bring, with ${plural(top.orders, 'order')}${found.length > 1 ? `; ${plural(found.length - 1, 'other day stands', 'other days stand')} out too` : ''}. A campaign, a bulk order or an error.`,
    evidence: {
      rule: `revenue ${EXCEPTIONAL_RATIO} times the median of the ${2 * AROUND + 1} days around and ${EXCEPTIONAL_Z} robust standard deviations (1.4826 MAD) of the logarithm above it`,
      days: found.length,
      examples: found.slice(0, 5)
    }
  }
}

export const datesWithoutTime: Rule = ({ counts: { totals } }) =>
  totals.dates_only
    ? {
        code: 'dates_without_time',
        severity: 'info',
        sentence: 'All orders are placed at midnight: the file has dates without times, so nothing is said by hour.',
        evidence: { rule: 'the time of day of every order is 00:00', orders: totals.orders }
      }
    : null

export const partialMonths: Rule = ({ coverage }) => {
  const { firstMonth, lastMonth, firstDay, lastDay, isPartial } = coverage
  const months = [...new Set([firstMonth, lastMonth])].filter(isPartial)
  if (months.length === 0) return null
  const names = months.map(monthName)
  return {
    code: 'partial_month',
    severity: 'info',
    sentence: `The data runs from ${formatDay(firstDay)} to ${formatDay(lastDay)}: ${listed(names)} ${months.length === 1 ? 'is' : 'are'} not whole and must not be compared with other months (${formatDecimals(lastDay - firstDay + 1, 0)} days in all).`,
    evidence: { months: names, first_day: formatDay(firstDay), last_day: formatDay(lastDay) }
  }
}
