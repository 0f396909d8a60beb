import { PREFERENCE_PREFIX } from '../vocabulary.ts'
import { unitOf } from './rule-cuts.ts'
import { formatDecimals, formatMoney, listed } from './words.ts'

/** `below` leaves the threshold itself out; an absent value fulfils nothing. */
export interface Bound {
  feature: string
  at: 'least' | 'most' | 'below'
  threshold: number
}

export interface RuleWords {
  currency: string | null
  preferenceNames: Readonly<Record<string, string>>
}

const PHRASES: Readonly<Record<string, (amount: string) => string>> = {
  recency_days: (amount) => `last order ${amount} ago`,
  monetary_value: (amount) => `${amount} spent in total`,
  average_order_value: (amount) => `${amount} spent per order`,
  tenure_days: (amount) => `first order ${amount} ago`,
  average_days_between_orders: (amount) => `${amount} between orders on average`,
  average_basket_size: (amount) => `${amount} per order`,
  distinct_products: (amount) => amount.replace(/products?$/, (word) => `different ${word}`),
  return_rate: (amount) => `${amount} of spend returned`,
  discount_share: (amount) => `${amount} of value discounted`,
  weekend_share: (amount) => `${amount} of orders at weekends`
}

const NOUNS: Readonly<Record<string, readonly [string, string]>> = {
  days: ['day', 'days'],
  orders: ['order', 'orders'],
  units: ['unit', 'units'],
  products: ['product', 'products'],
  categories: ['category', 'categories']
}

/** The rule in words, for example "last order at most 47 days ago and at least 4 orders". */
export function writeRule(conditions: readonly Bound[], words: RuleWords): string {
  if (conditions.length === 0) return 'any customer'
  const features = [...new Set(conditions.map(({ feature }) => feature))]
  return listed(
    features.map((feature) => {
      const own = conditions.filter((condition) => condition.feature === feature)
      const least = own.find(({ at }) => at === 'least')?.threshold
      const upper = own.find(({ at }) => at !== 'least')
      return phraseOf(feature, words)(range(least, upper, unitOf(feature), words.currency))
    })
  )
}

function phraseOf(feature: string, { preferenceNames }: RuleWords): (amount: string) => string {
  if (!feature.startsWith(PREFERENCE_PREFIX)) return PHRASES[feature] ?? ((amount) => amount)
  const group = preferenceNames[feature] ?? feature.slice(PREFERENCE_PREFIX.length).replaceAll('_', ' ')
  return (amount) => `${amount} of spend on ${group}`
}

function range(least: number | undefined, upper: Bound | undefined, unit: string, currency: string | null): string {
  const say = (value: number) => amountOf(value, unit, currency)
  if (upper === undefined) return `at least ${say(least!)}`
  const below = upper.at === 'below'
  if (least === undefined) return `${below ? 'less than' : 'at most'} ${say(upper.threshold)}`
  if (least === upper.threshold) return `exactly ${say(least)}`
  return `${amountOf(least, unit, currency, true)} to ${below ? 'under ' : ''}${say(upper.threshold)}`
}

/** Thresholds are already rounded, so what is written here is exact. */
function amountOf(value: number, unit: string, currency: string | null, bare = false): string {
  if (unit === 'money') return formatMoney(value, currency)
  if (unit === 'share') return `${formatDecimals(value * 100, 0)}%`
  const number = formatDecimals(value, 1)
  const [one, many] = NOUNS[unit] ?? ['', '']
  return bare ? number : `${number} ${value === 1 ? one : many}`
}
