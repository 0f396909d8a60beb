import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calendar } from '../../src/data/calendar.ts'
import { readColumns } from '../../src/data/columns.ts'
import { DuckDb } from '../../src/data/duckdb.ts'
import { type CustomerFeatures, deriveFeatures, readCustomerFeatures } from '../../src/data/features.ts'
import { featuresFromOrders } from '../../src/domain/features/order-features.ts'
import { SINGLE_FEATURES } from '../../src/domain/vocabulary.ts'
import {
  type DatasetFolders,
  featureRequest,
  type StoredLine,
  writeDataset,
  writeOnlineRetail
} from '../helpers/order-lines.ts'
import { sharedFile } from '../helpers/shared-data.ts'

const DAY_MS = 86_400_000

async function withDataset<Result>(
  purchases: StoredLine[],
  returns: StoredLine[],
  work: (folders: DatasetFolders) => Promise<Result>
): Promise<Result> {
  const folders = await writeDataset(purchases, returns)
  try {
    return await work(folders)
  } finally {
    await folders.remove()
  }
}

function featuresOf(result: CustomerFeatures, customerId: string): Record<string, number | null> {
  const row = result.customerIds.indexOf(customerId)
  return Object.fromEntries(
    result.features.names.map((name, column) => {
      const value = result.features.columns[column]![row]!
      return [name, Number.isNaN(value) ? null : value]
    })
  )
}

const line = (changes: Partial<StoredLine>): StoredLine => ({
  customer_id: 'ann',
  order_id: '1',
  ordered_at: '2024-03-01T10:00:00',
  quantity: '1',
  unit_price: '1',
  ...changes
})

