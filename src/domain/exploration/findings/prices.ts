import { formatAmount, formatMoney, formatPercent, listed } from '../../segments/words.ts'
import { named, plural, price, type Rule } from './finding.ts'

/** A product with fewer lines has no usual price to be far from. */
export const LEAST_PRICED_LINES = 20
/** Sales and quantity discounts stay below 4; a slipped decimal point is 10. */
export const PRICE_JUMP_RATIO = 10
/** Sales reach a third off, exchange rates between currencies seldom less than this. */
const LEVEL_RATIO = 1.5
/** Below this a month or country may hold a few products on offer. */
const LEAST_LEVEL_LINES = 200
/** The smallest coin: what costs no more is seldom sold. */
export const CENT = 0.01
/** Fewer are slips of the keyboard. */
const LEAST_CHEAP_LINES = 10
const LEAST_CHEAP_SHARE = 0.001
/** Where nearly all codes have digits, one without is a word. */
export const CODES_WITH_DIGITS = 0.9

/** Codes and descriptions that stand for a service, a correction or a present; whole words, from the start to the end. */
export const SERVICE_WORDS =
  '(?i)^\\s*(post|dot|m|d|b|s|c2|cruk|manual|adjust(ment)?2?|sample(s)?|amazon ?fee|bank charges?|' +
  '(dotcom )?postage( (and|&) (packing|handling))?|shipping( ?(fee|cost|charge|costs|charges))?|' +
  '(home )?delivery( ?(fee|cost|charge))?|carriage|freight|handling( fee)?|packing|gift ?wrap(ping)?|' +
  'gift ?(card|voucher|certificate)s?( .*)?|voucher|coupon|discount|rebate|donation|tip|deposit|' +
  'versand(kosten)?|porto|fracht|gutschein|rabatt|pfand|verpackung|frais de port|livraison|remise|' +
  'gastos de env[ií]o|env[ií]o|descuento|spedizione|.* (fee|surcharge))\\s*$'

export const priceJump: Rule = ({ counts, currency }) => {
  const [worst] = counts.oddities.price_jumps
  if (worst === undefined) return null
  return {
    code: 'price_jump',
    severity: 'notice',
    sentence: `${plural(worst.products, 'product was', 'products were')} sold at ${PRICE_JUMP_RATIO} times or a ${PRICE_JUMP_RATIO}th of the usual price: ${named(worst)} mostly costs ${price(worst.median_price, currency)}, but also ${price(worst.price, currency)}. Look for a slipped decimal point.`,
    evidence: {
      rule: `price at least ${PRICE_JUMP_RATIO} times or at most a ${PRICE_JUMP_RATIO}th of the median of a product with ${LEAST_PRICED_LINES} lines or more`,
      products: worst.products,
      examples: counts.oddities.price_jumps.map(({ products: _, ...example }) => example)
    }
  }
}

export const priceLevelShift: Rule = ({ counts }) => {
  const shifted = counts.oddities.price_levels
    .filter(({ lines, distance }) => lines >= LEAST_LEVEL_LINES && Math.abs(distance) >= Math.log(LEVEL_RATIO))
    .sort((a, b) => Math.abs(b.distance) - Math.abs(a.distance))
    .map(({ month, country, lines, distance }) => ({ month, country, lines, price_ratio: Math.exp(distance) }))
  const [worst] = shifted
  if (worst === undefined) return null
  return {
    code: 'price_level_shift',
    severity: 'warning',
    sentence: `Prices in ${worst.month ?? worst.country} are ${formatAmount(worst.price_ratio)} times those of the same products elsewhere in the file. Check that all amounts are in one currency.`,
    evidence: {
      rule: `mean price ratio to the products' medians beyond ${LEVEL_RATIO} in a month or country with ${LEAST_LEVEL_LINES} lines or more`,
      examples: shifted.slice(0, 5)
    }
  }
}

const bulk = (lines: number, all: number): boolean => lines >= LEAST_CHEAP_LINES && lines / all >= LEAST_CHEAP_SHARE
const BULK = `${LEAST_CHEAP_LINES} lines or more and at least ${formatPercent(LEAST_CHEAP_SHARE)} of all`

export const centLines: Rule = ({ counts: { oddities, totals }, currency }) => {
  const lines = oddities.cheap.cent_lines
  if (!bulk(lines, totals.lines)) return null
  return {
    code: 'one_cent_lines',
    severity: 'notice',
    sentence: `${plural(lines, 'line')} (${formatPercent(lines / totals.lines)}) ${lines === 1 ? 'has' : 'have'} a price of ${formatMoney(CENT, currency)} or less: presents, corrections or samples that count as purchases.`,
    evidence: { rule: `price up to ${CENT}; ${BULK}`, lines, share: lines / totals.lines }
  }
}

export const freeLines: Rule = ({ counts: { oddities, totals } }) => {
  const lines = oddities.cheap.free_lines
  if (!bulk(lines, totals.lines)) return null
  return {
    code: 'zero_revenue_lines',
    severity: 'notice',
    sentence: `${plural(lines, 'line')} (${formatPercent(lines / totals.lines)}) brought no money at all, yet count as purchases.`,
    evidence: { rule: `line total of 0; ${BULK}`, lines, share: lines / totals.lines }
  }
}

export const serviceLines: Rule = ({ counts: { oddities, totals }, currency }) => {
  const [first] = oddities.services
  if (first === undefined) return null
  const examples = oddities.services.map(({ id, name, lines, revenue }) => ({ id, name, lines, revenue }))
  return {
    code: 'service_lines',
    severity: 'notice',
    sentence: `${plural(first.products, 'product is', 'products are')} probably none: ${listed(examples.slice(0, 4).map(named))}${first.products > 4 ? ' among them' : ''}. They bring ${formatMoney(first.all_revenue, currency)}, ${formatPercent(totals.revenue > 0 ? first.all_revenue / totals.revenue : 0)} of the revenue; options.product_id_pattern can leave them out.`,
    evidence: {
      rule: `code or description is a known word for a service, or the code has no digit where ${formatPercent(CODES_WITH_DIGITS)} of the lines have codes with digits`,
      products: first.products,
      lines: first.all_lines,
      revenue: first.all_revenue,
      examples
    }
  }
}
