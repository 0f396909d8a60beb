import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { linesOf, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'

/** Two orders as Shopify's REST Admin API gives them, with the parts that matter here. */
const SHOPIFY = [
  {
    id: 450789469,
    name: '#1001',
    order_number: 1001,
    email: 'bob@example.com',
    created_at: '2024-01-05T10:00:00+01:00',
    processed_at: '2024-01-05T10:00:00+01:00',
    cancelled_at: null,
    financial_status: 'partially_refunded',
    currency: 'EUR',
    total_price: '44.00',
    subtotal_price: '44.00',
    total_discounts: '6.00',
    total_price_set: { shop_money: { amount: '44.00', currency_code: 'EUR' } },
    customer: { id: 207119551, email: 'bob@example.com' },
    billing_address: { country: 'Spain', country_code: 'ES' },
    line_items: [
      {
        id: 1,
        sku: 'MUG',
        product_id: 11,
        variant_id: 111,
        title: 'Mug',
        name: 'Mug - red',
        quantity: 3,
        price: '10.00',
        total_discount: '0.00',
        discount_allocations: [{ amount: '4.00' }, { amount: '2.00' }]
      },
      {
        id: 2,
        sku: 'TEA',
        product_id: 12,
        variant_id: 121,
        title: 'Tea',
        name: 'Tea',
        quantity: 2,
        price: '10.00',
        total_discount: '0.00',
        discount_allocations: []
      }
    ],
    refunds: [
      {
        id: 9,
        created_at: '2024-01-20T09:00:00+01:00',
        refund_line_items: [{ id: 91, line_item_id: 2, quantity: 1, subtotal: 10.0 }]
      }
    ]
  },
  {
    id: 450789470,
    name: '#1002',
    order_number: 1002,
    email: 'eve@example.com',
    created_at: '2024-01-06T10:00:00Z',
    processed_at: '2024-01-06T10:00:00Z',
    cancelled_at: '2024-01-06T11:00:00Z',
    financial_status: 'voided',
    currency: 'EUR',
    total_price: '10.00',
    customer: { id: 207119552, email: 'eve@example.com' },
    billing_address: { country: 'France', country_code: 'FR' },
    line_items: [
      {
        id: 3,
        sku: 'TEA',
        product_id: 12,
        variant_id: 121,
        title: 'Tea',
        name: 'Tea',
        quantity: 1,
        price: '10.00',
        total_discount: '0.00',
        discount_allocations: []
      }
    ],
    refunds: []
  }
]
/** The first id beyond what a double holds. */
const shopify = (wrapper?: string) => {
  const text = JSON.stringify(SHOPIFY).replace('450789469', '450789469000000001')
  return wrapper === undefined ? text : `{"${wrapper}":${text}}`
}

const WOOCOMMERCE = [
  {
    id: 727,
    number: '727',
    status: 'processing',
    currency: 'USD',
    date_created: '2024-03-22T16:28:02',
    date_created_gmt: '2024-03-22T19:28:02',
    total: '29.35',
    total_tax: '1.35',
    customer_id: 0,
    billing: { first_name: 'John', country: 'US', email: 'john@example.com' },
    line_items: [
      {
        id: 315,
        name: 'Woo Single #1',
        product_id: 93,
        quantity: 2,
        subtotal: '6.00',
        total: '5.00',
        sku: 'WOO-1',
        price: 2.5
      },
      {
        id: 316,
        name: 'Ship Your Idea',
        product_id: 22,
        quantity: 1,
        subtotal: '12.00',
        total: '12.00',
        sku: '',
        price: 12
      }
    ],
    refunds: []
  },
  {
    id: 728,
    number: '728',
    status: 'refunded',
    currency: 'USD',
    date_created: '2024-03-23T16:28:02',
    date_created_gmt: '2024-03-23T19:28:02',
    total: '12.00',
    customer_id: 26,
    billing: { country: 'US', email: 'ann@example.com' },
    line_items: [
      {
        id: 317,
        name: 'Ship Your Idea',
        product_id: 22,
        quantity: 1,
        subtotal: '12.00',
        total: '12.00',
        sku: '',
        price: 12
      }
    ],
    refunds: [{ id: 1, reason: '', total: '-12.00' }]
  },
  {
    id: 729,
    number: '729',
    status: 'pending',
    currency: 'USD',
    date_created: '2024-03-24T16:28:02',
    date_created_gmt: '2024-03-24T19:28:02',
    total: '12.00',
    customer_id: 0,
    billing: { country: 'US', email: '' },
    line_items: [
      {
        id: 318,
        name: 'Ship Your Idea',
        product_id: 22,
        quantity: 1,
        subtotal: '12.00',
        total: '12.00',
        sku: '',
        price: 12
      }
    ],
    refunds: []
  }
]

describe("orders of Shopify's REST Admin API", () => {
  test('are lines with the values of their order, in an array, in lines and in an object around them', async () => {
    const lines = SHOPIFY.map((_, at) => JSON.stringify(SHOPIFY[at])).join('\n')
    for (const content of [
      shopify(),
      shopify('orders'),
      lines,
      gzipSync(shopify('data')),
      `{"data": ${shopify('orders')}, "page": 1}`
    ]) {
      const { summary, folder } = await readFile(content)
      expect(summary.mapping).toMatchObject({
        order_id: 'id',
        product_id: 'line_items.sku',
        product_name: 'line_items.title',
        quantity: 'line_items.quantity',
        unit_price: 'line_items.price',
        line_total: 'line_items.net_total',
        ordered_at: 'processed_at',
        customer_id: 'customer.id',
        country: 'billing_address.country_code',
        discount: 'line_items.total_discount'
      })
      // 3 x 10.00 less 4.00 and 2.00 of discounts; 2 x 10.00; one of them came back.
      expect(await linesOf(folder)).toMatchObject([
        {
          row: '1',
          product_id: 'MUG',
          product_name: 'Mug',
          quantity: '3.000',
          unit_price: '10.0000',
          line_total: '24.0000',
          discount: '6.0000',
          customer_id: '207119551',
          country: 'ES',
          ordered_at: '2024-01-05 09:00:00'
        },
        { row: '2', product_id: 'TEA', quantity: '2.000', line_total: '20.0000', customer_id: '207119551' }
      ])
      expect(await linesOf(folder, 'returns')).toMatchObject([
        { row: '3', product_id: 'TEA', quantity: '1.000', line_total: '10.0000', ordered_at: '2024-01-20 08:00:00' }
      ])
      expect(summary.counts).toMatchObject({ rows_read: 4, rows_kept: 2, orders: 1, customers: 1 })
      expect(rowsByRule(summary)).toEqual({ cancelled_order: 1, non_positive_quantity: 1 })
      expect([summary.revenue, summary.net_revenue]).toEqual([44, 34])
      expect(summary.limitations).toContain('1 lines of refunds were read as returns of their order.')
    }
  })

  test('keep every digit of their ids', async () => {
    const { folder } = await readFile(shopify())
    expect((await linesOf(folder))[0]?.order_id).toBe('450789469000000001')
  })

  test('take another column where the mapping names it', async () => {
    const { summary, folder } = await readFile(shopify(), {
      mapping: { order_id: 'name', product_id: 'line_items.variant_id', country: 'billing_address.country' }
    })
    expect(summary.mapping).toMatchObject({ order_id: 'name', customer_id: 'customer.id' })
    expect(await linesOf(folder)).toMatchObject([{ order_id: '#1001', product_id: '111', country: 'Spain' }, {}])
  })

  test('of guests are known by the email address of the order', async () => {
    const [one] = SHOPIFY
    const { folder } = await readFile(JSON.stringify([one, { ...one, id: 7, customer: null, refunds: [] }]))
    expect((await linesOf(folder)).map(({ customer_id }) => customer_id)).toEqual([
      '207119551',
      '207119551',
      'bob@example.com',
      'bob@example.com'
    ])
  })
})

describe("orders of WooCommerce's REST API", () => {
  test('are read by their totals, in UTC, with guests by email and refunded ones as returned', async () => {
    const { summary, folder } = await readFile(JSON.stringify(WOOCOMMERCE), { timezone: 'America/New_York' })
    expect(summary.mapping).toMatchObject({
      order_id: 'id',
      product_id: 'line_items.product_id',
      line_total: 'line_items.total',
      ordered_at: 'date_created_gmt',
      customer_id: 'customer_id',
      country: 'billing.country'
    })
    expect(await linesOf(folder)).toMatchObject([
      {
        order_id: '727',
        product_id: '93',
        quantity: '2.000',
        unit_price: '2.5000',
        line_total: '5.0000',
        customer_id: 'john@example.com',
        ordered_at: '2024-03-22 19:28:02'
      },
      { order_id: '727', product_id: '22', line_total: '12.0000' },
      { order_id: '728', product_id: '22', line_total: '12.0000', customer_id: '26' }
    ])
    expect(await linesOf(folder, 'returns')).toMatchObject([
      { order_id: '728', quantity: '1.000', line_total: '12.0000' }
    ])
    // The order that waits for its payment has a guest without an address: that is said first.
    expect(rowsByRule(summary)).toEqual({ missing_customer_id: 1, non_positive_quantity: 1 })
    expect([summary.revenue, summary.net_revenue]).toEqual([29, 17])
  })
})

describe('orders of other shapes', () => {
  const order = { order_id: 'A1', customer_id: 'C1', ordered_at: '2024-01-05', total: 99, country: 'Spain' }
  const line = { product_id: 'P1', name: 'Mug', quantity: 2, price: 3.5 }

  for (const key of ['lines', 'items', 'products', 'order_lines', 'orderItems']) {
    test(`with their lines under ${key} are read, and the order's total is no line's`, async () => {
      const { summary, folder } = await readFile(
        JSON.stringify([{ ...order, [key]: [line, { ...line, product_id: 'P2' }] }])
      )
      expect(summary.mapping.line_total).toBeUndefined()
      expect(await linesOf(folder)).toMatchObject([
        { order_id: 'A1', product_id: 'P1', line_total: '7.0000', customer_id: 'C1', country: 'Spain' },
        { order_id: 'A1', product_id: 'P2', line_total: '7.0000' }
      ])
    })
  }

  test('under `items` of an answer with page numbers are read', async () => {
    const { summary } = await readFile(JSON.stringify({ items: [{ ...order, items: [line, line] }], total_count: 1 }))
    expect(summary.counts).toMatchObject({ rows_read: 2, orders: 1 })
  })

  test('one to a line are not taken for an answer of a service', async () => {
    const { summary } = await readFile(`${JSON.stringify({ ...order, items: [line] })}\n`.repeat(3))
    expect(summary.source.format).toBe('ndjson')
    expect(summary.counts.rows_read).toBe(3)
  })

  test('with objects for customers and addresses are found by dotted names', async () => {
    const { order_id, ordered_at } = order
    const flat = {
      order_id,
      ordered_at,
      customer: { id: 7 },
      billing: { country: 'Spain' },
      quantity: 1,
      unit_price: 2
    }
    const { summary } = await readFile(JSON.stringify([flat]))
    expect(summary.mapping).toMatchObject({ customer_id: 'customer.id', country: 'billing.country' })
  })

  test('without lines are left out, which is said', async () => {
    const { summary } = await readFile(
      JSON.stringify([
        { ...order, lines: [] },
        { ...order, lines: [line] }
      ])
    )
    expect(summary.counts.rows_read).toBe(1)
    expect(summary.limitations).toContain('1 orders have no lines and were left out.')
  })
})

describe('hostile JSON', () => {
  const good = { order_id: 'A1', customer_id: 'C1', ordered_at: '2024-01-05', quantity: 1, unit_price: 2 }

  test('a key twice, and objects nested too deeply, are malformed rows', async () => {
    const twice =
      '{"order_id":"A1","order_id":"A2","customer_id":"C1","ordered_at":"2024-01-05","quantity":1,"unit_price":2}'
    const deep = `{"order_id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    for (const text of [`[${twice},${deep},${JSON.stringify(good)}]`, [twice, deep, JSON.stringify(good)].join('\n')]) {
      const { summary, folder } = await readFile(text, {}, { badRowsMaxShare: 1 })
      expect(rowsByRule(summary)).toEqual({ malformed_row: 2 })
      expect(await linesOf(folder)).toMatchObject([{ row: '3', order_id: 'A1' }])
    }
  })

  test('one line of 100 MB is refused, as is one element', async () => {
    const long = 'x'.repeat(100 * 1024 * 1024)
    expect(await refusal(`{"order_id":"${long}"}\n`)).toMatchObject({ code: 'line_too_long' })
    expect(await refusal(`[{"order_id":"${long}"}]`)).toMatchObject({ code: 'line_too_long' })
    expect(await refusal(`{"orders":[{"order_id":"${long}"}]}`)).toMatchObject({ code: 'line_too_long' })
  })

  test('what stands around the list must be JSON too', async () => {
    const list = JSON.stringify([good])
    for (const text of [
      `{"orders":${list}`,
      `{"orders":${list}}}`,
      `{"orders":${list},}`,
      `{"orders":${list}} x`,
      `{"orders":${list}]`
    ]) {
      expect(await refusal(text), text.slice(-10)).toMatchObject({ code: 'json_syntax' })
    }
  })

  test('keys that are empty or half a character are columns under names that can be', async () => {
    const { summary, folder } = await readFile(
      JSON.stringify([
        { ...good, '': 'x', '\ud800': 'y' },
        { ...good, quantity: 'x' }
      ])
    )
    expect(summary.counts.rows_kept).toBe(1)
    expect(await linesOf(folder, 'rejected')).toHaveLength(1)
    expect(await refusal(JSON.stringify([{ ...good, '\ud800': 'x', '\ud801': 'y' }]))).toMatchObject({
      code: 'duplicate_column'
    })
  })

  test('texts that begin like our mark of a malformed row are values', async () => {
    const { summary, folder } = await readFile(
      '[{"order_id":"\\u0001A\\u0000","customer_id":"C1","ordered_at":"2024-01-05","quantity":1,"unit_price":2}]'
    )
    expect(summary.counts.rows_kept).toBe(1)
    expect((await linesOf(folder))[0]?.order_id).toBe('A')
  })

  test('a column that comes late has no value before, whatever the number of rows', async () => {
    // More than one row group of the staged file.
    const rows = Array.from({ length: 70_000 }, (_, at) =>
      JSON.stringify({ ...good, order_id: `A${at}`, ...(at === 69_999 && { country: 'Spain' }) })
    )
    const { summary, folder } = await readFile(`[${rows.join(',')}]`)
    expect(summary.counts).toMatchObject({ rows_kept: 70_000, orders: 70_000, countries: 1 })
    const lines = await linesOf(folder)
    expect([lines[0]?.country, lines.at(-1)?.country]).toEqual([null, 'Spain'])
  })
})