describe('readCustomerFeatures', () => {
  it('gives each feature its definition', async () => {
    // Order 1, a Friday, has two lines a minute apart; order 2 is a Saturday, 8 days less 2 hours before the reference.
    const purchases = [
      line({ quantity: '2', unit_price: '10', product_id: 'cup', category: 'kitchen', discount: '5' }),
      line({
        ordered_at: '2024-03-01T10:01:00',
        quantity: '1',
        unit_price: '40',
        product_id: 'pan',
        category: 'kitchen'
      }),
      line({
        order_id: '2',
        ordered_at: '2024-03-23T14:00:00',
        quantity: '3',
        unit_price: '20',
        product_id: 'cup',
        category: 'garden',
        discount: '-10'
      }),
      line({
        customer_id: 'bob',
        order_id: '3',
        ordered_at: '2024-03-31T12:00:00',
        product_id: 'pan',
        category: 'kitchen'
      })
    ]
    const returns = [
      line({ order_id: 'C1', ordered_at: '2024-03-02T10:00:00', quantity: '-1', unit_price: '30' }),
      line({ customer_id: 'bob', order_id: 'C3', ordered_at: '2024-03-31T12:00:01', quantity: '-1' }),
      line({ customer_id: 'cyd', order_id: 'C4', quantity: '-1' })
    ]
    const result = await withDataset(purchases, returns, (folders) => readCustomerFeatures(featureRequest(folders)))

    expect(result.customerIds).toEqual(['ann', 'bob'])
    expect(result.features.names).toEqual([...SINGLE_FEATURES, 'preference_kitchen', 'preference_garden'])
    expect([...result.revenue]).toEqual([120, 1])
    expect(featuresOf(result, 'ann')).toEqual({
      recency_days: 7, // 7 days and 22 hours
      frequency: 2,
      monetary_value: 120, // 20 + 40 + 60
      average_order_value: 60,
      tenure_days: 30, // 30 days and 2 hours
      average_days_between_orders: 22 + 4 / 24, // from 1 March 10:00 to 23 March 14:00
      average_basket_size: 3, // 6 units
      distinct_products: 2,
      category_breadth: 2,
      return_rate: 0.25, // 30 of 120
      discount_share: 15 / 135, // written as 5 and as -10
      weekend_share: 0.5,
      preference_kitchen: 0.5,
      preference_garden: 0.5
    })
    // The return of bob lies after the reference, that of cyd has no purchase beside it.
    expect(featuresOf(result, 'bob')).toMatchObject({
      recency_days: 0,
      average_days_between_orders: null,
      return_rate: 0,
      discount_share: 0,
      weekend_share: 1, // 31 March 2024 was a Sunday
      preference_garden: 0
    })
  })

  it('caps the return rate at 1', async () => {
    const result = await withDataset([line({})], [line({ quantity: '-5' })], (folders) =>
      readCustomerFeatures(featureRequest(folders))
    )
    expect(featuresOf(result, 'ann').return_rate).toBe(1)
  })

  it('counts weekends in the timezone', async () => {
    // Friday 23:30 UTC is Saturday 05:15 in Kathmandu; Saturday 02:00 UTC is Friday evening in New York.
    const purchases = [
      line({ order_id: '1', ordered_at: '2024-03-01T23:30:00' }),
      line({ order_id: '2', ordered_at: '2024-03-02T02:00:00' })
    ]
    const share = (timezone: string) =>
      withDataset(purchases, [], async (folders) =>
        featuresOf(await readCustomerFeatures(featureRequest(folders, { timezone })), 'ann')
      )
    expect((await share('UTC')).weekend_share).toBe(0.5)
    expect((await share('Asia/Kathmandu')).weekend_share).toBe(1)
    expect((await share('America/New_York')).weekend_share).toBe(0)
  })

  it('leaves out what lies after the reference or before the window', async () => {
    const purchases = [
      line({ order_id: '1', ordered_at: '2024-03-21T12:00:00', unit_price: '1' }), // 10 days before, to the second: outside
      line({ order_id: '2', ordered_at: '2024-03-21T12:00:00.000001', unit_price: '2' }),
      line({ order_id: '3', ordered_at: '2024-03-31T12:00:00', unit_price: '4' }),
      line({ order_id: '4', ordered_at: '2024-03-31T12:00:00.000001', unit_price: '8' })
    ]
    const result = await withDataset(purchases, [], (folders) =>
      readCustomerFeatures(featureRequest(folders, { windowDays: 10 }))
    )
    expect([...result.revenue]).toEqual([6])
    expect(featuresOf(result, 'ann').frequency).toBe(2)
  })

  it('says what to change when nobody bought in the period', async () => {
    const attempt = withDataset([line({})], [], (folders) =>
      readCustomerFeatures(featureRequest(folders, { referenceDate: '2020-01-01T00:00:00Z' }))
    )
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_reference_date' })
  })

  it('calls damaged order lines so', async () => {
    const attempt = withDataset([line({})], [], async (folders) => {
      await writeFile(join(folders.datasetFolder, 'orders.parquet'), 'PAR1 no more')
      await readCustomerFeatures(featureRequest(folders))
    })
    await expect(attempt).rejects.toMatchObject({ code: 'dataset_corrupt' })
    const missing = withDataset([line({})], [], async (folders) => {
      await rm(join(folders.datasetFolder, 'returns.parquet'))
      await readCustomerFeatures(featureRequest(folders))
    })
    await expect(missing).rejects.toMatchObject({ code: 'dataset_corrupt' })
  })

  it('orders customers by code point, not by UTF-16 unit', async () => {
    // U+FF5E comes before U+1F600, though its UTF-16 unit is above the first surrogate.
    const ids = ['😀', '～', 'b', 'B', '']
    const result = await withDataset(
      ids.map((customer_id, index) => line({ customer_id, order_id: String(index) })),
      [],
      (folders) => readCustomerFeatures(featureRequest(folders))
    )
    expect(result.customerIds).toEqual(['', 'B', 'b', '～', '😀'])
  })

  it('hands out the database while it works, so that it can be interrupted', async () => {
    const seen: (DuckDb | null)[] = []
    let timer: NodeJS.Timeout | undefined
    const onDuckDb = (db: DuckDb | null) => {
      seen.push(db)
      clearInterval(timer)
      if (db !== null) timer = setInterval(() => db.interrupt(), 1)
    }
    const lines = Array.from({ length: 2000 }, (_, index) => line({ customer_id: `c${index}`, order_id: `o${index}` }))
    const attempt = withDataset(lines, [], (folders) => readCustomerFeatures(featureRequest(folders), { onDuckDb }))
    await expect(attempt).rejects.toThrow(/interrupt/i)
    expect(seen).toEqual([expect.any(DuckDb), null])
  })
})

