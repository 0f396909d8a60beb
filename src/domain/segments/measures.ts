import type { SegmentAction } from '../records/segment.ts'
import { horizonOf, tiersOf } from './basket.ts'
import type { SegmentFacts } from './facts.ts'
import { counted, formatAmount, formatMoney, formatPercent } from './words.ts'

/** One marketing measure, worded for the segment it is proposed to. */
export type Measure = (facts: SegmentFacts) => SegmentAction

const spendPerOrder = ({ profile, currency }: SegmentFacts): string =>
  profile.average_order_value === undefined
    ? 'the usual order'
    : formatMoney(profile.average_order_value.median, currency)

const awayFor = ({ profile }: SegmentFacts): string =>
  profile.recency_days === undefined ? 'some time' : counted(profile.recency_days.median, 'day')

const orderingAgain = (facts: SegmentFacts): string =>
  `Share of members who order again within ${horizonOf(facts)} days`

const orderValue = (facts: SegmentFacts): string => `Median order value, now ${spendPerOrder(facts)}`

const rhythm = (facts: SegmentFacts): string => {
  const { average_days_between_orders: gaps, frequency } = facts.profile
  const gap = frequency !== undefined && frequency.median > 1 ? (gaps?.median ?? 0) : 0
  return gap < 1 ? '' : ` Their orders are usually ${counted(gap, 'day')} apart.`
}

const firstTier = (facts: SegmentFacts): string => {
  const tiers = tiersOf(facts)
  return tiers === null ? 'a minimum basket' : `a basket of ${formatMoney(tiers.first, facts.currency)}`
}

export const loyaltyProgram: Measure = (facts) => ({
  type: 'loyalty_program',
  title: 'Loyalty programme',
  description: `Give points on every order, with a first reward after about two orders of ${spendPerOrder(facts)}.${rhythm(facts)}`,
  channel: 'email and customer account',
  kpi: orderingAgain(facts)
})

export const personalisedOffers: Measure = (facts) => ({
  type: 'personalised_offers',
  title: 'Personalised offers',
  description: 'Offer what fits earlier purchases, taken from the product recommendations for this segment.',
  channel: 'email',
  kpi:
    facts.profile.frequency === undefined
      ? 'Average orders per member'
      : `Average orders per member, now ${formatAmount(facts.profile.frequency.mean)}`
})

export const regularEngagement: Measure = (facts) => ({
  type: 'regular_engagement',
  title: 'Regular contact',
  description: `Write at the rhythm in which they buy, and before they fall silent.${rhythm(facts)}`,
  channel: 'email and app',
  kpi: `Share of members whose last order is more than ${horizonOf(facts)} days ago`
})

export const repeatOrderIncentive: Measure = (facts) => ({
  type: 'repeat_order_incentive',
  title: 'Reward for steady orders',
  description: `Reward every third order within ${3 * horizonOf(facts)} days, for ${firstTier(facts)} or more.`,
  channel: 'email and customer account',
  kpi: orderingAgain(facts)
})

export const referrals: Measure = () => ({
  type: 'referral_program',
  title: 'Referral bonus',
  description: 'Invite them to recommend the shop, with a bonus for both sides once the friend has ordered.',
  channel: 'email and customer account',
  kpi: 'New customers referred per 100 members'
})

export const exclusiveAccess: Measure = (facts) => ({
  type: 'exclusive_access',
  title: 'Exclusive access',
  description: 'Open new ranges, events and limited editions to them first; no discount is needed.',
  channel: 'email and events',
  kpi: `Revenue kept from the segment, now ${formatPercent(facts.revenue_share)} of the total`
})

export const recognition: Measure = (facts) => ({
  type: 'recognition',
  title: 'Recognition',
  description: 'Thank them in person, with a top tier of the loyalty programme and a contact who knows them.',
  channel: facts.size <= 500 ? 'phone and letter' : 'email and letter',
  kpi: orderingAgain(facts)
})

export const complementaryProducts: Measure = (facts) => ({
  type: 'complementary_products',
  title: 'Complementary products',
  description: `Show what goes with the basket before checkout and after an order; aim for ${firstTier(facts)}.`,
  channel: 'website and email',
  kpi: orderValue(facts)
})

export const premiumProducts: Measure = (facts) => ({
  type: 'premium_products',
  title: 'Premium alternatives',
  description: `Present the better version of what they buy anyway; a typical order is ${spendPerOrder(facts)}.`,
  channel: 'website and email',
  kpi: orderValue(facts)
})

export const addOns: Measure = (facts) => ({
  type: 'add_ons_and_subscriptions',
  title: 'Add-ons and subscriptions',
  description: `Offer add-ons and a standing order for what they buy again and again.${rhythm(facts)}`,
  channel: 'website and customer account',
  kpi: 'Share of members with a standing order'
})

export const relationshipBuilding: Measure = (facts) => ({
  type: 'relationship_building',
  title: 'Getting to know each other',
  description: `Introduce the shop in a short series of messages, starting right after the order; the last one was typically ${awayFor(facts)} ago.`,
  channel: 'email',
  kpi: orderingAgain(facts)
})

export const customerService: Measure = () => ({
  type: 'customer_service',
  title: 'Service that is remembered',
  description: 'Ask how the order went, and solve what did not go well before it costs the next one.',
  channel: 'email and phone',
  kpi: 'Satisfaction after delivery'
})

export const purchaseIncentive: Measure = (facts) => ({
  type: 'purchase_incentive',
  title: 'Incentive to buy more often',
  description: `Give a small voucher for another order within ${horizonOf(facts)} days, from ${firstTier(facts)}.`,
  channel: 'email',
  kpi: orderingAgain(facts)
})

