import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { MOST_LEADERS, type ProfileRequest, readProfile } from '../../src/data/profile.ts'
import { createRandom } from '../../src/domain/numeric/random.ts'
import type { DatasetProfile } from '../../src/domain/records/profile.ts'
import { generateOrders } from '../../src/domain/sample/orders.ts'
import { ProfileAnswer } from '../../src/http/schemas/dataset-profile.ts'
import { type DatasetFolders, type StoredLine, writeDataset, writeOnlineRetail } from '../helpers/order-lines.ts'
import { sharedFile } from '../helpers/shared-data.ts'

const MIB = 1024 * 1024

const requestFor = (folders: DatasetFolders, changes: Partial<ProfileRequest['subject']> = {}): ProfileRequest => ({
  datasetFolder: folders.datasetFolder,
  spillFolder: folders.spillFolder,
  subject: {
    dataset_id: 'ds_test',
    reference_date: '2024-03-31T12:00:00Z',
    currency: 'EUR',
    timezone: 'UTC',
    period: { from: '2024-01-01T00:00:00Z', to: '2024-03-31T12:00:00Z' },
    limitations: ['The file has no country.'],
    ...changes
  },
  memoryBytes: 256 * MIB,
  threads: 2
})

async function profileOf(
  purchases: StoredLine[],
  returns: StoredLine[] = [],
  changes: Partial<ProfileRequest['subject']> = {}
): Promise<DatasetProfile> {
  const folders = await writeDataset(purchases, returns)
  try {
    return await readProfile(requestFor(folders, changes))
  } finally {
    await folders.remove()
  }
}

const line = (changes: Partial<StoredLine>): StoredLine => ({
  customer_id: 'ann',
  order_id: '1',
  ordered_at: '2024-01-01T10:00:00',
  quantity: '1',
  unit_price: '1',
  product_id: 'p1',
  ...changes
})

const codes = ({ findings }: DatasetProfile) => findings.map(({ code }) => code)
const finding = (profile: DatasetProfile, code: string) => profile.findings.find((each) => each.code === code)!

