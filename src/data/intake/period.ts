import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { calendar } from '../calendar.ts'
import type { DuckDb } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'

const DAY_MS = 86_400_000

/** Inclusive ends as DuckDB reads them; null is open. */
export interface Period {
  from: string | null
  to: string | null
}

/**
 * The ends that the caller names. A calendar `to` is the whole of that day in the timezone.
 * @throws Problem invalid_timezone, invalid_period
 */
export function askedPeriod({ from, to }: DatasetOptions, timezone: string): Period {
  const start = from === undefined ? null : moment('from', () => calendar.startOf(from, timezone))
  const end = to === undefined ? null : moment('to', () => calendar.endOf(to, timezone))
  if (start !== null && end !== null && start > end) {
    throw new Problem('invalid_period', 'options.from lies after options.to; swap them.')
  }
  return { from: start?.toISOString() ?? null, to: end && endText(end) }
}

/** Shortens the period to the last `window_days` days before its end, or before the last order that is kept. */
export async function rollingPeriod(db: DuckDb, period: Period, windowDays: number | undefined): Promise<Period> {
  if (windowDays === undefined) return period
  const [row] = await db.rows<{ last_order: Date | null }>(sqlFile('intake/last_order'))
  const end = period.to ?? row?.last_order?.toISOString()
  if (end === undefined) return period
  const start = new Date(new Date(end).getTime() - windowDays * DAY_MS).toISOString()
  return { ...period, from: period.from !== null && period.from > start ? period.from : start }
}

/** @throws Problem invalid_timezone */
export function checkTimezone(timezone: string): void {
  // Without a look at all the zones there are, which takes longer than reading a small file.
  if (timezone === 'UTC') return
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new Problem('invalid_timezone', 'options.timezone is unknown; give an IANA name such as Europe/London.', {
      cause
    })
  }
  if (!/^[A-Za-z]/.test(timezone)) {
    throw new Problem('invalid_timezone', 'options.timezone must be an IANA name such as Europe/London, not an offset.')
  }
}

/** Orders within the last millisecond belong to the period: their times may be finer than ours. */
const endText = (end: Date): string => end.toISOString().replace(/(\d{3})Z$/, '$1999Z')

function moment(option: 'from' | 'to', read: () => Date): Date {
  try {
    return read()
  } catch (cause) {
    throw new Problem(
      'invalid_period',
      `options.${option} is neither a calendar date such as 2011-12-09 nor an instant such as 2011-12-09T12:50:00Z.`,
      { cause }
    )
  }
}
