import type { Finding } from '../records/profile.ts'
import { dominantCountry, returnedMore, wholesaleCustomers } from './findings/customers.ts'
import { closedWeekdays, datesWithoutTime, daysWithoutOrders, exceptionalDay, partialMonths } from './findings/days.ts'
import type { Rule, Scene } from './findings/finding.ts'
import { centLines, freeLines, priceJump, priceLevelShift, serviceLines } from './findings/prices.ts'
import { repeatedLines, reusedOrderIds } from './findings/records.ts'

const RULES: readonly Rule[] = [
  priceLevelShift,
  reusedOrderIds,
  priceJump,
  serviceLines,
  wholesaleCustomers,
  returnedMore,
  repeatedLines,
  daysWithoutOrders,
  exceptionalDay,
  centLines,
  freeLines,
  partialMonths,
  closedWeekdays,
  datesWithoutTime,
  dominantCountry
]
const WEIGHT = { warning: 0, notice: 1, info: 2 }

/** What looks odd in the data, the gravest first. */
export const findOddities = (scene: Scene): Finding[] =>
  RULES.flatMap((rule) => rule(scene) ?? []).sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])
