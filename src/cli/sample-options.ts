import type { SampleOptions } from '../domain/sample/orders.ts'
import { UsageError, wholeNumber } from './usage.ts'

/** Options of `parseArgs` that say which sample orders are wanted. */
export const SAMPLE_ARGUMENTS = {
  customers: { type: 'string', default: '3500' },
  days: { type: 'string', default: '730' },
  seed: { type: 'string', default: '42' },
  'ends-on': { type: 'string' }
} as const

/** Two years that end today unless told otherwise. */
export function readSampleOptions(
  values: { customers: string; days: string; seed: string; 'ends-on'?: string | undefined },
  now: Date
): SampleOptions & { seed: number } {
  const ends_on = values['ends-on'] ?? now.toISOString().slice(0, 10)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(ends_on)) throw new UsageError('--ends-on must be a date such as 2025-12-31.')
  return {
    ends_on,
    customers: wholeNumber('customers', values.customers, 100, 1_000_000),
    days: wholeNumber('days', values.days, 550, 3650),
    seed: wholeNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER)
  }
}
