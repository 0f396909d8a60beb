/** What a caller of a command has to change; shown without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError when the text is not a whole number in the range */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`--${option} must be a whole number from ${least} to ${most}.`)
}

/** Turns what `parseArgs` and the domain refuse into a UsageError. */
export function orUsageError<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw asUsageError(error)
    throw error
  }
}

/** For errors whose message is a sentence for the caller. */
export const asUsageError = (error: unknown): UsageError => new UsageError((error as Error).message, { cause: error })
