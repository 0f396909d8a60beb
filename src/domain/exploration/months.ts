import { civilOf, dayOf } from '../days.ts'
import type { Bought, ProfileMonth } from '../records/profile.ts'
import type { DayCounts, MonthCounts } from './counts.ts'

/** A century; a file that spans more has a wrong date, and the months before are left out. */
const MOST_MONTHS = 1200

/** `YYYY-MM` of a month counted from year 0. */
export const monthName = (month: number): string =>
  `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`

const monthOf = (day: number): number => {
  const { year, month } = civilOf(day)
  return year * 12 + month - 1
}

const firstDayOf = (month: number): number => dayOf(Math.floor(month / 12), (month % 12) + 1, 1)

/** Where the data begins and ends, and which of the two months it covers only in part. */
export interface Coverage {
  firstDay: number
  lastDay: number
  firstMonth: number
  lastMonth: number
  isPartial(month: number): boolean
}

/**
 * A month is covered in part when more days lie between its edge and the nearest order than usually lie between two days
 * with orders (95 of 100 gaps): a shop that is closed at weekends has not lost a month that begins on a Saturday.
 * @param days with orders, ascending, at least one
 */
export function coverageOf(days: readonly DayCounts[]): Coverage {
  const firstDay = days[0]!.day
  const lastDay = days.at(-1)!.day
  const firstMonth = monthOf(firstDay)
  const lastMonth = monthOf(lastDay)
  const gaps = days.slice(1).map(({ day }, index) => day - days[index]!.day)
  const usual = gaps.sort((a, b) => a - b)[Math.ceil(gaps.length * 0.95) - 1] ?? 1
  const beginsLate = firstDay - firstDayOf(firstMonth) >= usual
  const endsEarly = firstDayOf(lastMonth + 1) - 1 - lastDay >= usual
  return {
    firstDay,
    lastDay,
    firstMonth,
    lastMonth,
    isPartial: (month) => (month === firstMonth && beginsLate) || (month === lastMonth && endsEarly)
  }
}

/** Every month from the first to the last, those without orders as zeros. */
export function fillMonths(months: readonly MonthCounts[], coverage: Coverage) {
  const found = new Map(months.map((counts) => [counts.month, counts]))
  const { lastMonth, isPartial } = coverage
  const from = Math.max(coverage.firstMonth, lastMonth - MOST_MONTHS + 1)
  const all: ProfileMonth[] = []
  const loyalty: { month: string; partial: boolean; new: Bought; returning: Bought }[] = []
  for (let month = from; month <= lastMonth; month++) {
    const about = { month: monthName(month), partial: isPartial(month) }
    const counts = found.get(month)
    const { orders = 0, customers = 0, units = 0, revenue = 0 } = counts ?? {}
    const { new_orders = 0, new_customers = 0, new_revenue = 0, returning_revenue = 0 } = counts ?? {}
    all.push({ ...about, orders, customers, units, revenue })
    loyalty.push({
      ...about,
      new: { customers: new_customers, orders: new_orders, revenue: new_revenue },
      returning: { customers: customers - new_customers, orders: orders - new_orders, revenue: returning_revenue }
    })
  }
  return { months: all, loyalty }
}
