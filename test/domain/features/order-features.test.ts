import { describe, expect, it } from 'vitest'
import { featuresFromOrders, isPurchase, type OrderContext } from '../../../src/domain/features/order-features.ts'

const DAY_MS = 86_400_000
const context: OrderContext = { referenceMs: 30 * DAY_MS, weekdayOf: () => 3, groups: null }
const bought = { quantity: 1, unit_price: 1 }
const order = (order_id: string, day: number, ...lines: Parameters<typeof isPurchase>[0][]) => ({
  order_id,
  ordered_at_ms: day * DAY_MS,
  lines
})

describe('featuresFromOrders', () => {
  it('sums money as decimals: ten times 0.1 is 1', () => {
    const lines = Array.from({ length: 10 }, () => ({ quantity: 1, unit_price: 0.1 }))
    expect(featuresFromOrders([order('1', 1, ...lines)], context).monetary_value).toBe(1)
  })

  it('merges entries of one order and dates it by the first', () => {
    const features = featuresFromOrders(
      [order('1', 20, bought), order('1', 10, bought), order('2', 30, bought)],
      context
    )
    expect(features).toMatchObject({ frequency: 2, tenure_days: 20, recency_days: 0, average_days_between_orders: 20 })
  })

  it('counts lines given back in the return rate alone, and lines without a price nowhere', () => {
    const given = { quantity: -1, unit_price: 0.25, product_id: 'b' }
    const free = { quantity: 9, unit_price: 0, product_id: 'c' }
    const features = featuresFromOrders([order('1', 1, { ...bought, product_id: 'a' }, given, free)], context)
    expect(features).toMatchObject({
      return_rate: 0.25,
      monetary_value: 1,
      average_basket_size: 1,
      distinct_products: 1
    })
  })

  it('leaves absent what the lines do not tell', () => {
    expect(featuresFromOrders([order('1', 1, bought)], context)).toMatchObject({
      average_days_between_orders: null,
      distinct_products: null,
      category_breadth: null,
      discount_share: 0
    })
  })

  it('shares the spend among the groups of the model', () => {
    const groups = {
      kind: 'co_purchase' as const,
      groups: [
        { slug: 'cups', name: 'Cups' },
        { slug: 'pots', name: 'Pots' }
      ],
      members: [
        ['a', 0],
        ['b', 1]
      ] as [string, number][]
    }
    const lines = ['a', 'a', 'b', 'constructor'].map((product_id) => ({ ...bought, product_id }))
    expect(featuresFromOrders([order('1', 1, ...lines)], { ...context, groups })).toMatchObject({
      category_breadth: 2,
      preference_cups: 0.5,
      preference_pots: 0.25
    })
  })

  it.each([
    ['no order', []],
    ['no line', [order('1', 1)]],
    ['only returns', [order('1', 1, { quantity: -1, unit_price: 1 })]],
    ['an order after the reference', [order('1', 31, bought)]],
    ['an unreadable time', [order('1', Number.NaN, bought)]],
    ['an amount beyond decimals', [order('1', 1, { quantity: 1e16, unit_price: 1 })]],
    ['an amount that is no number', [order('1', 1, { quantity: Number.NaN, unit_price: 1 })]]
  ])('refuses %s', (_, orders) => {
    expect(() => featuresFromOrders(orders, context)).toThrow(RangeError)
  })
})

describe('isPurchase', () => {
  it('asks for a quantity and a price that are above 0 in stored decimals', () => {
    expect(isPurchase({ quantity: 0.001, unit_price: 0.0001 })).toBe(true)
    expect(isPurchase({ quantity: 0.0001, unit_price: 1 })).toBe(false)
    expect(isPurchase({ quantity: 1, unit_price: 0.00001 })).toBe(false)
  })
})
