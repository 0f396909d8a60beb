import { civilOf, type Day, weekdayOf } from '../days.ts'
import { cumulative } from './chance.ts'

/** Demand of a month against an average one, January first: a gift shop lives from November and December. */
const MONTHS = [0.8, 0.75, 0.85, 0.9, 1, 0.95, 0.85, 0.85, 1, 1.15, 1.45, 1.6]

/** Demand of a weekday, Monday first. */
const WEEKDAYS = [1.05, 1, 1, 1, 0.95, 0.85, 1.15]

/** Orders by hour of the day: a lunch break and an evening on the sofa. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 7, 9, 11, 13, 14, 16, 14, 12, 11, 11, 13, 16, 20, 23, 20, 12, 5]
const OFFICE_HOURS = HOURS.map((weight, hour) => (hour >= 8 && hour < 17 ? weight : 0))

export const SHOPPING_HOURS = cumulative(HOURS)
export const TRADING_HOURS = cumulative(OFFICE_HOURS)

/** Demand on a day against an average one. */
export const demandOn = (day: Day): number => MONTHS[civilOf(day).month - 1]! * WEEKDAYS[weekdayOf(day)]!

/** What the shop takes off everything on a day, 0 to 1: winter sale, summer sale, the week of Black Friday. */
export function saleOn(day: Day): number {
  const { month, date } = civilOf(day)
  if (month === 1 && date >= 2 && date <= 24) return 0.3
  if (month === 7 && date <= 20) return 0.25
  if (month === 11 && date >= 20) return 0.2
  return 0
}

/** Six weeks in which presents are bought. */
export function isGiftSeason(day: Day): boolean {
  const { month, date } = civilOf(day)
  return (month === 11 && date >= 10) || (month === 12 && date <= 21)
}
