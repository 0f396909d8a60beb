/** Numbers as a reader expects them in an English sentence. */

const SYMBOLS: Readonly<Record<string, string>> = { GBP: '£', EUR: '€', USD: '$' }

/** Rounded to whole digits with separators for thousands: `12,345`. */
export const formatWhole = (value: number): string => formatDecimals(value, 0)

/** With the given decimals; those that are all zero are left out. */
export function formatDecimals(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.') as [string, string?]
  const kept = fraction !== undefined && /[1-9]/.test(fraction) ? `.${fraction}` : ''
  const sign = value < 0 && /[1-9]/.test(whole + kept) ? '-' : ''
  return sign + whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',') + kept
}

/** A quantity that need not be whole: `1.4`, `23`, `1,200`. */
export const formatAmount = (value: number): string => formatDecimals(value, Math.abs(value) < 9.95 ? 1 : 0)

/** `1 order`, `1.4 orders`, `12 orders`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  const number = formatAmount(value)
  return `${number} ${number === '1' ? singular : plural}`
}

/** `£4.1 million`, `£1,450`, `CHF 12.50`; the plain number where the currency is unknown. */
export function formatMoney(value: number, currency: string | null): string {
  const size = Math.abs(value)
  const number =
    size >= 999_500_000
      ? `${formatDecimals(size / 1e9, 1)} billion`
      : size >= 999_500
        ? `${formatDecimals(size / 1e6, 1)} million`
        : formatDecimals(size, size < 99.995 ? 2 : 0)
  const sign = value < 0 && /[1-9]/.test(number) ? '-' : ''
  if (currency === null) return sign + number
  const symbol = SYMBOLS[currency]
  return symbol === undefined ? `${sign}${currency} ${number}` : sign + symbol + number
}

/** `27.8%`, `100%`; a share too small to show is `less than 0.1%`. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.0005) return 'less than 0.1%'
  if (share < 1 && share > 0.9995) return 'more than 99.9%'
  return `${formatDecimals(share * 100, 1)}%`
}

/** How much of a measure there is: `2.1 times`, `40% of`, `less than 1% of`. */
export function formatRatio(ratio: number): string {
  if (ratio < 0.005) return 'less than 1% of'
  return ratio < 0.95 ? `${formatDecimals(ratio * 100, 0)}% of` : `${formatAmount(ratio)} times`
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