/** Orders as a caller would send them, from stored lines: one entry per order and instant. */
function ordersOf(lines: StoredLine[]) {
  return lines.map((stored) => ({
    order_id: stored.order_id,
    ordered_at_ms: Date.parse(`${stored.ordered_at}Z`),
    lines: [
      {
        product_id: stored.product_id ?? undefined,
        category: stored.category ?? undefined,
        quantity: Number(stored.quantity),
        unit_price: Number(stored.unit_price),
        discount: stored.discount === null || stored.discount === undefined ? undefined : Number(stored.discount)
      }
    ]
  }))
}

describe('deriveFeatures', () => {
  const counted = (rows: number) => ({ rows, text: () => [], numbers: () => new Float64Array(rows).fill(1) })

  it('asks every 16,384 customers whether to go on, and stops when told', () => {
    let asked = 0
    deriveFeatures(counted(50_000), 1, null, false, () => void asked++)
    // 0, 16,384, 32,768 and 49,152
    expect(asked).toBe(4)
    const stop = () => {
      throw new Error('stopped')
    }
    expect(() => deriveFeatures(counted(10), 1, null, false, stop)).toThrow('stopped')
  })
})

describe('featuresFromOrders', () => {
  const START_MS = Date.parse('2023-12-28T00:00:00Z')
  const decimal = (most: number, places: number) =>
    fc.integer({ min: 1, max: most }).map((units) => (units / 10 ** places).toFixed(places))
  const storedLine = fc.record({
    customer_id: fc.constantFrom('', 'a', 'Ä', 'a b', '～', '😀', '0'),
    order_id: fc.integer({ min: 0, max: 25 }).map(String),
    ordered_at: fc
      .integer({ min: 0, max: 120 * DAY_MS })
      .map((milliseconds) => new Date(START_MS + milliseconds).toISOString().slice(0, -1)),
    quantity: fc.oneof(fc.integer({ min: -3, max: 9 }).map(String), decimal(9_000_000, 3)),
    unit_price: fc.oneof(decimal(2_000, 2), decimal(90_000_000, 4)),
    product_id: fc.option(fc.integer({ min: 0, max: 11 }).map((product) => `p${product}`)),
    category: fc.option(fc.constantFrom('Tea', 'tea', 'Käse', '茶', '__proto__', 'x'.repeat(60), ...'abcdefg'), {
      freq: 9
    }),
    discount: fc.option(decimal(50_000, 4))
  })

  it('equals the SQL bit for bit on generated orders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(storedLine, { minLength: 1, maxLength: 150 }),
        fc.boolean(),
        fc.constantFrom('UTC', 'Europe/London', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Apia'),
        fc.option(fc.integer({ min: 1, max: 100 })),
        async (drawn, hasCategories, timezone, windowDays) => {
          const lines = drawn.map((each) => (hasCategories ? each : { ...each, category: null }))
          const isPurchase = (each: StoredLine) => Number(each.quantity) > 0
          const referenceMs = START_MS + 110 * DAY_MS
          const counts = ({ ordered_at }: StoredLine) => {
            const age = referenceMs - Date.parse(`${ordered_at}Z`)
            return age >= 0 && (windowDays === null || age < windowDays * DAY_MS)
          }
          const buyers = new Set(
            lines.filter((each) => isPurchase(each) && counts(each)).map((each) => each.customer_id)
          )
          fc.pre(buyers.size > 0)

          const result = await withDataset(
            lines.filter(isPurchase),
            lines.filter((each) => !isPurchase(each)),
            (folders) =>
              readCustomerFeatures(
                featureRequest(folders, { referenceDate: new Date(referenceMs).toISOString(), windowDays, timezone })
              )
          )
          expect(new Set(result.customerIds)).toEqual(buyers)
          for (const id of buyers) {
            const own = lines.filter((each) => each.customer_id === id && counts(each))
            const context = { referenceMs, weekdayOf: calendar.weekdayIn(timezone), groups: result.preferences }
            expect(featuresFromOrders(ordersOf(own), context)).toStrictEqual(featuresOf(result, id))
          }
        }
      ),
      { numRuns: 15 }
    )
  })
})

const onlineRetail = sharedFile('online-retail/OnlineRetail.csv.gz')

