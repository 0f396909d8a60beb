import type { OrderColumns } from '../order-columns.ts'

/** How the day and the time of two columns are put together, where the caller says how the days are written. */
export const withClock = (format: string | undefined, { ordered_time }: OrderColumns): string | undefined =>
  format === undefined || ordered_time === undefined || /%[HIcXT]|^[a-z]/.test(format) ? format : `${format} %H:%M:%S`
