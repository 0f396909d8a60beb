import { describe, expect, test } from 'vitest'
import { parseDay, weekdayOf } from '../../../src/domain/days.ts'
import { cohortTable, firstCohort } from '../../../src/domain/exploration/cohorts.ts'
import { coverageOf, fillMonths, monthName } from '../../../src/domain/exploration/months.ts'

const daily = (from: string, to: string, open: (day: number) => boolean = () => true) => {
  const days = []
  for (let day = parseDay(from); day <= parseDay(to); day++) if (open(day)) days.push({ day, orders: 1, revenue: 10 })
  return days
}
const january = 2024 * 12

describe('coverageOf', () => {
  test('calls a month partial when orders are missing at its edge', () => {
    const { isPartial, firstMonth, lastMonth } = coverageOf(daily('2024-01-05', '2024-03-20'))
    expect([firstMonth, lastMonth].map(monthName)).toEqual(['2024-01', '2024-03'])
    expect([january, january + 1, january + 2].map(isPartial)).toEqual([true, false, true])
  })

  test('does not when the shop was closed on the days at its edge', () => {
    // 2024-06-01 and 02 are a weekend, and so are 2024-08-31 and 09-01
    const days = daily('2024-06-03', '2024-08-30', (day) => weekdayOf(day) < 5)
    const { isPartial, firstMonth, lastMonth } = coverageOf(days)
    expect([isPartial(firstMonth), isPartial(lastMonth)]).toEqual([false, false])
  })
})

describe('fillMonths', () => {
  test('shows months without orders as zeros, and tells new from returning', () => {
    const coverage = coverageOf([...daily('2024-01-01', '2024-01-31'), ...daily('2024-03-01', '2024-03-31')])
    const counts = (month: number, customers: number, new_customers: number) => ({
      month,
      orders: 2 * customers,
      customers,
      units: 3,
      revenue: 10 * customers,
      new_orders: new_customers,
      new_customers,
      new_revenue: new_customers,
      returning_revenue: 10 * customers - new_customers
    })
    const { months, loyalty } = fillMonths([counts(january, 4, 4), counts(january + 2, 5, 2)], coverage)
    expect(months.map(({ month, orders, partial }) => [month, orders, partial])).toEqual([
      ['2024-01', 8, false],
      ['2024-02', 0, false],
      ['2024-03', 10, false]
    ])
    expect(loyalty[2]).toEqual({
      month: '2024-03',
      partial: false,
      new: { customers: 2, orders: 2, revenue: 2 },
      returning: { customers: 3, orders: 8, revenue: 48 }
    })
  })
})

describe('cohortTable', () => {
  test('has null beyond the end of the data and 0 within it', () => {
    const coverage = coverageOf(daily('2024-01-01', '2024-03-31'))
    const cell = (cohort: number, age: number, customers: number) => ({
      cohort,
      age,
      customers,
      orders: customers,
      revenue: 10 * customers
    })
    const { data, last_month } = cohortTable(
      [cell(january, 0, 4), cell(january, 2, 1), cell(january + 1, 0, 2)],
      coverage
    )
    expect(last_month).toBe('2024-03')
    expect(data).toEqual([
      {
        month: '2024-01',
        partial: false,
        customers: 4,
        active: [4, 0, 1],
        retention: [1, 0, 0.25],
        revenue: [40, 0, 10]
      },
      {
        month: '2024-02',
        partial: false,
        customers: 2,
        active: [2, 0, null],
        retention: [1, 0, null],
        revenue: [20, 0, null]
      }
    ])
  })

  test('tells the last sixty months of a file that spans more', () => {
    expect(firstCohort({ firstMonth: 1900 * 12, lastMonth: january })).toBe(january - 59)
  })
})