describe('readProfile', () => {
  it('counts a small shop as one does by hand', async () => {
    const profile = await profileOf(
      [
        line({ quantity: '2', unit_price: '5' }),
        line({ product_id: 'p2', unit_price: '30' }),
        line({ order_id: '2', ordered_at: '2024-03-05T23:30:00', unit_price: '10' }),
        line({ customer_id: 'bob', order_id: '3', ordered_at: '2024-03-04T10:00:00', unit_price: '50' })
      ],
      [line({ quantity: '1', unit_price: '25', product_id: 'p2', ordered_at: '2024-01-09T10:00:00' })]
    )
    expect(() => ProfileAnswer.parse(profile)).not.toThrow()
    expect(profile.totals).toEqual({
      customers: 2,
      orders: 3,
      lines: 4,
      products: 2,
      categories: 0,
      countries: 0,
      units: 5,
      revenue: 100,
      net_revenue: 75,
      returns: { lines: 1, customers: 1, revenue: 25, rate: 0.25 },
      average_order_value: 100 / 3,
      orders_per_customer: 1.5,
      one_order_share: 0.5,
      // From 2024-01-01 10:00 to 2024-03-05 23:30
      average_days_between_orders: 64 + 13.5 / 24
    })
    expect(profile.months.map(({ month, orders, revenue }) => [month, orders, revenue])).toEqual([
      ['2024-01', 1, 40],
      ['2024-02', 0, 0],
      ['2024-03', 2, 60]
    ])
    expect(profile.new_and_returning[2]).toMatchObject({
      new: { customers: 1, orders: 1, revenue: 50 },
      returning: { customers: 1, orders: 1, revenue: 10 }
    })
    // Two Mondays at ten, one Tuesday at eleven in the evening
    expect(profile.weekday_hours![0]![10]).toBe(2)
    expect(profile.weekday_hours![1]![23]).toBe(1)
    expect(profile.products.data[0]).toEqual({
      id: 'p1',
      name: null,
      revenue: 70,
      units: 4,
      orders: 3,
      customers: 2,
      share: 0.7,
      return_rate: 0
    })
    expect(profile.products.data[1]!.return_rate).toBeCloseTo(25 / 30, 12)
    expect(profile.categories).toBeNull()
    expect(profile.countries).toBeNull()
    expect(profile.cohorts.data.map(({ month, active }) => [month, active])).toEqual([
      ['2024-01', [1, 0, 1]],
      ['2024-03', [1, null, null]]
    ])
    expect(profile.limitations[0]).toBe('The file has no country.')
  })

  it('tells hours and months by the clock of the shop', async () => {
    // 23:30 in London's summer is 00:30 of the next day, the first of July
    const profile = await profileOf(
      [line({ ordered_at: '2024-06-30T23:30:00' }), line({ order_id: '2', ordered_at: '2024-07-01T10:00:00' })],
      [],
      { timezone: 'Europe/London' }
    )
    expect(profile.months.map(({ month, orders }) => [month, orders])).toEqual([['2024-07', 2]])
    expect(profile.hours!.flatMap(({ hour, orders }) => (orders > 0 ? [hour] : []))).toEqual([0, 11])
  })

  it('says nothing by hour where the file has dates only', async () => {
    const profile = await profileOf([line({ ordered_at: '2024-01-01T00:00:00' })])
    expect(profile.hours).toBeNull()
    expect(profile.weekday_hours).toBeNull()
    expect(codes(profile)).toContain('dates_without_time')
  })

  it('names a product by its most frequent description', async () => {
    const profile = await profileOf([
      line({ product_name: 'Mug, blue' }),
      line({ product_name: 'Mug', order_id: '2' }),
      line({ product_name: 'Mug', order_id: '3' }),
      line({ product_name: null, order_id: '4' })
    ])
    expect(profile.products.data[0]!.name).toBe('Mug')
  })

  it('is the same to the bit on one thread and on two', async () => {
    const folders = await writeDataset(sampleLines(200, 5).purchases)
    try {
      const one = await readProfile({ ...requestFor(folders), threads: 1 })
      expect(JSON.stringify(await readProfile(requestFor(folders)))).toBe(JSON.stringify(one))
    } finally {
      await folders.remove()
    }
  })
})

