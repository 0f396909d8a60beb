import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseDay } from '../../../src/domain/days.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { KINDS, type KindName } from '../../../src/domain/sample/kinds.ts'
import { generateOrders, type SampleLine, type SampleOptions } from '../../../src/domain/sample/orders.ts'
import { CATEGORIES, PRODUCTS } from '../../../src/domain/sample/products.ts'
import { saleOn } from '../../../src/domain/sample/seasons.ts'

const OPTIONS: SampleOptions = Object.freeze({ ends_on: '2025-09-30', days: 730, customers: 1500 })
const { customers, lines } = generateOrders(OPTIONS, createRandom(42))
const purchases = lines.filter(({ quantity }) => quantity > 0)
const returns = lines.filter(({ quantity }) => quantity < 0)
const kindOf = new Map(customers.map(({ customer_id, kind }) => [customer_id, kind]))
const dayOfLine = ({ ordered_at }: SampleLine) => parseDay(ordered_at.slice(0, 10))

/** Per customer of one kind: orders, revenue in hundredths, days from the last order to the end. */
function habits(kind: KindName) {
  const mine = customers.filter((customer) => customer.kind === kind)
  const people = new Map(mine.map(({ customer_id }) => [customer_id, { orders: new Set(), spend: 0, last: 0, off: 0 }]))
  for (const line of purchases) {
    const person = people.get(line.customer_id)
    if (person === undefined) continue
    person.orders.add(line.order_id)
    person.spend += line.unit_price * line.quantity
    person.off += line.discount
    person.last = Math.max(person.last, dayOfLine(line))
  }
  const mean = (read: (person: { orders: Set<unknown>; spend: number; last: number; off: number }) => number) =>
    [...people.values()].reduce((sum, person) => sum + read(person), 0) / people.size
  return {
    orders: mean(({ orders }) => orders.size),
    spend: mean(({ spend }) => spend),
    average: mean(({ spend, orders }) => spend / orders.size),
    idle: mean(({ last }) => parseDay(OPTIONS.ends_on) - last),
    discount: mean(({ off, spend }) => off / (off + spend))
  }
}

describe('generateOrders', () => {
  test('gives the same orders for the same seed and others for another', () => {
    const small = { ...OPTIONS, customers: 100 }
    const hash = (seed: number) =>
      createHash('sha256')
        .update(JSON.stringify(generateOrders(small, createRandom(seed))))
        .digest('hex')
    expect(hash(7)).toBe(hash(7))
    expect(hash(7)).not.toBe(hash(8))
  })

  test('plants every kind in its share', () => {
    const count = (kind: KindName) => customers.filter((customer) => customer.kind === kind).length
    expect(KINDS.map(count).reduce((sum, size) => sum + size)).toBe(1500)
    expect(count('loyal_best')).toBe(75)
    expect(count('regular')).toBe(285)
    expect(count('wholesale')).toBe(15)
  })

  test('lets every customer buy', () => {
    expect(new Set(purchases.map(({ customer_id }) => customer_id)).size).toBe(1500)
  })

  test('stays inside the period and fills it', () => {
    const days = lines.map(dayOfLine)
    const last = parseDay(OPTIONS.ends_on)
    expect(days[0]).toBe(last - 729)
    expect(days.at(-1)).toBe(last)
    expect(days.every((day, index) => index === 0 || day >= days[index - 1]!)).toBe(true)
  })

  test('gives an order one customer, one moment and one line for each product', () => {
    const orders = new Map<string, SampleLine[]>()
    for (const line of lines) orders.set(line.order_id, [...(orders.get(line.order_id) ?? []), line])
    for (const order of orders.values()) {
      expect(new Set(order.map(({ customer_id, ordered_at }) => `${customer_id} ${ordered_at}`)).size).toBe(1)
      expect(new Set(order.map(({ product_id }) => product_id)).size).toBe(order.length)
    }
  })

  test('returns only what was bought before, at the price paid, under an order id with C', () => {
    expect(returns.length).toBeGreaterThan(0)
    expect(returns.every(({ order_id }) => order_id.startsWith('C'))).toBe(true)
    expect(purchases.some(({ order_id }) => order_id.startsWith('C'))).toBe(false)
    const bought = new Map<string, SampleLine[]>()
    const key = (line: SampleLine) =>
      [line.customer_id, line.product_id, Math.abs(line.quantity), line.unit_price].join('|')
    for (const line of purchases) bought.set(key(line), [...(bought.get(key(line)) ?? []), line])
    for (const line of returns) {
      const originals = bought.get(key(line)) ?? []
      expect(originals.some((original) => original.ordered_at < line.ordered_at)).toBe(true)
    }
  })

  test('discounts in sales: price paid and discount make up the list price', () => {
    const prices = new Map(PRODUCTS.map(({ product_id, price }) => [product_id, Math.round(price * 100)]))
    const retail = purchases.filter(({ customer_id }) => kindOf.get(customer_id) !== 'wholesale')
    for (const line of retail) {
      expect(line.unit_price * line.quantity + line.discount).toBe(prices.get(line.product_id)! * line.quantity)
      if (saleOn(dayOfLine(line)) > 0) expect(line.discount).toBeGreaterThan(0)
    }
  })

  test('earns most in the last two months of the year', () => {
    const revenue = new Array<number>(12).fill(0)
    for (const { ordered_at, unit_price, quantity, customer_id } of purchases) {
      if (!ordered_at.startsWith('2024') || kindOf.get(customer_id) === 'wholesale') continue
      revenue[Number(ordered_at.slice(5, 7)) - 1]! += unit_price * quantity
    }
    expect(Math.min(revenue[10]!, revenue[11]!)).toBeGreaterThan(Math.max(...revenue.slice(0, 10)))
  })

  test('makes the kinds what they are called', () => {
    const of = Object.fromEntries(KINDS.map((kind) => [kind, habits(kind)])) as Record<
      KindName,
      ReturnType<typeof habits>
    >
    expect(of.loyal_best.orders).toBeGreaterThan(2.5 * of.regular.orders)
    expect(of.regular.orders).toBeGreaterThan(2 * of.big_spender.orders)
    expect(of.big_spender.average).toBeGreaterThan(2 * of.regular.average)
    expect(of.bargain_hunter.discount).toBeGreaterThan(2 * of.regular.discount)
    expect(of.bargain_hunter.average).toBeLessThan(of.regular.average)
    expect(of.one_timer.orders).toBe(1)
    expect(of.one_timer.idle).toBeGreaterThan(120)
    expect(of.lapsed.idle).toBeGreaterThan(270)
    expect(of.new.idle).toBeLessThan(45)
    expect(of.wholesale.spend).toBeGreaterThan(3 * of.loyal_best.spend)
  })

  test.each([
    [{ ends_on: '30.09.2025' }, /YYYY-MM-DD/],
    [{ days: 549 }, /550 days/],
    [{ customers: 99 }, /100 customers/]
  ])('refuses %j', (change, message) => {
    expect(() => generateOrders({ ...OPTIONS, ...change }, createRandom(1))).toThrow(message)
  })
})

test('PRODUCTS are 120 with ids of their own in 8 categories', () => {
  expect(PRODUCTS.length).toBe(120)
  expect(new Set(PRODUCTS.map(({ product_id }) => product_id)).size).toBe(120)
  expect(new Set(PRODUCTS.map(({ product_name }) => product_name)).size).toBe(120)
  expect(new Set(PRODUCTS.map(({ category }) => category))).toEqual(new Set(CATEGORIES))
  expect(CATEGORIES.length).toBe(8)
})