describe.skipIf(onlineRetail === undefined)('features of UCI Online Retail (needs the shared data folder)', () => {
  const referenceDate = '2011-12-09T12:50:00Z'
  let folders: DatasetFolders
  let result: CustomerFeatures

  beforeAll(async () => {
    folders = await writeOnlineRetail(onlineRetail!)
    result = await readCustomerFeatures(featureRequest(folders, { referenceDate, timezone: 'Europe/London' }))
  })
  afterAll(() => folders?.remove())

  it('add up to the known totals', () => {
    const sum = (name: string) =>
      result.features.columns[result.features.names.indexOf(name)]!.reduce((a, b) => a + b, 0)
    expect(result.features.n).toBe(4338)
    expect(sum('frequency')).toBe(18_532)
    expect(sum('monetary_value').toFixed(2)).toBe('8911407.90')
    expect(result.revenue).toEqual(result.features.columns[SINGLE_FEATURES.indexOf('monetary_value')])
  })

  it('are the same bytes whatever the number of threads', async () => {
    for (const threads of [1, 4]) {
      const again = await readCustomerFeatures(
        featureRequest(folders, { referenceDate, timezone: 'Europe/London', threads })
      )
      expect(again).toStrictEqual(result)
    }
  })

  it('group what is bought together under names a shopkeeper would give', () => {
    const { kind, groups, members } = result.preferences!
    expect(kind).toBe('co_purchase')
    expect(groups).toHaveLength(8)
    expect(members).toHaveLength(300)

    // Bags go with bags, Christmas with Christmas, bottles with bottles, signs with signs, cups with cups.
    const group = new Map(members)
    expect(group.get('85099B')).toBe(group.get('20725')) // red retrospot: jumbo bag, lunch bag
    expect(group.get('22086')).toBe(group.get('22910')) // paper chain kits: 50's Christmas, vintage Christmas
    expect(group.get('22697')).toBe(group.get('22699')) // Regency teacups: green, roses
    expect(group.get('85099B')).not.toBe(group.get('22086'))
    const names = groups.map(({ name }) => name)
    for (const name of ['Christmas', 'Hot water bottle', 'Metal sign']) expect(names).toContain(name)
  })

  it('equal those from raw orders for every customer', async () => {
    const db = await DuckDb.open({
      folders: [folders.datasetFolder, folders.spillFolder],
      spillFolder: folders.spillFolder,
      memoryBytes: 512 * 1024 * 1024,
      threads: 2
    })
    const lines = await readColumns(
      db,
      `select customer_id, order_id, product_id, quantity::double as quantity, unit_price::double as unit_price,
         epoch_ms(ordered_at)::double as ordered_at_ms
       from read_parquet(['${folders.datasetFolder}/orders.parquet', '${folders.datasetFolder}/returns.parquet'])`
    )
    db.close()

    const [customers, orders, products] = ['customer_id', 'order_id', 'product_id'].map((name) => lines.text(name))
    const [quantities, prices, times] = ['quantity', 'unit_price', 'ordered_at_ms'].map((name) => lines.numbers(name))
    const ordersOfCustomer = new Map<string, Parameters<typeof featuresFromOrders>[0][number][]>()
    for (let row = 0; row < lines.rows; row++) {
      const own = ordersOfCustomer.get(customers![row]!) ?? []
      ordersOfCustomer.set(customers![row]!, own)
      const bought = { product_id: products![row]!, quantity: quantities![row]!, unit_price: prices![row]! }
      own.push({ order_id: orders![row]!, ordered_at_ms: times![row]!, lines: [bought] })
    }
    const context = {
      referenceMs: Date.parse(referenceDate),
      weekdayOf: calendar.weekdayIn('Europe/London'),
      groups: result.preferences
    }
    for (const [row, id] of result.customerIds.entries()) {
      const found = featuresFromOrders(ordersOfCustomer.get(id)!, context)
      for (const [column, name] of result.features.names.entries()) {
        const expected = result.features.columns[column]![row]!
        if (!Object.is(found[name] ?? Number.NaN, expected))
          expect({ id, [name]: found[name] }).toEqual({ id, [name]: expected })
      }
    }
    expect(ordersOfCustomer.size).toBeGreaterThanOrEqual(4338)
  })
})
