import { describe, expect, test } from 'vitest'
import { Parents } from '../../../src/data/intake/json/parents.ts'
import { linesOf, readFile, rowsByRule } from '../../helpers/read-file.ts'

const money = (amount: string) => ({
  shopMoney: { amount, currencyCode: 'EUR' },
  presentmentMoney: { amount: '999', currencyCode: 'JPY' }
})
const gid = (type: string, id: number) => `gid://shopify/${type}/${id}`

/** Orders in the names of Shopify's GraphQL Admin API. */
const order = (id: number, more: Record<string, unknown> = {}) => ({
  id: gid('Order', id),
  name: `#${id}`,
  email: `${id}@example.com`,
  createdAt: '2024-01-05T10:00:00Z',
  processedAt: '2024-01-05T10:00:00Z',
  cancelledAt: null,
  displayFinancialStatus: 'PAID',
  currencyCode: 'EUR',
  totalPriceSet: money('44.00'),
  currentSubtotalPriceSet: money('44.00'),
  customer: { id: gid('Customer', 7), email: 'bob@example.com' },
  billingAddress: { countryCodeV2: 'ES' },
  ...more
})
const MUG = {
  id: gid('LineItem', 1),
  title: 'Mug',
  sku: 'MUG',
  quantity: 3,
  originalUnitPriceSet: money('10.00'),
  discountedTotalSet: money('30.00'),
  discountAllocations: [{ allocatedAmountSet: money('4.00') }, { allocatedAmountSet: money('2.00') }],
  product: { id: gid('Product', 11), productType: 'Kitchen' }
}
const TEA = {
  id: gid('LineItem', 2),
  title: 'Tea',
  sku: 'TEA',
  quantity: 2,
  originalUnitPriceSet: money('10.00'),
  discountedTotalSet: money('20.00'),
  discountAllocations: [],
  product: { id: gid('Product', 12), productType: 'Food' }
}
const POT = {
  ...TEA,
  id: gid('LineItem', 3),
  title: 'Pot',
  sku: 'POT',
  quantity: 1,
  discountedTotalSet: money('10.00')
}
const refunds = [
  {
    createdAt: '2024-01-20T09:00:00Z',
    refundLineItems: {
      edges: [{ node: { quantity: 1, lineItem: { id: gid('LineItem', 2) }, subtotalSet: money('10.00') } }]
    }
  }
]

/** Mug: 3 × 10 less 6 of discounts; Tea 2 × 10. Pot is of an order that was called off. */
const LINES = [
  {
    order_id: gid('Order', 1),
    customer_id: gid('Customer', 7),
    product_id: 'MUG',
    product_name: 'Mug',
    quantity: '3.000',
    unit_price: '10.0000',
    line_total: '24.0000',
    country: 'ES',
    category: 'Kitchen',
    currency: 'EUR',
    ordered_at: '2024-01-05 10:00:00'
  },
  { order_id: gid('Order', 1), product_id: 'TEA', line_total: '20.0000', category: 'Food' }
]

describe("orders of Shopify's GraphQL Admin API", () => {
  const edges = (...nodes: unknown[]) => ({ edges: nodes.map((node) => ({ cursor: 'x', node })) })
  const answers: Record<string, unknown> = {
    'with edges': {
      data: {
        orders: {
          ...edges(
            order(1, { lineItems: edges(MUG, TEA), refunds }),
            order(2, { cancelledAt: '2024-01-06T11:00:00Z', lineItems: edges(POT), refunds: [] })
          ),
          pageInfo: { hasNextPage: false }
        }
      },
      extensions: { cost: { requestedQueryCost: 1 } }
    },
    'with nodes': {
      data: {
        orders: {
          nodes: [
            order(1, { lineItems: { nodes: [MUG, TEA] }, refunds }),
            order(2, { displayFinancialStatus: 'VOIDED', lineItems: { nodes: [POT] } })
          ]
        }
      }
    },
    'as a list of nodes': [
      { node: order(1, { lineItems: edges(MUG, TEA), refunds }) },
      { node: order(2, { displayFinancialStatus: 'EXPIRED', lineItems: edges(POT) }) }
    ]
  }

  for (const [what, answer] of Object.entries(answers)) {
    test(`${what} are lines with the values of their order, discounts and refunds`, async () => {
      const { summary, folder } = await readFile(JSON.stringify(answer))
      expect(await linesOf(folder)).toMatchObject(LINES)
      expect(await linesOf(folder, 'returns')).toMatchObject([
        {
          order_id: gid('Order', 1),
          product_id: 'TEA',
          quantity: '1.000',
          line_total: '10.0000',
          ordered_at: '2024-01-20 09:00:00'
        }
      ])
      expect(rowsByRule(summary)).toEqual({ cancelled_order: 1, non_positive_quantity: 1 })
      expect(summary.counts).toMatchObject({ rows_read: 4, orders: 1, customers: 1 })
      // 24 + 20, less the 10 that came back.
      expect([summary.revenue, summary.net_revenue]).toEqual([44, 34])
      expect(summary.mapping).toMatchObject({ customer_id: 'customer.id', country: 'billingAddress.countryCodeV2' })
    })
  }
})

