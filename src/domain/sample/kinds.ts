import type { Day } from '../days.ts'
import type { Chance } from './chance.ts'
import { demandOn, isGiftSeason, saleOn } from './seasons.ts'

export const KINDS = [
  'loyal_best',
  'regular',
  'big_spender',
  'bargain_hunter',
  'gift_shopper',
  'new',
  'lapsed',
  'one_timer',
  'wholesale'
] as const
export type KindName = (typeof KINDS)[number]

/** First and last day of the orders, both included. */
export interface Period {
  first: Day
  last: Day
}

/** How customers of one kind behave. What differs between two of a kind is drawn once per customer. */
export interface Kind {
  name: KindName
  /** Of all customers; the shares sum to 1. */
  share: number
  /** Days with an order, ascending; one or more. */
  visits(chance: Chance, period: Period): Day[]
  /** Mean order lines beyond the first. */
  furtherLines: number
  quantity(chance: Chance): number
  /** Exponent on the price when a product is chosen: above 0 dear ones are preferred. */
  taste: number
  /** Chance that a line outside a sale carries a voucher. */
  vouchers: number
  /** Share of lines that come back. */
  returns: number
  trades: boolean
  /** Categories that this kind likes best; drawn for each customer where absent. */
  favourites?: readonly string[]
}

/** Orders about every `gap` days, more often when the season is strong. */
function repeat(chance: Chance, gap: number, from: Day, to: Day): Day[] {
  const days: Day[] = []
  let moment = from
  while (moment < to + 1) {
    days.push(Math.floor(moment))
    moment += Math.max(1, chance.wait(gap) / demandOn(Math.floor(moment)))
  }
  return days
}

/** Orders on some of the days that are right; at least one, the latest of them if chance gives none. */
function among(chance: Chance, { first, last }: Period, right: (day: Day) => boolean, probability: number): Day[] {
  const candidates: Day[] = []
  for (let day = first; day <= last; day++) if (right(day)) candidates.push(day)
  const days = candidates.filter(() => chance.happens(probability))
  return days.length > 0 ? days : [candidates.length > 0 ? chance.pick(candidates) : last]
}

const few = (chance: Chance): number => (chance.happens(0.75) ? 1 : chance.whole(2, 4))

const shopper = { quantity: few, taste: 0, vouchers: 0.06, returns: 0.02, trades: false }

export const CATALOGUE_OF_KINDS: readonly Kind[] = [
  {
    ...shopper,
    name: 'loyal_best',
    share: 0.05,
    visits: (chance, { first, last }) => repeat(chance, chance.logNormal(19, 0.15), first + chance.whole(0, 90), last),
    furtherLines: 2.2,
    taste: 0.25
  },
  {
    ...shopper,
    name: 'regular',
    share: 0.19,
    visits: (chance, { first, last }) => repeat(chance, chance.logNormal(62, 0.2), first + chance.whole(0, 240), last),
    furtherLines: 1.6
  },
  {
    ...shopper,
    name: 'big_spender',
    share: 0.08,
    visits: (chance, { first, last }) => repeat(chance, chance.logNormal(190, 0.2), first + chance.whole(0, 200), last),
    furtherLines: 3.4,
    taste: 1.1,
    vouchers: 0.02,
    returns: 0.06
  },
  {
    ...shopper,
    name: 'bargain_hunter',
    share: 0.15,
    visits: (chance, period) => among(chance, period, (day) => saleOn(day) > 0, 0.06),
    furtherLines: 1.4,
    taste: -0.45,
    vouchers: 0.7,
    returns: 0.05
  },
  {
    ...shopper,
    name: 'gift_shopper',
    share: 0.13,
    visits: (chance, period) => among(chance, period, isGiftSeason, 0.035),
    furtherLines: 2.6,
    favourites: ['Candles', 'Children', 'Stationery']
  },
  {
    ...shopper,
    name: 'new',
    share: 0.1,
    visits: (chance, { last }) => repeat(chance, chance.logNormal(48, 0.2), last - chance.whole(2, 55), last),
    furtherLines: 0.8,
    vouchers: 0.25
  },
  {
    ...shopper,
    name: 'lapsed',
    share: 0.14,
    visits: (chance, { first, last }) =>
      repeat(chance, chance.logNormal(60, 0.2), first + chance.whole(0, 120), last - chance.whole(270, 420)),
    furtherLines: 1.6
  },
  {
    ...shopper,
    name: 'one_timer',
    share: 0.15,
    visits: (chance, { first, last }) => [chance.whole(first, last - 120)],
    furtherLines: 0.4,
    returns: 0.08
  },
  {
    ...shopper,
    name: 'wholesale',
    share: 0.01,
    visits: (chance, { first, last }) => repeat(chance, chance.logNormal(27, 0.2), first + chance.whole(0, 60), last),
    quantity: (chance) => 6 * chance.whole(1, 4),
    furtherLines: 4,
    vouchers: 0,
    returns: 0.01,
    trades: true
  }
]
