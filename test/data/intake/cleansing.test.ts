import { describe, expect, test } from 'vitest'
import { csv, linesOf, query, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'

const HEADER = 'order_id,product_id,quantity,unit_price,ordered_at,customer_id,country,category,discount'
const file = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const GOOD = '1,P1,2,3.50,2024-01-05,C1,Spain,Toys,'

describe('ids', () => {
  test('are trimmed, lose the .0 of a number, and keep leading zeros', async () => {
    const { folder } = await readFile(
      file(' 007 ,00123,1,1,2024-01-05,13085.0,,,', '1.50,1e5,1,1,2024-01-05,13085.00,,,')
    )
    expect(await linesOf(folder)).toMatchObject([
      { order_id: '007', product_id: '00123', customer_id: '13085', country: null },
      { order_id: '1.50', product_id: '1e5', customer_id: '13085' }
    ])
  })

  for (const missing of ['', '  ', 'NULL', 'NaN', 'None', 'n/a', '<NA>', '""']) {
    test(`${JSON.stringify(missing)} is a missing customer or order`, async () => {
      const { summary } = await readFile(
        file(GOOD, `2,P,1,1,2024-01-05,${missing},,,`, `${missing},P,1,1,2024-01-05,C2,,,`)
      )
      expect(rowsByRule(summary)).toEqual({ missing_customer_id: 1, missing_order_id: 1 })
    })
  }
})

describe('amounts', () => {
  test('are read exactly', async () => {
    const { summary, folder } = await readFile(
      file('1,P,3,0.10,2024-01-05,C1,,,', '1,P,+1.5, 2.0001 ,2024-01-05,C1,,,', '1,P,1e2,1E-2,2024-01-05,C1,,,')
    )
    expect(
      (await linesOf(folder)).map(({ quantity, unit_price, line_total }) => [quantity, unit_price, line_total])
    ).toEqual([
      ['3.000', '0.1000', '0.3000'],
      ['1.500', '2.0001', '3.0002'], // 3.00015, rounded away from zero at four decimals
      ['100.000', '0.0100', '1.0000']
    ])
    expect(summary.revenue).toBe(4.3002)
  })

  test('that are no numbers, or out of range, are invalid', async () => {
    const bad = ['x', '', 'NaN', 'inf', '1e400', '1,5,0', '1_000', '0x10', '5 pairs', '99999999999999999999']
    const { summary } = await readFile(
      file(
        ...Array(30).fill(GOOD),
        ...bad.map((value) => `2,P,"${value}",1,2024-01-05,C1,,,`),
        ...bad.map((value) => `2,P,1,"${value}",2024-01-05,C1,,,`)
      )
    )
    expect(rowsByRule(summary)).toEqual({ invalid_quantity: bad.length, invalid_price: bad.length })
  })

  test('whose product is out of range are an invalid price', async () => {
    const { summary } = await readFile(file(GOOD, '2,P,900000000000,900000000000,2024-01-05,C1,,,'))
    expect(rowsByRule(summary)).toEqual({ invalid_price: 1 })
  })
})

describe('line_total', () => {
  const header = 'order_id,quantity,line_total,ordered_at,customer_id\n'

  test('stands for the price', async () => {
    const { summary, folder } = await readFile(
      `${header}1,3,10,2024-01-05,C1\n2,-2,-5,2024-01-06,C1\n3,0,5,2024-01-06,C1\n`
    )
    expect(await linesOf(folder)).toMatchObject([{ unit_price: '3.3333', line_total: '10.0000' }])
    expect(rowsByRule(summary)).toEqual({ non_positive_quantity: 2 })
    expect(summary).toMatchObject({ revenue: 10, net_revenue: 0 })
    expect(await linesOf(folder, 'returns')).toMatchObject([
      { quantity: '2.000', unit_price: '2.5000', line_total: '5.0000' },
      { quantity: '0.000', unit_price: null, line_total: '5.0000' }
    ])
  })

  test('without a quantity is one unit, and a negative one is a return', async () => {
    const { summary, folder } = await readFile(
      'order_id,amount,date,customer_id\n1,10,2024-01-05,C1\n2,-4,2024-01-05,C1\n3,0,2024-01-05,C1\n'
    )
    expect(summary.mapping).toMatchObject({ line_total: 'amount', ordered_at: 'date' })
    expect(rowsByRule(summary)).toEqual({ non_positive_quantity: 1, non_positive_price: 1 })
    expect(await linesOf(folder)).toMatchObject([{ quantity: '1.000', unit_price: '10.0000' }])
    expect(summary.net_revenue).toBe(6)
    expect(summary.limitations.join()).toContain('no quantity')
  })
})

describe('orders without an id', () => {
  test('are one for a customer and calendar day of the timezone', async () => {
    // 23:30 and 00:30 UTC are 00:30 and 01:30 of one day in Berlin, winter time.
    const text =
      'quantity,price,date,customer_id\n1,1,2024-01-05T23:30:00Z,C1\n1,1,2024-01-06T00:30:00Z,C1\n1,1,2024-01-06T00:30:00Z,C2\n'
    const { summary } = await readFile(text, { timezone: 'Europe/Berlin' })
    expect(summary.counts.orders).toBe(2)
    expect((await readFile(text)).summary.counts.orders).toBe(3)
    expect(summary.limitations[0]).toContain('no order id')
  })
})

describe('cancellations', () => {
  test('are ids of C and a number where their lines take goods back', async () => {
    const { summary, folder } = await readFile(
      file(
        GOOD,
        GOOD,
        GOOD,
        'C2,P1,-1,3.50,2024-01-06,C1,Spain,,',
        'c3,P1,-1,2,2024-01-06,,Spain,,',
        '4,P1,-3,1,2024-01-06,C2,Spain,,'
      )
    )
    expect(rowsByRule(summary)).toEqual({ missing_customer_id: 1, cancelled_order: 1, non_positive_quantity: 1 })
    expect(summary.cancellations).toContain('2 of their 2 lines')
    expect(await linesOf(folder, 'returns')).toMatchObject([
      { row: '4', order_id: 'C2', quantity: '1.000', line_total: '3.5000' },
      { row: '6', order_id: '4', quantity: '3.000', line_total: '3.0000' }
    ])
    // 3 × 7.00 kept, 3.50 and 3.00 returned.
    expect(summary).toMatchObject({ revenue: 21, net_revenue: 14.5 })
  })

  test('are none where such ids are ordinary', async () => {
    const { summary } = await readFile(
      file('C1,P,1,1,2024-01-05,K1,,,', 'C2,P,1,1,2024-01-05,K1,,,', 'C3,P,-1,1,2024-01-05,K1,,,')
    )
    expect(summary.cancellations).toBeNull()
    expect(rowsByRule(summary)).toEqual({ non_positive_quantity: 1 })
  })
})

describe('filters', () => {
  const lines = [
    '1,P1,1,1,2024-01-05,C1,Spain,,',
    '2,P2,1,1,2024-01-06T12:00:00,C2,SPAIN,,',
    '3,P1,1,1,2024-01-07T23:59:59.999,C3,France,,',
    'X4,P1,1,1,2024-01-08,C4,,,'
  ]
  const kept = async (options: Parameters<typeof readFile>[1]) => {
    const { summary, folder } = await readFile(file(...lines), options)
    expect(summary.counts.rows_read).toBe(
      summary.counts.rows_kept + summary.quality.rules.reduce((sum, { rows }) => sum + rows, 0)
    )
    return [(await linesOf(folder)).map(({ row }) => Number(row)), rowsByRule(summary)]
  }

  test('countries, without case', async () => {
    expect(await kept({ countries: [' spain', 'Portugal'] })).toEqual([[1, 2], { outside_country: 2 }])
  })

  test('from and to, both inclusive, a calendar date being all of its day', async () => {
    expect(await kept({ from: '2024-01-06', to: '2024-01-07' })).toEqual([[2, 3], { outside_period: 2 }])
    expect(await kept({ from: '2024-01-06T12:00:00Z', to: '2024-01-06T12:00:00Z' })).toEqual([
      [2],
      { outside_period: 3 }
    ])
    // Midnight in New York is five hours later; local noon of the 6th is its 6th.
    expect(await kept({ to: '2024-01-06', timezone: 'America/New_York' })).toEqual([[1, 2], { outside_period: 2 }])
  })

  test('a rolling window before the last order that is kept, or before `to`', async () => {
    // The last order is 2024-01-08 00:00: two days before it begin at 2024-01-06 00:00.
    expect(await kept({ window_days: 2 })).toEqual([[2, 3, 4], { outside_period: 1 }])
    expect(await kept({ window_days: 1, countries: ['Spain'] })).toEqual([
      [2],
      { outside_country: 2, outside_period: 1 }
    ])
    expect(await kept({ window_days: 1, to: '2024-01-06' })).toEqual([[2], { outside_period: 3 }])
  })

  test('patterns of order and product ids', async () => {
    expect(await kept({ order_id_pattern: '^[0-9]$', product_id_pattern: '1$' })).toEqual([
      [1, 3],
      { order_id_mismatch: 1, product_id_mismatch: 1 }
    ])
  })

  test('a pattern that backtracking engines choke on is harmless', async () => {
    const { summary } = await readFile(file(GOOD, `${'a'.repeat(5000)},P,1,1,2024-01-05,C1,,,`), {
      order_id_pattern: '^(([a-z])+.)+[A-Z]([a-z])+$|1'
    })
    expect(rowsByRule(summary)).toEqual({ order_id_mismatch: 1 })
  })

  test('apply to returns too, a cancellation by the id that it cancels', async () => {
    const { folder } = await readFile(
      file(
        ...Array(5).fill(GOOD),
        'C1,P1,-1,1,2024-01-06,C1,Spain,,',
        'C1,P1,-1,1,2024-01-06,C1,France,,',
        'C22,P1,-1,1,2024-01-06,C1,Spain,,',
        'C1,P1,-1,1,2025-01-06,C1,Spain,,'
      ),
      { countries: ['Spain'], order_id_pattern: '^[0-9]$', to: '2024-12-31' }
    )
    expect((await linesOf(folder, 'returns')).map(({ row }) => row)).toEqual(['6'])
  })

  test('duplicates are kept, or all but the first of each dropped', async () => {
    const text = file(GOOD, '2,P1,2,3.50,2024-01-05,C1,Spain,,', GOOD, GOOD, `${GOOD} `)
    expect(rowsByRule((await readFile(text)).summary)).toEqual({})
    const { summary, folder } = await readFile(text, { duplicates: 'drop' })
    expect(summary.quality.rules).toMatchObject([
      { rule: 'duplicate_row', rows: 2, examples: [{ row: 3 }, { row: 4 }] }
    ])
    expect((await linesOf(folder)).map(({ row }) => row)).toEqual(['1', '2', '5'])
  })

  for (const [options, code] of [
    [{ order_id_pattern: '(' }, 'invalid_pattern'],
    [{ product_id_pattern: '(?=a)' }, 'invalid_pattern'],
    [{ order_id_pattern: 'a'.repeat(201) }, 'invalid_pattern'],
    [{ from: '2024-02-01', to: '2024-01-01' }, 'invalid_period'],
    [{ from: '2024-02-30' }, 'invalid_period'],
    [{ timezone: 'Mars/Olympus' }, 'invalid_timezone'],
    [{ timezone: '+02:00' }, 'invalid_timezone'],
    [{ countries: ['Atlantis'] }, 'no_rows_kept'],
    [{ mapping: { country: 'nowhere' } }, 'column_missing'],
    [{ mapping: { country: 'category', category: 'category' } }, 'column_missing']
  ] as const) {
    test(`${JSON.stringify(options).slice(0, 60)} is refused as ${code}`, async () => {
      expect(await refusal(file(...lines), structuredClone(options) as never)).toMatchObject({ code })
    })
  }

  test('a filter without its column is refused', async () => {
    const text = 'quantity,price,date,customer_id\n1,1,2024-01-05,C1\n'
    for (const options of [{ countries: ['Spain'] }, { order_id_pattern: '1' }, { product_id_pattern: '1' }]) {
      expect(await refusal(text, options)).toMatchObject({ code: 'column_missing' })
    }
  })
})

describe('discounts', () => {
  const discounts = async (header: string, ...values: string[]) => {
    const text = [
      `order_id,quantity,price,date,customer_id,${header}`,
      ...values.map((value) => `1,2,10,2024-01-05,C1,${value}`)
    ].join('\n')
    const { summary, folder } = await readFile(text)
    return [
      (await linesOf(folder)).map(({ discount }) => discount),
      summary.limitations.find((note) => note.startsWith('Discounts')) ?? null
    ]
  }

  test('are money, shares or percent by the whole column', async () => {
    expect(await discounts('discount', '5', '-0.5', '', 'x')).toEqual([
      ['5.0000', '0.5000', null, null],
      'Discounts were read as amounts of money per line. 1 could not be read and count as none.'
    ])
    // 20 a line: a quarter of it is 5, a tenth 2.
    expect(await discounts('discount', '0.25', '1', '0')).toMatchObject([
      ['5.0000', '20.0000', '0.0000'],
      expect.stringContaining('shares')
    ])
    expect(await discounts('discount', '25%', '10 %', '')).toMatchObject([
      ['5.0000', '2.0000', null],
      expect.stringContaining('percent')
    ])
    expect(await discounts('Discount %', '25', '10')).toMatchObject([
      ['5.0000', '2.0000'],
      expect.stringContaining('percent')
    ])
    expect(await discounts('discount', '0', '')).toEqual([['0.0000', null], null])
  })
})

describe('columns', () => {
  const row = (values: Record<string, string>) =>
    `${Object.keys(values).join(',')}\n${Object.values(values).join(',')}\n`

  test('of UCI Online Retail II and of a seven-column shop export are found', async () => {
    const second = await readFile(
      row({
        Invoice: '1',
        StockCode: 'P',
        Description: 'd',
        Quantity: '1',
        InvoiceDate: '2024-01-05 10:00:00',
        Price: '1',
        'Customer ID': '13085.0',
        Country: 'UK'
      })
    )
    expect(second.summary.mapping).toEqual({
      order_id: 'Invoice',
      product_id: 'StockCode',
      product_name: 'Description',
      quantity: 'Quantity',
      unit_price: 'Price',
      ordered_at: 'InvoiceDate',
      customer_id: 'Customer ID',
      country: 'Country'
    })
    const seed = await readFile(
      row({
        OrderID: '1',
        ProductID: 'P',
        Quantity: '1',
        UnitPrice: '1',
        InvoiceDate: '2024-01-05',
        CustomerID: '1',
        Country: 'UK'
      })
    )
    expect(Object.keys(seed.summary.mapping)).toEqual([
      'order_id',
      'product_id',
      'quantity',
      'unit_price',
      'ordered_at',
      'customer_id',
      'country'
    ])
  })

  test('of the caller come before known names', async () => {
    const { summary } = await readFile(
      row({ customer_id: 'x', Kunde: 'C1', qty: '1', 'Unit Price': '1', 'Order-Date': '2024-01-05' }),
      {
        mapping: { customer_id: 'Kunde' }
      }
    )
    expect(summary.mapping).toEqual({
      customer_id: 'Kunde',
      quantity: 'qty',
      unit_price: 'Unit Price',
      ordered_at: 'Order-Date'
    })
  })

  test('the surer of two known names is taken', async () => {
    const { summary } = await readFile(
      row({ date: 'x', order_date: '2024-01-05', email: 'a@b.c', customer: 'C1', quantity: '1', price: '2' })
    )
    expect(summary.mapping).toMatchObject({ ordered_at: 'order_date', customer_id: 'customer' })
  })
})

test('examples show at most five rows of a rule, the lowest, by the names of the file', async () => {
  const { summary } = await readFile(csv('1,P,1,1,2024-01-05,C1,X', ...Array(7).fill('2,P,1,1,2024-01-05,,X')))
  expect(summary.quality.rules[0]?.examples.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6])
  expect(summary.quality.rules[0]?.examples[0]?.values).toEqual({
    order_id: '2',
    product_id: 'P',
    quantity: '1',
    unit_price: '1',
    ordered_at: '2024-01-05',
    customer_id: null,
    country: 'X'
  })
})

test('columns of the published files are the same whatever the upload has', async () => {
  const { folder } = await readFile('quantity,price,date,customer_id\n1,1,2024-01-05,C1\n')
  const columns = [
    'row',
    'order_id',
    'product_id',
    'product_name',
    'quantity',
    'unit_price',
    'line_total',
    'ordered_at',
    'customer_id',
    'country',
    'category',
    'discount',
    'cost',
    'coupon',
    'channel',
    'currency',
    'status'
  ]
  const types =
    'BIGINT VARCHAR VARCHAR VARCHAR DECIMAL(18,3) DECIMAL(18,4) DECIMAL(18,4) TIMESTAMP VARCHAR VARCHAR VARCHAR DECIMAL(18,4) DECIMAL(18,4) VARCHAR VARCHAR VARCHAR VARCHAR'
  for (const part of ['orders', 'returns']) {
    const described = await query(folder, `describe select * from read_parquet('$folder/${part}.parquet')`)
    expect(described.map(({ column_name }) => column_name)).toEqual(columns)
    expect(described.map(({ column_type }) => column_type).join(' ')).toBe(types)
  }
})
