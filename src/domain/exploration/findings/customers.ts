import { formatAmount, formatMoney, formatPercent } from '../../segments/words.ts'
import type { CustomerColumns } from '../counts.ts'
import { describeDistribution } from '../distribution.ts'
import { countValues } from '../value-counts.ts'
import { plural, type Rule } from './finding.ts'

/** Tukey's far-out fence: on the logarithm, as money and baskets are spread. */
const FAR_OUT = 3
/** Where all customers are alike the fence is narrow: a wholesaler buys at least so many times as much as the middle one. */
const LEAST_TIMES = 10
/** From so many customers on quartiles mean something. */
const LEAST_CUSTOMERS = 30
const DOMINANT_COUNTRY = 0.8

/** Above all money and units that are counted. */
const NO_LIMIT = 1e15

export interface WholesaleLimits {
  revenue: number
  units_per_order: number
}

/** From where on a customer's revenue, or units per order, are those of a wholesaler: max(e^(Q3 + 3 IQR), 10 medians). */
export function wholesaleLimits({ spend, units, orders }: CustomerColumns): WholesaleLimits {
  return { revenue: limitOf(spend), units_per_order: limitOf(units.map((value, row) => value / orders[row]!)) }
}

function limitOf(values: Float64Array): number {
  const positive = values.filter((value) => value > 0)
  const figures = describeDistribution(countValues(positive.map(Math.log)))
  if (figures === null || figures.n < LEAST_CUSTOMERS) return NO_LIMIT
  const { p25, p50, p75 } = figures.quantiles
  return Math.max(Math.exp(p75 + FAR_OUT * (p75 - p25)), LEAST_TIMES * Math.exp(p50))
}

export const wholesaleCustomers: Rule = ({ counts, currency }) => {
  const { large_customers } = counts.oddities
  const [first] = large_customers
  if (first === undefined) return null
  const limits = wholesaleLimits(counts.customers)
  return {
    code: 'wholesale_customers',
    severity: 'notice',
    sentence: `${plural(first.customers, 'customer buys', 'customers buy')} like a wholesaler and ${first.customers === 1 ? 'brings' : 'together bring'} ${formatPercent(first.all_revenue / counts.totals.revenue)} of the revenue: ${first.customer_id} alone spent ${formatMoney(first.revenue, currency)} in ${plural(first.orders, 'order')} of ${formatAmount(first.units_per_order)} units. Set them apart with outliers.policy "separate" when training.`,
    evidence: {
      rule: `revenue or units per order above Q3 + ${FAR_OUT} IQR of their logarithm and above ${LEAST_TIMES} times the median`,
      limits,
      customers: first.customers,
      revenue: first.all_revenue,
      examples: large_customers.map(({ customer_id, revenue, orders, units_per_order }) => ({
        customer_id,
        revenue,
        orders,
        units_per_order
      }))
    }
  }
}

export const returnedMore: Rule = ({ counts: { oddities }, currency }) => {
  const { more_than_bought, excess, returns_only, returns_only_money } = oddities.returners
  if (more_than_bought === 0 && returns_only === 0) return null
  const parts = [
    more_than_bought > 0 &&
      `${plural(more_than_bought, 'customer has', 'customers have')} returned more than they bought in this period (${formatMoney(excess, currency)} more)`,
    returns_only > 0 &&
      `${plural(returns_only, 'customer has', 'customers have')} returns and no purchase (${formatMoney(returns_only_money, currency)})`
  ].filter((part) => part !== false)
  return {
    code: 'returned_more_than_bought',
    severity: 'notice',
    sentence: `${parts.join('; ')}. Their purchases lie before the first order of the file, or cancelled orders were exported twice.`,
    evidence: {
      rule: 'money of cancelled and returned lines above the money bought',
      ...oddities.returners
    }
  }
}

export const dominantCountry: Rule = ({ counts: { countries, totals } }) => {
  const [first] = countries
  if (first === undefined || totals.countries < 2 || first.revenue < DOMINANT_COUNTRY * totals.revenue) return null
  const share = first.revenue / totals.revenue
  return {
    code: 'dominant_country',
    severity: 'info',
    sentence: `${first.id} brings ${formatPercent(share)} of the revenue; the other ${plural(totals.countries - 1, 'country', 'countries')} are too small to shape segments of their own.`,
    evidence: {
      rule: `one country with ${formatPercent(DOMINANT_COUNTRY)} of the revenue or more`,
      country: first.id,
      share
    }
  }
}