describe('findings', () => {
  const many = (count: number, of: (index: number) => Partial<StoredLine>) =>
    Array.from({ length: count }, (_, index) =>
      line({ order_id: `o${index}`, customer_id: `c${index}`, ordered_at: dayTime(index), ...of(index) })
    )
  const dayTime = (index: number) =>
    `${new Date(Date.UTC(2024, 0, 1) + index * 86_400_000).toISOString().slice(0, 10)}T10:00:00`

  it('are none but what is true of a plain shop that sells every day of whole months', async () => {
    // 2024-01-01 to 2024-03-31 are 91 days
    expect(codes(await profileOf(many(91, () => ({ unit_price: '5' }))))).toEqual([])
  })

  it('see a slipped decimal point', async () => {
    const profile = await profileOf(many(91, (index) => ({ unit_price: index === 40 ? '500' : '5' })))
    expect(finding(profile, 'price_jump').evidence).toMatchObject({
      products: 1,
      examples: [{ id: 'p1', median_price: 5, price: 500, ratio: 100, lines: 1 }]
    })
  })

  it('see prices of another currency in one country', async () => {
    const lines = many(91, () => ({})).flatMap((each, day) =>
      Array.from({ length: 12 }, (_, index) => ({
        ...each,
        order_id: `${day}-${index}`,
        country: index < 9 ? 'Germany' : 'Poland',
        unit_price: index < 9 ? '10' : '43'
      }))
    )
    const shift = finding(await profileOf(lines as StoredLine[]), 'price_level_shift')
    expect(shift.severity).toBe('warning')
    expect(shift.sentence).toContain('Prices in Poland are 4.3 times')
  })

  it('see lines that are no products, by word or by lack of digits', async () => {
    const profile = await profileOf([
      ...many(91, () => ({})),
      line({ order_id: 'o1', customer_id: 'c1', product_id: '900', product_name: 'Versandkosten', unit_price: '4' }),
      line({ order_id: 'o2', customer_id: 'c2', product_id: 'ADJ', product_name: 'Correction', unit_price: '6' })
    ])
    expect(finding(profile, 'service_lines').evidence).toMatchObject({ products: 2, lines: 2, revenue: 10 })
  })

  it('see a wholesaler among shoppers', async () => {
    const profile = await profileOf(many(91, (index) => ({ quantity: index === 50 ? '900' : String(1 + (index % 4)) })))
    expect(finding(profile, 'wholesale_customers').evidence).toMatchObject({
      customers: 1,
      examples: [{ customer_id: 'c50', revenue: 900, units_per_order: 900 }]
    })
  })

  it('see repeated lines, cent prices and free lines', async () => {
    const profile = await profileOf([
      ...many(91, () => ({})),
      ...many(10, () => ({})),
      ...many(12, () => ({ product_id: 'p2', unit_price: '0.01' })),
      ...many(11, () => ({ product_id: 'p3', quantity: '0.0001' }))
    ])
    expect(finding(profile, 'repeated_lines').evidence).toMatchObject({ lines: 10, lines_that_are_repeated: 10 })
    expect(finding(profile, 'one_cent_lines').evidence).toMatchObject({ lines: 12 })
    expect(finding(profile, 'zero_revenue_lines').evidence).toMatchObject({ lines: 11 })
  })

  it('see a hole in the days, closed weekdays and an exceptional day', async () => {
    const days = many(182, (index) => ({ unit_price: index === 100 ? '90' : String(5 + (index % 3)) }))
    const open = days.filter((_, index) => index % 7 !== 6 && !(index >= 63 && index < 70))
    const profile = await profileOf(open)
    expect(finding(profile, 'closed_weekdays').evidence).toMatchObject({ weekdays: [7] })
    expect(finding(profile, 'days_without_orders').evidence).toMatchObject({
      // Day 63 is Monday 2024-03-04; Sunday the 3rd and the 10th are closed anyway
      longest: { from: '2024-03-03', to: '2024-03-10', open_days: 6 },
      open_days_without_orders: 6
    })
    expect(finding(profile, 'exceptional_day').evidence).toMatchObject({
      days: 1,
      examples: [{ date: '2024-04-10', revenue: 90, orders: 1 }]
    })
  })

  it('see order ids with several customers, and customers who returned more than they bought', async () => {
    const profile = await profileOf(
      many(91, (index) => (index < 2 ? { order_id: 'same' } : {})),
      [line({ customer_id: 'c5', unit_price: '8' }), line({ customer_id: 'nobody', unit_price: '3' })]
    )
    expect(finding(profile, 'reused_order_ids')).toMatchObject({
      severity: 'warning',
      evidence: { orders: 90, of_several_customers: 1 }
    })
    expect(finding(profile, 'returned_more_than_bought').evidence).toMatchObject({
      more_than_bought: 1,
      excess: 7,
      returns_only: 1,
      returns_only_money: 3
    })
  })
})

describe('the generated sample shop', () => {
  it.each([300, 1500])(
    'gives no alarm but for the wholesalers that are planted, with %i customers',
    async (customers) => {
      const { purchases, returns, planted } = sampleLines(customers, customers)
      const profile = await profileOf(purchases, returns, { reference_date: '2026-06-30T23:59:59Z' })
      expect(codes(profile)).toEqual(['wholesale_customers'])
      expect(profile.findings[0]!.evidence.customers).toBe(planted)
    }
  )
})

