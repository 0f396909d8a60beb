import { PREFERENCE_PREFIX } from '../vocabulary.ts'
import { leaning, type SegmentFacts } from './facts.ts'
import type { Meaning } from './meanings.ts'
import { counted, formatMoney, formatPercent, formatRatio, formatWhole, listed } from './words.ts'

/** What the name asks for, to follow what the numbers show. */
const AIMS: Readonly<Record<Meaning, string>> = {
  reward: 'Their loyalty carries the business: recognise it, so that they stay engaged.',
  high_value_frequent: 'They drive a large part of what the shop earns: keep them with perks that others do not get.',
  retain: 'The aim is to keep their loyalty and their level of spending.',
  regular_valuable: 'The aim is to reward their regular orders and let their spending grow over time.',
  upsell: 'They are engaged, so the aim is to raise what an order is worth.',
  nurture: 'The aim is to build the relationship until buying becomes a habit.',
  encourage: 'They may still be exploring: a nudge towards the next purchase comes first.',
  excite: 'They need a fresh reason to come back soon.',
  re_engage: 'The aim is to bring them back into active buying.',
  occasional_high_spenders: 'The aim is to make the rare but large orders come more often.',
  average_valuable: 'The aim is to show them more of the range, so that orders and spending both grow.',
  frequent_lower_spend: 'The aim is to turn frequent orders into larger ones.',
  moderate_seasonal: 'Seasonal occasions and offers keep them coming.',
  low_value: 'The aim is to win them back at little cost.'
}

/**
 * Why the segment is what it is called, in sentences with its own numbers. Typical values are medians:
 * a few very large customers pull the means of the whole base above almost everybody.
 */
export function explain(facts: SegmentFacts): string {
  const aim = AIMS[facts.named.meaning]
  const sentences = [weight(facts), typicalMember(facts), comparison(facts), distinction(facts), aim]
  return sentences.filter((sentence) => sentence !== null).join(' ')
}

function weight({ size, share, revenue, revenue_share, segments, currency }: SegmentFacts): string {
  const customers = size === 1 ? '1 customer' : `${formatWhole(size)} customers`
  if (segments === 1) return `All ${customers} form one segment, with ${formatMoney(revenue, currency)} of revenue.`

  const who = `${customers} (${formatPercent(share)} of all)`
  const verb = size === 1 ? 'accounts' : 'account'
  if (!(revenue_share > 0)) return `${who} ${verb} for no revenue.`
  const ratio = revenue_share / share
  const average = ratio > 0.9 && ratio < 1.1 ? 'about' : formatRatio(ratio)
  const earned = `${formatMoney(revenue, currency)} (${formatPercent(revenue_share)}) of revenue`
  return `${who} ${verb} for ${earned}; per customer that is ${average} the average.`
}

function typicalMember({ profile, overall, segments, size, currency }: SegmentFacts): string | null {
  const { recency_days: recency, frequency, monetary_value: value, average_order_value: perOrder } = profile
  if (recency === undefined || frequency === undefined || value === undefined) return null
  const money = (amount: number) => formatMoney(amount, currency)

  const who = size === 1 ? 'This customer' : 'The typical member (median)'
  const basket = perOrder === undefined || frequency.median <= 1 ? '' : `, ${money(perOrder.median)} an order`
  const own =
    `${who} last ordered ${daysAgo(recency.median)}, has placed ${counted(frequency.median, 'order')}` +
    ` and has spent ${money(value.median)}${basket}`
  if (segments === 1) return `${own}.`

  const usual = [
    overall.recency_days && counted(overall.recency_days.median, 'day'),
    overall.frequency && counted(overall.frequency.median, 'order'),
    overall.monetary_value && money(overall.monetary_value.median),
    basket !== '' && overall.average_order_value && `${money(overall.average_order_value.median)} an order`
  ].filter((part) => typeof part === 'string')
  return `${own}; across all customers the medians are ${listed(usual)}.`
}

const daysAgo = (days: number): string => (days < 0.5 ? 'less than a day ago' : `${counted(days, 'day')} ago`)

function comparison(facts: SegmentFacts): string | null {
  const say = (axis: Parameters<typeof leaning>[1], more: string, less: string) =>
    ({ '1': more, '0': null, '-1': less })[leaning(facts, axis)]
  const traits = [
    say('frequency', 'order more often', 'order less often'),
    say('value', 'spend more in total', 'spend less in total'),
    say('average_order_value', 'spend more per order', 'spend less per order'),
    say('recency', 'have been away for longer', 'ordered more recently')
  ].filter((trait) => trait !== null)
  if (facts.segments === 1 || traits.length === 0) return null
  return `Compared with the usual customer they ${listed(traits)}.`
}

/** Things one can have more or less of, beside the four that the rationale names anyway, and next to nothing of. */
const TRAITS: Readonly<Record<string, readonly [measure: string, nothing: string]>> = {
  distinct_products: ['the average number of different products', 'hardly any variety of products'],
  category_breadth: ['the average number of categories', 'hardly any variety of categories'],
  average_basket_size: ['the average number of units per order', 'hardly more than single units'],
  average_days_between_orders: ['the average time between orders', 'hardly any time between orders'],
  tenure_days: ['the average time since the first order', 'a first order only just placed'],
  return_rate: ['the average return rate', 'hardly any returns'],
  discount_share: ['the average share of discounts', 'hardly any discounts'],
  weekend_share: ['the average share of weekend orders', 'hardly any weekend orders']
}

/** Below this share of the average one has next to nothing. */
const NEXT_TO_NOTHING = 0.05

/** Standardized differences below this are not what sets a segment apart (Cohen's small to medium). */
const STRIKING = 0.35

function distinction({ profile, overall, preferenceNames, segments }: SegmentFacts): string | null {
  if (segments === 1) return null
  const striking = Object.entries(profile)
    .filter(([name]) => name in TRAITS || name.startsWith(PREFERENCE_PREFIX))
    .map(([name, entry]) => ({ name, entry, size: Math.abs(entry.standardized_difference ?? 0) }))
    .filter(({ entry, size }) => size >= STRIKING && Math.abs(entry.relative_importance ?? 0) >= 0.1)
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1))
    .slice(0, 2)
    .map(({ name, entry }) => {
      const trait = TRAITS[name]
      if (trait !== undefined) {
        const [measure, nothing] = trait
        const ratio = 1 + (entry.relative_importance ?? 0)
        return ratio < NEXT_TO_NOTHING ? nothing : `${formatRatio(ratio)} ${measure}`
      }
      const usual = overall[name]?.mean ?? 0
      const group = preferenceNames[name] ?? name.slice(PREFERENCE_PREFIX.length).replaceAll('_', ' ')
      return `${formatPercent(entry.mean)} of spend on ${group} against ${formatPercent(usual)} overall`
    })
  return striking.length === 0 ? null : `What else sets them apart: ${listed(striking)}.`
}
