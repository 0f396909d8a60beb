import type { SegmentAction } from '../records/segment.ts'
import { huntsBargains, type SegmentFacts } from './facts.ts'
import type { Meaning } from './meanings.ts'
import * as measures from './measures.ts'

/** Two to four measures, the most important first. */
const PLAYBOOK: Readonly<Record<Meaning, readonly measures.Measure[]>> = {
  reward: [measures.loyaltyProgram, measures.exclusiveAccess, measures.referrals, measures.recognition],
  retain: [measures.loyaltyProgram, measures.personalisedOffers, measures.regularEngagement],
  upsell: [measures.complementaryProducts, measures.premiumProducts, measures.addOns],
  nurture: [measures.relationshipBuilding, measures.customerService, measures.purchaseIncentive],
  encourage: [measures.limitedTimeDiscount, measures.personalisedRecommendations],
  excite: [measures.flashSale, measures.newArrivals],
  re_engage: [measures.keyEvents, measures.specialDiscount, measures.reminder],
  high_value_frequent: [measures.loyaltyProgram, measures.exclusiveAccess, measures.recognition],
  occasional_high_spenders: [measures.premiumCampaign, measures.limitedExclusive],
  regular_valuable: [measures.loyaltyProgram, measures.repeatOrderIncentive],
  average_valuable: [measures.personalisedRecommendations, measures.rangeDiscovery],
  frequent_lower_spend: [measures.bundles, measures.tieredDiscounts],
  moderate_seasonal: [measures.seasonalOffers, measures.promotions],
  low_value: [measures.emailReactivation, measures.specialDiscount]
}

const MOST_ACTIONS = 4

/** What to do with a segment: the measures for its meaning, and one for those who buy at a discount. */
export function proposeActions(facts: SegmentFacts): SegmentAction[] {
  const chosen = [...PLAYBOOK[facts.named.meaning]]
  if (huntsBargains(facts) && chosen.length < MOST_ACTIONS) chosen.push(measures.plannedPromotions)
  return chosen.map((measure) => measure(facts))
}
