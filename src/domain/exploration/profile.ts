import { formatDay } from '../days.ts'
import type { DatasetProfile, Leader, Leaders, ProfileSubject, Takings } from '../records/profile.ts'
import { cohortTable, MOST_COHORTS } from './cohorts.ts'
import type { LeaderCounts, ProfileCounts } from './counts.ts'
import { findOddities } from './findings.ts'
import { classifyProducts, concentration } from './inequality.ts'
import { describeMeasures } from './measures.ts'
import { PROFILE_METHODS } from './methods.ts'
import { coverageOf, fillMonths } from './months.ts'
import { countValues } from './value-counts.ts'

/** From what was counted to what is told. Pure: the same counts give the same profile. */
export function composeProfile(subject: ProfileSubject, counts: ProfileCounts): DatasetProfile {
  const { totals } = counts
  const { limitations, ...about } = subject
  const coverage = coverageOf(counts.days)
  const { months, loyalty } = fillMonths(counts.months, coverage)
  const measures = describeMeasures(counts)
  return {
    ...about,
    totals: describeTotals(counts, measures.distributions),
    months,
    ...describeClock(counts),
    products: leaders(counts.products, totals.products, totals.revenue),
    categories: totals.categories > 0 ? leaders(counts.categories, totals.categories, totals.revenue) : null,
    countries: totals.countries > 0 ? leaders(counts.countries, totals.countries, totals.revenue) : null,
    ...measures,
    concentration: {
      customers: concentration(countValues(counts.customers.spend))!,
      products: concentration(counts.values.product_revenue),
      product_classes: classifyProducts(counts.values.product_revenue)
    },
    cohorts: cohortTable(counts.cohorts, coverage),
    new_and_returning: loyalty,
    findings: findOddities({ counts, coverage, currency: about.currency }),
    methods: PROFILE_METHODS,
    limitations: [...limitations, ...profileLimitations(counts, coverage)]
  }
}

function describeTotals(
  { totals }: ProfileCounts,
  distributions: DatasetProfile['distributions']
): DatasetProfile['totals'] {
  const gap = distributions.find(({ name }) => name === 'average_days_between_orders')
  return {
    customers: totals.customers,
    orders: totals.orders,
    lines: totals.lines,
    products: totals.products,
    categories: totals.categories,
    countries: totals.countries,
    units: totals.units,
    revenue: totals.revenue,
    net_revenue: totals.net_revenue,
    returns: {
      lines: totals.returned_lines,
      customers: totals.returning_customers,
      revenue: totals.returned,
      rate: rate(totals.returned, totals.revenue)
    },
    average_order_value: totals.revenue / totals.orders,
    orders_per_customer: totals.orders / totals.customers,
    one_order_share: totals.one_order_customers / totals.customers,
    average_days_between_orders: gap?.mean ?? null
  }
}

const NOTHING: Takings = { orders: 0, customers: 0, units: 0, revenue: 0 }

function describeClock({ clock, totals }: ProfileCounts): Pick<DatasetProfile, 'weekdays' | 'hours' | 'weekday_hours'> {
  const at = (weekday: number | null, hour: number | null): Takings => {
    const { orders, customers, units, revenue } =
      clock.find((counts) => counts.weekday === weekday && counts.hour === hour) ?? NOTHING
    return { orders, customers, units, revenue }
  }
  const weekdays = [1, 2, 3, 4, 5, 6, 7]
  const hours = Array.from({ length: 24 }, (_, hour) => hour)
  return {
    weekdays: weekdays.map((weekday) => ({ weekday, ...at(weekday, null) })),
    hours: totals.dates_only ? null : hours.map((hour) => ({ hour, ...at(null, hour) })),
    weekday_hours: totals.dates_only ? null : weekdays.map((weekday) => hours.map((hour) => at(weekday, hour).orders))
  }
}

const leaders = (counts: readonly LeaderCounts[], total: number, revenue: number): Leaders => ({
  total,
  data: counts.map(
    ({ returned, ...leader }): Leader => ({
      ...leader,
      share: revenue > 0 ? leader.revenue / revenue : 0,
      return_rate: rate(returned, leader.revenue)
    })
  )
})

const rate = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

function profileLimitations({ totals }: ProfileCounts, coverage: ReturnType<typeof coverageOf>): string[] {
  const { firstMonth, lastMonth, firstDay, lastDay, isPartial } = coverage
  const notes: [boolean, string][] = [
    [
      isPartial(firstMonth),
      `The first month begins on ${formatDay(firstDay)}: its figures are not those of a whole month.`
    ],
    [isPartial(lastMonth), `The last month ends on ${formatDay(lastDay)}: its figures are not those of a whole month.`],
    [
      true,
      'A customer is new in the month of the first order in this data; whoever bought before its start counts as new too.'
    ],
    [totals.dates_only, 'The file has dates without times: nothing can be said by hour.'],
    [
      lastMonth - firstMonth >= MOST_COHORTS,
      `Cohorts are told for the last ${MOST_COHORTS} months; customers who came before are left out there.`
    ],
    [totals.returned_lines > 0, 'Returns count where and when they were booked, not where their purchase stands.']
  ]
  return notes.filter(([applies]) => applies).map(([, sentence]) => sentence)
}
