import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countCoPurchases,
  fillBaskets,
  groupCategories,
  groupOf,
  groupProducts,
  MOST_GROUPS
} from '../../../src/domain/features/product-groups.ts'

const productsOf = (size: number) =>
  Array.from({ length: size }, (_, index) => ({ id: `p${index}`, name: `Product ${index}` }))

/** Counted from the lines of the orders, one order after the other. */
function countOrders(orders: readonly (readonly number[])[], size: number) {
  const lines = orders.flatMap((products, order) => products.map((product) => ({ order, product })))
  return countCoPurchases(
    fillBaskets(
      lines.map(({ order }) => order),
      lines.map(({ product }) => product),
      Number.POSITIVE_INFINITY
    ),
    size
  )
}

describe('fillBaskets', () => {
  it('puts the lines of an order together, in whatever order they come', () => {
    // Order 1 has no line, and order 2 is wider than three lines.
    const orders = Object.freeze([2, 0, 3, 2, 0, 2, 3, 2])
    const products = Object.freeze([7, 1, 4, 8, 2, 9, 5, 7])
    expect(fillBaskets(orders, products, 3)).toEqual({
      starts: Int32Array.of(0, 2, 2, 2, 4),
      products: Int32Array.of(1, 2, 4, 5)
    })
  })

  it('has no basket without lines', () => {
    expect(fillBaskets([], [], 40)).toEqual({ starts: Int32Array.of(0), products: new Int32Array(0) })
  })
})

describe('countCoPurchases', () => {
  it('counts the orders of each product and of each pair, once an order', () => {
    const { size, orders } = countOrders([[0, 1, 1], [1, 0], [1], [2]], 3)
    expect(size).toBe(3)
    // Product 0 is in 2 orders, both with 1; product 1 is in 3; product 2 is alone.
    expect([...orders]).toEqual([2, 2, 0, 2, 3, 0, 0, 0, 1])
  })
})

describe('groupProducts', () => {
  it('puts together what is bought together', () => {
    // 10 planted groups of 3 would be too many: 8 groups of 3 products, each order one whole group; never across.
    const planted = Array.from({ length: 8 }, (_, group) => [group, group + 8, group + 16])
    const counts = countOrders([...planted, ...planted], 24)
    const { kind, groups, members } = groupProducts(productsOf(24), counts)!
    expect(kind).toBe('co_purchase')
    expect(groups).toHaveLength(8)
    expect(members).toEqual(productsOf(24).map(({ id }, index) => [id, index % 8]))
  })

  it('puts together what is bought with the same things, though never together', () => {
    // Saucers go with red cups or with blue cups; nobody buys both cups. Pots and lids are the other taste.
    const [redCup, blueCup, saucer] = [0, 1, 2]
    const tea = [
      [redCup, saucer],
      [blueCup, saucer]
    ]
    const pans = [3, 4, 5, 6, 7, 8, 9].map((pot) => [pot, 10])
    const { members } = groupProducts(productsOf(11), countOrders([...tea, ...tea, ...pans, ...pans], 11))!
    const group = new Map(members)
    expect(group.get('p0')).toBe(group.get('p1'))
    expect(group.get('p0')).not.toBe(group.get('p3'))
  })

  it('gives the leading products a group each when nothing is bought together', () => {
    const counts = countOrders(
      Array.from({ length: 12 }, (_, product) => [product]),
      12
    )
    const { groups, members } = groupProducts(productsOf(12), counts)!
    expect(groups).toHaveLength(MOST_GROUPS)
    expect(members).toEqual(productsOf(8).map(({ id }, index) => [id, index]))
  })

  it('has no groups without products', () => {
    expect(groupProducts([], countOrders([], 0))).toBeNull()
  })

  it('holds its bounds and repeats itself on any orders', () => {
    const baskets = fc.array(fc.array(fc.integer({ min: 0, max: 29 }), { maxLength: 12 }), { maxLength: 60 })
    fc.assert(
      fc.property(baskets, (orders) => {
        const first = groupProducts(productsOf(30), countOrders(orders, 30))!
        expect(groupProducts(productsOf(30), countOrders(orders, 30))).toEqual(first)
        expect(first.groups.length).toBeLessThanOrEqual(MOST_GROUPS)
        expect(new Set(first.members.map(([, group]) => group)).size).toBe(first.groups.length)
        expect(new Set(first.members.map(([id]) => id)).size).toBe(first.members.length)
        expect(new Set(first.groups.map(({ slug }) => slug)).size).toBe(first.groups.length)
      })
    )
  })
})

describe('groupCategories', () => {
  it('makes each category its own group', () => {
    const groups = groupCategories(Object.freeze(['Tea', 'tea', '茶']))
    expect(groups).toEqual({
      kind: 'category',
      groups: [
        { slug: 'tea', name: 'Tea' },
        { slug: 'tea_2', name: 'tea' },
        { slug: 'group_3', name: '茶' }
      ],
      members: [
        ['Tea', 0],
        ['tea', 1],
        ['茶', 2]
      ]
    })
    expect(groupOf(groups).get('tea')).toBe(1)
    expect(groupOf(groups).get('constructor')).toBeUndefined()
  })
})