describe("files of Shopify's bulk operations", () => {
  const lines = (...objects: unknown[]) => objects.map((each) => `${JSON.stringify(each)}\n`).join('')
  const of = (parent: number, line: object) => ({ ...line, __parentId: gid('Order', parent) })

  test('have the lines of an order behind it, or behind all orders', async () => {
    const [one, two] = [order(1), order(2, { cancelledAt: '2024-01-06T11:00:00Z' })]
    for (const text of [
      lines(one, of(1, MUG), of(1, TEA), two, of(2, POT), order(3)),
      lines(one, two, order(3), of(2, POT), of(1, MUG), of(1, TEA))
    ]) {
      const { summary, folder } = await readFile(text)
      expect(summary.source.format).toBe('ndjson')
      expect(await linesOf(folder)).toMatchObject(LINES)
      expect(rowsByRule(summary)).toEqual({ cancelled_order: 1 })
      expect(summary.counts).toMatchObject({ rows_read: 3, orders: 1 })
      expect(summary.limitations).toContain('1 orders have no lines and were left out.')
    }
  })

  test('may have customers above their orders, and other objects below them', async () => {
    const { customer: _, ...anonymous } = order(1)
    const { summary, folder } = await readFile(
      lines(
        { id: gid('Customer', 7), email: 'bob@example.com' },
        { ...anonymous, __parentId: gid('Customer', 7) },
        of(1, MUG),
        { id: gid('Metafield', 5), key: 'colour', value: 'red', __parentId: gid('LineItem', 1) },
        { id: gid('Fulfillment', 4), quantity: 3, __parentId: gid('Order', 1) },
        { quantity: 9, __parentId: gid('Fulfillment', 4) },
        of(1, TEA)
      )
    )
    expect(await linesOf(folder)).toMatchObject(LINES)
    expect(summary.counts.rows_read).toBe(2)
    expect(summary.limitations.join(' ')).toMatch(/3 objects that belong to orders are no lines of theirs/)
  })

  test('a line whose order is not before it is malformed, and its number is told', async () => {
    const { summary } = await readFile(lines(order(1), of(1, MUG), of(5, TEA)), {}, { badRowsMaxShare: 1 })
    expect(summary.quality.rules).toMatchObject([{ rule: 'malformed_row', rows: 1, examples: [{ row: 2 }] }])
  })

  test('of which more orders wait for their lines than are held lose the oldest, and it shows', () => {
    const parents = new Parents()
    // 130 orders of 1 MiB each, of which 128 MiB are held: the first three are let go.
    const text = Buffer.from(JSON.stringify({ note: 'x'.repeat(1024 * 1024) }))
    for (let at = 0; at < 130; at++) parents.place(new Map([['id', gid('Order', at)]]), text)
    const kinds = [0, 2, 3, 129].map((at) => {
      const line = new Map([
        ['__parentId', gid('Order', at)],
        ['quantity', '1']
      ])
      return parents.place(line, Buffer.alloc(0)).kind
    })
    expect(kinds).toEqual(['orphan', 'orphan', 'line', 'line'])
    expect(parents.withoutLines).toBe(128)
  })

  test('say that refunds without lines are not taken off', async () => {
    const refunded = order(1, {
      displayFinancialStatus: 'PARTIALLY_REFUNDED',
      refunds: [{ totalRefundedSet: money('5.00') }]
    })
    const { summary } = await readFile(lines(refunded, of(1, MUG), of(1, TEA)))
    expect(summary.limitations).toContain('1 orders have refunds that name no lines: they are not taken off.')
    expect(summary.net_revenue).toBe(44)
  })
})

test('a refund of WooCommerce that names an amount only is that share of each line', async () => {
  const line = (id: number, total: string) => ({
    id,
    product_id: id,
    name: 'x',
    sku: `S${id}`,
    quantity: 2,
    total,
    price: Number(total) / 2
  })
  const { summary, folder } = await readFile(
    JSON.stringify([
      {
        id: 1,
        status: 'completed',
        date_created_gmt: '2024-03-22T19:28:02',
        customer_id: 5,
        line_items: [line(1, '30.00'), line(2, '10.00')],
        refunds: [{ id: 9, reason: '', total: '-10.00' }]
      }
    ])
  )
  // 10 of 40: a quarter of 30 and of 10.
  expect((await linesOf(folder, 'returns')).map((each) => [each.quantity, each.line_total])).toEqual([
    ['0.500', '7.5000'],
    ['0.500', '2.5000']
  ])
  expect([summary.revenue, summary.net_revenue]).toEqual([40, 30])
})
