import { type Day, formatTime, parseDay } from '../days.ts'
import type { RandomSource } from '../numeric/random.ts'
import { type Chance, createChance, cumulative } from './chance.ts'
import { CATALOGUE_OF_KINDS, type Kind, type KindName, type Period } from './kinds.ts'
import { CATEGORIES, PRODUCTS } from './products.ts'
import { SHOPPING_HOURS, saleOn, TRADING_HOURS } from './seasons.ts'

export interface SampleOptions {
  /** Last day with orders, `YYYY-MM-DD`. */
  ends_on: string
  /** Days with orders, `ends_on` included; 550 or more, so that every kind of customer has room. */
  days: number
  customers: number
}

export interface SampleCustomer {
  customer_id: string
  country: string
  /** What was planted; it is in no file, so that a clustering can be compared with it. */
  kind: KindName
}

/** One order line as a shop would export it. A return has a negative quantity under an order id of its own. */
export interface SampleLine {
  order_id: string
  product_id: string
  product_name: string
  category: string
  quantity: number
  /** Paid for one, in hundredths. */
  unit_price: number
  /** Taken off the list price of the whole line, in hundredths. */
  discount: number
  /** `YYYY-MM-DD HH:MM:SS`. */
  ordered_at: string
  customer_id: string
  country: string
}

export interface SampleOrders {
  customers: SampleCustomer[]
  /** In the order in which they were placed. */
  lines: SampleLine[]
}

const COUNTRIES = ['United Kingdom', 'Germany', 'France', 'Ireland', 'Netherlands', 'Spain', 'Sweden', 'Switzerland']
const COUNTRY_TOTALS = cumulative([70, 8, 7, 5, 4, 3, 2, 1])

/** A wholesale customer pays this share of the list price. */
const TRADE_PRICE = 0.7
const VOUCHER = 0.15

type Item = Pick<SampleLine, 'quantity' | 'unit_price' | 'discount'> & { product: number }

/** An order or a return before it has its number. */
interface Slip {
  day: Day
  second: number
  customer: SampleCustomer
  items: Item[]
  isReturn: boolean
}

/**
 * The orders of a gift shop over a period: customers of nine planted kinds, seasons, sales, vouchers and returns.
 *
 * The same options and random source give the same orders, line by line.
 * @throws RangeError when `ends_on` is no date, or the period or the number of customers is too small
 */
export function generateOrders(options: SampleOptions, random: RandomSource): SampleOrders {
  if (options.days < 550) throw new RangeError(`the period must span 550 days or more, got ${options.days}`)
  if (options.customers < 100) throw new RangeError(`there must be 100 customers or more, got ${options.customers}`)

  const last = parseDay(options.ends_on)
  const period = { first: last - options.days + 1, last }
  const chance = createChance(random)

  const customers: SampleCustomer[] = []
  const slips: Slip[] = []
  for (const kind of plantKinds(options.customers, chance)) {
    const country = COUNTRIES[chance.pickCumulative(COUNTRY_TOTALS)]!
    const customer = { customer_id: String(20_001 + customers.length), country, kind: kind.name }
    customers.push(customer)
    slips.push(...shop(kind, customer, period, chance))
  }

  slips.sort((a, b) => a.day - b.day || a.second - b.second)
  return { customers, lines: slips.flatMap(numbered) }
}

/** One kind per customer, in the kinds' shares and in random order, so that an id tells nothing. */
function plantKinds(customers: number, chance: Chance): Kind[] {
  const kinds: Kind[] = []
  let share = 0
  for (const kind of CATALOGUE_OF_KINDS) {
    share += kind.share
    while (kinds.length < Math.round(share * customers)) kinds.push(kind)
  }
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = chance.whole(0, i)
    ;[kinds[i], kinds[j]] = [kinds[j]!, kinds[i]!]
  }
  return kinds
}

/** All orders and returns of one customer. */
function shop(kind: Kind, customer: SampleCustomer, period: Period, chance: Chance): Slip[] {
  const wishes = wishList(kind, chance)
  const slips: Slip[] = []
  for (const day of kind.visits(chance, period)) {
    const second = timeOfDay(kind, chance)
    const products = new Set<number>()
    for (let wanted = 1 + chance.poisson(kind.furtherLines); wanted > 0; wanted--) {
      products.add(chance.pickCumulative(wishes))
    }
    const items = [...products].map((product) => priced(product, kind, day, chance))
    slips.push({ day, second, customer, items, isReturn: false })

    const returned = items.filter(() => chance.happens(kind.returns))
    const returnDay = day + chance.whole(3, 24)
    if (returned.length > 0 && returnDay <= period.last) {
      slips.push({ day: returnDay, second: timeOfDay(kind, chance), customer, items: returned, isReturn: true })
    }
  }
  return slips
}

/** Running totals of how much one customer wants each product. */
function wishList(kind: Kind, chance: Chance): Float64Array {
  const favourites = kind.favourites ?? [chance.pick(CATEGORIES), chance.pick(CATEGORIES)]
  return cumulative(
    PRODUCTS.map(({ category, popularity, price }) => {
      const liking = favourites.includes(category) ? 6 : 1
      return liking * popularity * (price / 20) ** kind.taste
    })
  )
}

function priced(product: number, kind: Kind, day: Day, chance: Chance): Item {
  const quantity = kind.quantity(chance)
  const list = Math.round(PRODUCTS[product]!.price * 100 * (kind.trades ? TRADE_PRICE : 1))
  const off = kind.trades ? 0 : Math.max(saleOn(day), chance.happens(kind.vouchers) ? VOUCHER : 0)
  const unit_price = Math.round(list * (1 - off))
  return { product, quantity, unit_price, discount: (list - unit_price) * quantity }
}

const timeOfDay = (kind: Kind, chance: Chance): number =>
  chance.pickCumulative(kind.trades ? TRADING_HOURS : SHOPPING_HOURS) * 3600 + chance.whole(0, 3599)

/** The lines of the `index`-th slip. A return is marked by its number as in the UCI retail files. */
function numbered({ day, second, customer, items, isReturn }: Slip, index: number): SampleLine[] {
  const order_id = `${isReturn ? 'C' : ''}${500_001 + index}`
  const ordered_at = formatTime(day, second)
  return items.map(({ product, quantity, unit_price, discount }) => ({
    order_id,
    product_id: PRODUCTS[product]!.product_id,
    product_name: PRODUCTS[product]!.product_name,
    category: PRODUCTS[product]!.category,
    quantity: isReturn ? -quantity : quantity,
    unit_price,
    discount: isReturn ? 0 : discount,
    ordered_at,
    customer_id: customer.customer_id,
    country: customer.country
  }))
}
