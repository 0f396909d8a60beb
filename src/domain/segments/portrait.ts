import { huntsBargains, leaning, type SegmentFacts } from './facts.ts'

/** The profile in a few words, for example "high-value frequent buyers" or "occasional bargain hunters". */
export function portray(facts: SegmentFacts): string {
  if (facts.segments === 1) return 'all customers'
  const recency = leaning(facts, 'recency')
  const frequency = leaning(facts, 'frequency')
  const value = leaning(facts, 'value')
  const basket = leaning(facts, 'average_order_value')
  const once = (facts.profile.frequency?.mean ?? 0) < 1.05

  const worth = value > 0 ? 'high-value' : value < 0 ? 'low-value' : ''
  const rhythm = once ? 'one-time' : frequency > 0 ? 'frequent' : frequency < 0 ? 'occasional' : 'regular'
  const size = basket > 0 && value <= 0 ? 'big-basket' : basket < 0 && value >= 0 ? 'small-basket' : ''
  const age = recency > 0 ? ', away for long' : recency < 0 && frequency < 0 ? ', active lately' : ''

  const adjectives = huntsBargains(facts) ? [worth, rhythm] : [worth, rhythm, size]
  const noun = huntsBargains(facts) ? 'bargain hunters' : 'buyers'
  return [...adjectives, noun].filter((word) => word !== '').join(' ') + age
}
