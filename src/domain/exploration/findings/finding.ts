import type { Finding } from '../../records/profile.ts'
import { formatDecimals, formatMoney } from '../../segments/words.ts'
import type { ProfileCounts } from '../counts.ts'
import type { Coverage } from '../months.ts'

/** What every rule looks at. A rule gives no finding, or one: examples of the worst stand in its evidence. */
export interface Scene {
  counts: ProfileCounts
  coverage: Coverage
  currency: string | null
}
export type Rule = (scene: Scene) => Finding | null

/** Names as they may stand in a sentence. */
export const named = ({ id, name }: { id: string; name: string | null }): string =>
  name === null || name === id ? id : `${id} (${name})`

/** A price to the cent, or finer below one: `£2.95`, `£0.001`. */
export const price = (value: number, currency: string | null): string =>
  value >= 0.01 ? formatMoney(value, currency) : formatMoney(0, currency).replace(/0$/, formatDecimals(value, 4))

export const plural = (count: number, singular: string, many = `${singular}s`): string =>
  `${formatDecimals(count, 0)} ${count === 1 ? singular : many}`

export const middle = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
