import type { Concentration, ProductClass } from '../records/profile.ts'
import type { ValueCounts } from './value-counts.ts'

const TOP_SHARES = [0.01, 0.05, 0.1, 0.2, 0.5]
const MOST_OF_IT = 0.8
/** Up to which share of the revenue a product is of class A, and of class B (Dickie 1951 and the practice since). */
const CLASS_LIMITS = { A: 0.8, B: 0.95 } as const

/**
 * Gini coefficient G = Σ (2i − n − 1)·xᵢ / (n · Σ xᵢ) with x ascending and i from 1: half the relative mean absolute
 * difference (Damgaard & Weiner 2000, Ecology 81:1139). Of the population: not corrected by n/(n − 1).
 * @param data values of 0 and more
 * @returns null where there is nothing to share
 */
export function gini({ values, counts }: ValueCounts): number | null {
  const { n, total } = totals({ values, counts })
  if (total <= 0) return null
  let weighted = 0
  let before = 0
  for (let i = 0; i < values.length; i++) {
    const times = counts[i]!
    // The sum of 2i − n − 1 over the ranks from before + 1 to before + times.
    weighted += values[i]! * times * (2 * before + times - n)
    before += times
  }
  return weighted / (n * total)
}

/** How revenue is spread over customers or products. @param data revenue of each, 0 and more @returns null for nobody */
export function concentration(data: ValueCounts): Concentration | null {
  const { n, total } = totals(data)
  if (n === 0) return null
  const poorest = poorestSums(data)
  const share = (revenue: number) => (total > 0 ? revenue / total : 0)
  return {
    n,
    gini: gini(data),
    lorenz: Array.from({ length: 101 }, (_, percent) => (percent === 100 ? 1 : share(poorest((n * percent) / 100)))),
    top: TOP_SHARES.map((part) => {
      const count = Math.ceil(n * part - 1e-9)
      const revenue = money(total - poorest(n - count))
      return { share: part, count, revenue, revenue_share: share(revenue) }
    }),
    for_80_percent: fewestFor(data, MOST_OF_IT)
  }
}

/** Revenue of the `rank` poorest; between two ranks a straight line, as the Lorenz curve is drawn. Ranks may come in any order. */
function poorestSums({ values, counts }: ValueCounts): (rank: number) => number {
  const ranks = new Float64Array(values.length + 1)
  const sums = new Float64Array(values.length + 1)
  for (let i = 0; i < values.length; i++) {
    ranks[i + 1] = ranks[i]! + counts[i]!
    sums[i + 1] = sums[i]! + values[i]! * counts[i]!
  }
  return (rank) => {
    let low = 0
    let high = values.length
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (ranks[middle]! <= rank) low = middle
      else high = middle - 1
    }
    return low === values.length ? sums[low]! : sums[low]! + (rank - ranks[low]!) * values[low]!
  }
}

function fewestFor(data: ValueCounts, part: number): { count: number; share: number } {
  const { values, counts } = data
  const { n, total } = totals(data)
  const wanted = part * total
  let count = 0
  let reached = 0
  for (let i = values.length - 1; i >= 0 && reached < wanted; i--) {
    const times = Math.min(counts[i]!, Math.ceil((wanted - reached) / values[i]! - 1e-9))
    count += times
    reached += times * values[i]!
  }
  return { count, share: count / n }
}

/**
 * ABC analysis: the products with the most revenue are A until four fifths of it are reached, then B up to 95 %, the rest C.
 * The product that crosses a limit still belongs to the class before it.
 */
export function classifyProducts(data: ValueCounts): ProductClass[] {
  const { values, counts } = data
  const { n, total } = totals(data)
  const classes = (['A', 'B', 'C'] as const).map((name) => ({ class: name, products: 0, revenue: 0 }))
  let before = 0
  for (let i = values.length - 1; i >= 0; i--) {
    for (let left = counts[i]!; left > 0; ) {
      const at = before < CLASS_LIMITS.A * total ? 0 : before < CLASS_LIMITS.B * total ? 1 : 2
      const limit = at === 0 ? CLASS_LIMITS.A * total : at === 1 ? CLASS_LIMITS.B * total : Number.POSITIVE_INFINITY
      const until = values[i]! > 0 ? Math.max(1, Math.ceil((limit - before) / values[i]! - 1e-9)) : left
      const times = Math.min(left, until)
      classes[at]!.products += times
      classes[at]!.revenue += times * values[i]!
      before += times * values[i]!
      left -= times
    }
  }
  return classes.map(({ class: name, products, revenue }) => ({
    class: name,
    products,
    share: n > 0 ? products / n : 0,
    revenue: money(revenue),
    revenue_share: total > 0 ? revenue / total : 0
  }))
}

/** Money has four decimals; a sum of doubles leaves a trace behind them. */
const money = (value: number): number => Math.round(value * 1e4) / 1e4

function totals({ values, counts }: ValueCounts): { n: number; total: number } {
  let n = 0
  let total = 0
  for (let i = 0; i < values.length; i++) {
    n += counts[i]!
    total += values[i]! * counts[i]!
  }
  return { n, total }
}