export const limitedTimeDiscount: Measure = (facts) => ({
  type: 'limited_time_discount',
  title: 'Discount on the next order, for a limited time',
  description: `Offer 10% on the next order if it comes within 14 days, from ${firstTier(facts)}.`,
  channel: 'email',
  kpi: 'Share of vouchers redeemed within 14 days, against a group without one'
})

export const flashSale: Measure = (facts) => ({
  type: 'flash_sale',
  title: 'Flash sale',
  description: `Announce a sale of 48 hours with a visible end: after ${awayFor(facts)} without an order, urgency is the reason to look in again.`,
  channel: 'email and app',
  kpi: 'Share of members who order during the sale'
})

export const newArrivals: Measure = (facts) => ({
  type: 'new_arrivals',
  title: 'What is new',
  description: `Show what came into the range in the ${awayFor(facts)} since their last order.`,
  channel: 'email and social media',
  kpi: orderingAgain(facts)
})

export const keyEvents: Measure = () => ({
  type: 'key_event_contact',
  title: 'Contact at key events',
  description:
    'Write when they are likeliest to need something: before holidays, at the anniversary of an order, in their season.',
  channel: 'email',
  kpi: 'Share of members won back within 30 days of the event'
})

export const specialDiscount: Measure = (facts) => ({
  type: 'special_discount',
  title: 'Special discount to come back',
  description: `Offer a one-time discount on an order from ${firstTier(facts)}; the typical member has been away for ${awayFor(facts)}.`,
  channel: 'email and post',
  kpi: 'Share of members won back, against a group without the discount'
})

export const reminder: Measure = (facts) => ({
  type: 'reminder',
  title: 'Reminder',
  description: `Remind them of what they bought and of what they left unfinished.${rhythm(facts)}`,
  channel: 'email and social media',
  kpi: orderingAgain(facts)
})

export const premiumCampaign: Measure = (facts) => ({
  type: 'premium_campaign',
  title: 'Campaign for premium products',
  description: `Present the high end of the range; they come seldom, but a typical order is ${spendPerOrder(facts)}.`,
  channel: 'email and social media',
  kpi: orderValue(facts)
})

export const limitedExclusive: Measure = (facts) => ({
  type: 'limited_time_exclusive',
  title: 'Exclusive offer for a limited time',
  description: `Invite them as premium customers to something others cannot buy, open for 7 days; the typical member last ordered ${awayFor(facts)} ago.`,
  channel: 'email',
  kpi: orderingAgain(facts)
})

export const personalisedRecommendations: Measure = () => ({
  type: 'personalised_recommendations',
  title: 'Personal product recommendations',
  description:
    'Recommend what customers like them buy and they have not bought yet, from the product recommendations for this segment.',
  channel: 'website and email',
  kpi: 'Share of orders with a recommended product'
})

export const rangeDiscovery: Measure = (facts) => ({
  type: 'range_discovery',
  title: 'Discover more of the range',
  description: `Give an advantage on a first purchase from a category that is new to them, from ${firstTier(facts)}.`,
  channel: 'website and email',
  kpi:
    facts.profile.distinct_products === undefined
      ? 'Different products per member (median)'
      : `Different products per member (median), now ${formatAmount(facts.profile.distinct_products.median)}`
})

export const bundles: Measure = (facts) => ({
  type: 'product_bundles',
  title: 'Bundles',
  description: `Bundle what is bought together at a price just above the usual order of ${spendPerOrder(facts)}.`,
  channel: 'website',
  kpi: orderValue(facts)
})

export const tieredDiscounts: Measure = (facts) => {
  const tiers = tiersOf(facts)
  const money = (amount: number) => formatMoney(amount, facts.currency)
  return {
    type: 'tiered_discounts',
    title: 'Tiered discounts',
    description:
      tiers === null
        ? 'Let the discount grow with the basket.'
        : `Let the discount grow with the basket: 5% from ${money(tiers.first)}, 10% from ${money(tiers.second)}. ` +
          `Half of the members now spend ${spendPerOrder(facts)} or less an order.`,
    channel: 'website and email',
    kpi: orderValue(facts)
  }
}

export const seasonalOffers: Measure = (facts) => ({
  type: 'seasonal_offers',
  title: 'Seasonal offers',
  description: `Plan offers around the seasons and holidays in which they buy, and announce them two weeks ahead.${rhythm(facts)}`,
  channel: 'email and social media',
  kpi: 'Orders per member in the season, against the same season a year before'
})

export const promotions: Measure = (facts) => ({
  type: 'promotional_discount',
  title: 'Promotions between the seasons',
  description: `Bridge the quiet months with a promotion from ${firstTier(facts)}.`,
  channel: 'email',
  kpi: orderingAgain(facts)
})

export const emailReactivation: Measure = (facts) => ({
  type: 'email_reactivation',
  title: 'Reactivation by email',
  description: `Send a series of three messages to those who still read them; after that, stop. The typical member last ordered ${awayFor(facts)} ago.`,
  channel: 'email',
  kpi: 'Share of members reactivated per 1,000 messages'
})

export const plannedPromotions: Measure = (facts) => {
  const own = facts.profile.discount_share?.mean ?? 0
  const usual = facts.overall.discount_share?.mean ?? 0
  return {
    type: 'planned_promotions',
    title: 'Promotions with a minimum basket',
    description:
      `They buy when prices fall (discounts of ${formatPercent(own)} of value, ${formatPercent(usual)} for all customers): ` +
      `announce promotions to them first, from ${firstTier(facts)}.`,
    channel: 'email and app',
    kpi: 'Margin per member after discounts'
  }
}