function sampleLines(customers: number, seed: number) {
  const sample = generateOrders({ ends_on: '2026-06-30', days: 730, customers }, createRandom(seed, 0))
  const stored = sample.lines.map(
    (each): StoredLine => ({
      customer_id: each.customer_id,
      order_id: each.order_id,
      ordered_at: each.ordered_at,
      quantity: String(Math.abs(each.quantity)),
      unit_price: String(each.unit_price / 100),
      product_id: each.product_id,
      product_name: each.product_name,
      category: each.category,
      discount: String(each.discount / 100)
    })
  )
  const isReturn = (index: number) => sample.lines[index]!.quantity < 0
  return {
    purchases: stored.filter((_, index) => !isReturn(index)),
    returns: stored.filter((_, index) => isReturn(index)),
    planted: sample.customers.filter(({ kind }) => kind === 'wholesale').length
  }
}

const file = sharedFile('online-retail/OnlineRetail.csv.gz')

// Every number below was computed with pandas 1.5.3 and numpy from the file, with the same cleansing.
describe.skipIf(file === undefined)(
  'UCI Online Retail (skipped where the shared data is absent), as pandas 1.5.3 has it',
  () => {
    let profile: DatasetProfile
    let folders: DatasetFolders
    beforeAll(async () => {
      folders = await writeOnlineRetail(file!)
      profile = await readProfile(
        requestFor(folders, { reference_date: '2011-12-09T12:50:00Z', currency: 'GBP', limitations: [] })
      )
    }, 60_000)
    afterAll(() => folders.remove())

    const distribution = (name: string) => profile.distributions.find((each) => each.name === name)!

    test('totals', () => {
      expect(profile.totals).toMatchObject({
        customers: 4338,
        orders: 18532,
        lines: 397884,
        products: 3665,
        countries: 37,
        units: 5167812,
        revenue: 8911407.904
      })
      expect(profile.totals.one_order_share).toBeCloseTo(0.3441678192715537, 12)
      expect(profile.totals.average_days_between_orders).toBeCloseTo(72.65314252763686, 10)
    })

    test.each([
      ['recency_days', 4338, 91.53642231443061, 100.01416863571656, 1.2460475158158468, 0.4305762982496799],
      ['frequency', 4338, 4.272014753342554, 7.697997826095039, 12.067030826322075, 249.05812320006066],
      ['monetary_value', 4338, 2054.2664601198708, 8989.230441338681, 19.324953236820818, 478.0481213244414],
      ['average_order_value', 4338, 419.1662894389969, 1796.5379444645505, 41.68812594906944, 1862.3195219012505],
      ['average_days_between_orders', 2845, 72.65314252763686, 65.55887322546549, 1.9127083685440738, 4.140208043669],
      ['order_value', 18532, 480.8659563997409, 1678.1955794895223, 62.13913102841288, 5690.883351031828],
      ['unit_price', 397884, 3.11648775522514, 22.097876630867948, 204.0327268148416, 58140.39667323356]
    ])('moments of %s', (name, n, mean, deviation, skewness, kurtosis) => {
      const found = distribution(name)
      expect(found.n).toBe(n)
      const figures = [found.mean, found.standard_deviation, found.skewness, found.excess_kurtosis]
      for (const [index, expected] of [mean, deviation, skewness, kurtosis].entries()) {
        expect(figures[index]! / expected).toBeCloseTo(1, 9)
      }
    })

    test.each([
      ['recency_days', [0, 2, 4, 17, 50, 141, 262, 311, 368]],
      ['frequency', [1, 1, 1, 1, 2, 5, 9, 13, 30]],
      ['monetary_value', [52.2, 112.3095, 156.699, 307.415, 674.485, 1661.74, 3646.531, 5841.843, 19880.9957]]
    ])('quantiles of %s', (name, expected) => {
      const found = Object.values(distribution(name).quantiles)
      for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 6)
    })

    test('fences, gaps and correlation', () => {
      expect(distribution('monetary_value').fences).toMatchObject({ below: 0, above: 427 })
      expect(distribution('days_between_orders')).toMatchObject({ n: 14194 })
      expect(distribution('days_between_orders').mean).toBeCloseTo(39.96690914001221, 9)
      const { features, pearson, spearman } = profile.correlation
      const at = (matrix: (number | null)[][], a: string, b: string) =>
        matrix[features.indexOf(a)]![features.indexOf(b)]
      expect(at(pearson, 'frequency', 'monetary_value')).toBeCloseTo(0.5536499501903125, 10)
      expect(at(spearman, 'frequency', 'monetary_value')).toBeCloseTo(0.8074841363938585, 6)
      expect(at(pearson, 'frequency', 'average_days_between_orders')).toBeCloseTo(-0.27512888577167216, 10)
      expect(at(spearman, 'frequency', 'average_days_between_orders')).toBeCloseTo(-0.44451384232915403, 10)
    })

    test('concentration', () => {
      const { customers, products, product_classes } = profile.concentration
      expect(customers.gini).toBeCloseTo(0.7151396179369514, 12)
      expect(customers.for_80_percent.count).toBe(1133)
      const tops = [0.3199885585666037, 0.5037812496479792, 0.6137506574628906, 0.7461713718676614, 0.9216771413093199]
      expect(customers.top.map(({ count }) => count)).toEqual([44, 217, 434, 868, 2169])
      for (const [index, share] of tops.entries()) expect(customers.top[index]!.revenue_share).toBeCloseTo(share, 10)
      expect(products!.gini).toBeCloseTo(0.7534275216185987, 10)
      expect(product_classes.map((each) => each.products)).toEqual([777, 922, 1966])
    })

    test('months, cohorts and the clock', () => {
      expect(profile.months.map(({ orders }) => orders)).toEqual([
        1400, 987, 997, 1321, 1149, 1555, 1393, 1331, 1280, 1755, 1929, 2657, 778
      ])
      expect(profile.months.filter(({ partial }) => partial).map(({ month }) => month)).toEqual(['2011-12'])
      expect(profile.months.at(-2)).toMatchObject({ customers: 1664, revenue: 1161817.38, units: 669051 })
      expect(profile.cohorts.data[0]!.active).toEqual([885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235])
      expect(profile.cohorts.data[1]!.active).toEqual([417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49, null])
      expect(profile.cohorts.data[0]!.revenue[12]).toBe(185803.13)
      expect(profile.new_and_returning.at(-2)!.new).toEqual({ customers: 323, orders: 397, revenue: 136592.12 })
      expect(profile.weekdays.map(({ orders }) => orders)).toEqual([2863, 3184, 3455, 4032, 2829, 0, 2169])
      expect(profile.hours![12]!.orders).toBe(3129)
      expect(profile.weekday_hours![3]![12]).toBe(585)
    })

    test('leading products and countries', () => {
      expect(profile.products.data).toHaveLength(MOST_LEADERS)
      expect(profile.products.data.slice(0, 2)).toMatchObject([
        { id: '23843', revenue: 168469.6, units: 80995, orders: 1, customers: 1, return_rate: 1 },
        { id: '22423', revenue: 142592.95, units: 12402, orders: 1703, customers: 881 }
      ])
      expect(profile.countries!.data.slice(0, 3)).toMatchObject([
        { id: 'United Kingdom', revenue: 7308391.554, orders: 16646, customers: 3920 },
        { id: 'Netherlands', revenue: 285446.34, orders: 94, customers: 9 },
        { id: 'EIRE', revenue: 265545.9, orders: 260, customers: 3 }
      ])
    })

    test('findings', () => {
      expect(codes(profile)).toEqual([
        'price_jump',
        'service_lines',
        'wholesale_customers',
        'returned_more_than_bought',
        'repeated_lines',
        'days_without_orders',
        'exceptional_day',
        'partial_month',
        'closed_weekdays',
        'dominant_country'
      ])
      expect(finding(profile, 'repeated_lines').evidence.lines).toBe(5192)
      expect(() => ProfileAnswer.parse(profile)).not.toThrow()
    })
  }
)
