import type { Cohort, Cohorts } from '../records/profile.ts'
import type { CohortCounts } from './counts.ts'
import { type Coverage, monthName } from './months.ts'

/** Five years: more can neither be drawn nor read. */
export const MOST_COHORTS = 60

/** The earliest month whose cohort is told. */
export const firstCohort = ({ firstMonth, lastMonth }: Pick<Coverage, 'firstMonth' | 'lastMonth'>): number =>
  Math.max(firstMonth, lastMonth - MOST_COHORTS + 1)

/**
 * Classic monthly retention: of the customers whose first order lies in a month, how many ordered in that month, in the
 * next, and so on, whether or not in between. All rows have the same length; what lies after the end of the data is null.
 */
export function cohortTable(counts: readonly CohortCounts[], coverage: Coverage): Cohorts {
  const { lastMonth, isPartial } = coverage
  const width = lastMonth - firstCohort(coverage) + 1
  const rows = new Map<number, CohortCounts[]>()
  for (const cell of counts) rows.set(cell.cohort, [...(rows.get(cell.cohort) ?? []), cell])
  return {
    last_month: monthName(lastMonth),
    last_month_partial: isPartial(lastMonth),
    data: [...rows]
      .sort(([a], [b]) => a - b)
      .map(([month, cells]) => cohortRow(month, cells, { width, known: lastMonth - month + 1, isPartial }))
  }
}

function cohortRow(
  month: number,
  cells: readonly CohortCounts[],
  { width, known, isPartial }: { width: number; known: number; isPartial: Coverage['isPartial'] }
): Cohort {
  const cellAt = new Map(cells.map((cell) => [cell.age, cell]))
  const row = (of: (cell: CohortCounts | undefined) => number) =>
    Array.from({ length: width }, (_, age) => (age < known ? of(cellAt.get(age)) : null))
  const customers = cellAt.get(0)?.customers ?? 0
  return {
    month: monthName(month),
    partial: isPartial(month),
    customers,
    active: row((cell) => cell?.customers ?? 0),
    retention: row((cell) => (cell?.customers ?? 0) / customers),
    revenue: row((cell) => cell?.revenue ?? 0)
  }
}
