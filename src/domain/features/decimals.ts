// Exact decimal numbers as whole multiples of their last place, counted the way SQL's DECIMAL counts.

/**
 * The decimal that a number was written as, in units of 10^-places, rounded half away from zero: 1.005 with two places is
 * 101, though the double nearest to 1.005 lies below it.
 *
 * @throws RangeError when the number is not finite, or has more digits than DECIMAL(18, places)
 */
export function toDecimal(value: number, places: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 10 ** (18 - places)) {
    throw new RangeError(`must be a number below 1e${18 - places}`)
  }
  const scale = 10 ** places
  const near = Math.round(value * scale)
  if (near / scale === value && Number.isSafeInteger(near)) return BigInt(near)

  const [digits = '0', exponent = '0'] = Math.abs(value).toExponential().split('e')
  const [whole = '0', fraction = ''] = digits.split('.')
  const shift = Number(exponent) - fraction.length + places
  const unscaled = BigInt(whole + fraction)
  const size = shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideRounded(unscaled, 10n ** BigInt(-shift))
  return value < 0 ? -size : size
}

/** The quotient rounded half away from zero. @param divisor above 0 */
export function divideRounded(value: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return value < 0n ? -((-value + half) / divisor) : (value + half) / divisor
}

/** The double nearest to a decimal, as DuckDB's cast finds it: above 2^53 the whole part and the rest on their own. */
export function fromDecimal(value: bigint, places: number): number {
  const scale = 10 ** places
  const direct = Number(value)
  if (Math.abs(direct) <= Number.MAX_SAFE_INTEGER) return direct / scale
  return Number(value / BigInt(scale)) + Number(value % BigInt(scale)) / scale
}
