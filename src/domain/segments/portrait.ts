import { huntsBargains, leaning, type SegmentFacts } from './facts.ts'

/** From so many standard deviations on "valuable" becomes "high-value", and "regular" becomes "frequent". */
const CLEAR = 0.9

/** The profile in a few words, for example "high-value frequent buyers" or "occasional bargain hunters". */
export function portray(facts: SegmentFacts): string {
  if (facts.segments === 1) return 'all customers'
  const recency = leaning(facts, 'recency')
  const frequency = leaning(facts, 'frequency')
  const value = leaning(facts, 'value')
  const basket = leaning(facts, 'average_order_value')
  const once = (facts.profile.frequency?.mean ?? 0) < 1.05

  const { position } = facts.named
  const worth = value > 0 ? (position.value >= CLEAR ? 'high-value' : 'valuable') : value < 0 ? 'low-value' : ''
  const often = frequency > 0 ? (position.frequency >= CLEAR ? 'frequent' : 'regular') : ''
  const rhythm = once ? 'one-time' : frequency < 0 ? 'occasional' : often
  const size = basket > 0 && value <= 0 ? 'big-basket' : basket < 0 && value >= 0 ? 'small-basket' : ''
  const age = recency > 0 ? ', away for long' : recency < 0 && frequency <= 0 ? ', active lately' : ''

  const hunters = huntsBargains(facts)
  const words = [worth, rhythm, hunters ? '' : size].filter((word) => word !== '')
  if (words.length === 0 && !hunters) words.push('average')
  return [...words, hunters ? 'bargain hunters' : 'buyers'].join(' ') + age
}
