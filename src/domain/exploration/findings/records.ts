import { formatPercent } from '../../segments/words.ts'
import { plural, type Rule } from './finding.ts'

/** Below this repeated lines are two equal articles scanned one after the other. */
const MANY_REPEATS = 0.001
/** A shop's night orders run past midnight too. */
const LEAST_OVER_DAYS = 0.005
/** A few reused numbers are slips; more means that the column is no order id. */
const MANY_REUSED = 0.01

export const repeatedLines: Rule = ({ counts: { oddities, totals } }) => {
  const { repeats, repeated } = oddities.repeated
  if (repeats === 0) return null
  const share = repeats / totals.lines
  return {
    code: 'repeated_lines',
    severity: share >= MANY_REPEATS ? 'notice' : 'info',
    sentence: `${plural(repeats, 'line repeats', 'lines repeat')} an earlier one in every field (${formatPercent(share)} of all). If they are errors of the export, send the file again with options.duplicates "drop".`,
    evidence: {
      rule: `same customer, order, product, quantity, price, total and time; a notice from ${formatPercent(MANY_REPEATS)} on`,
      lines: repeats,
      lines_that_are_repeated: repeated,
      share
    }
  }
}

export const reusedOrderIds: Rule = ({ counts: { oddities } }) => {
  const { orders, of_several_customers, over_several_days, example_customers, example_days } = oddities.reused
  const overDays = over_several_days / orders >= LEAST_OVER_DAYS ? over_several_days : 0
  if (of_several_customers === 0 && overDays === 0) return null
  const parts = [
    of_several_customers > 0 &&
      `${plural(of_several_customers, 'order id belongs', 'order ids belong')} to several customers (for example ${example_customers})`,
    overDays > 0 &&
      `${plural(overDays, 'order spreads', 'orders spread')} over several days (for example ${example_days})`
  ].filter((part) => part !== false)
  return {
    code: 'reused_order_ids',
    severity: of_several_customers / orders >= MANY_REUSED || overDays > 0 ? 'warning' : 'notice',
    sentence: `${parts.join('; ')}. Each customer's part counts as an order of its own; check which column is the order id.`,
    evidence: {
      rule: `one id with several customers, or ${formatPercent(LEAST_OVER_DAYS)} of the orders over several days; a warning from ${formatPercent(MANY_REUSED)} reused ids on`,
      orders,
      of_several_customers,
      over_several_days
    }
  }
}
