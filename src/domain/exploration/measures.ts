import { type CustomerTotals, singleFeatures } from '../features/customer-totals.ts'
import type { Distribution, Unit } from '../records/profile.ts'
import { FEATURES } from '../vocabulary.ts'
import { correlate } from './correlation.ts'
import type { CustomerColumns, ProfileCounts } from './counts.ts'
import { describeDistribution } from './distribution.ts'
import { countValues, type ValueCounts } from './value-counts.ts'

/** The features that follow from the orders of a customer alone; discount_share only where the data has discounts. */
const TOLD = [
  'recency_days',
  'frequency',
  'monetary_value',
  'average_order_value',
  'average_basket_size',
  'tenure_days',
  'average_days_between_orders',
  'return_rate',
  'weekend_share',
  'discount_share'
] as const

interface Column {
  name: string
  values: Float64Array
}

/** The features of every customer, by the very formulas that models are trained on. */
export function customerFeatures(columns: CustomerColumns, reference: number, hasDiscounts: boolean): Column[] {
  const n = columns.orders.length
  const names = Object.keys(columns) as (keyof CustomerColumns)[]
  const told = TOLD.filter((name) => name !== 'discount_share' || hasDiscounts).map((name) => ({
    name,
    of: singleFeatures.find((feature) => feature.name === name)!.of,
    values: new Float64Array(n)
  }))
  const totals = { products: Number.NaN, categories: Number.NaN } as CustomerTotals
  for (let row = 0; row < n; row++) {
    for (const name of names) totals[name] = columns[name][row]!
    for (const { of, values } of told) values[row] = of(totals, reference)
  }
  return told
}

/** Distributions of the customers' features, then of orders, lines and gaps; and how the features go together. */
export function describeMeasures(counts: ProfileCounts): {
  distributions: Distribution[]
  correlation: { features: string[]; pearson: (number | null)[][]; spearman: (number | null)[][] }
} {
  const features = customerFeatures(counts.customers, counts.reference, counts.totals.discount > 0)
  const ofCustomers = features.map(({ name, values }) => {
    const { unit, description } = FEATURES.find((feature) => feature.name === name)!
    return distribution({ name, unit: unit as Unit, of: 'customers', description }, countValues(values), values.length)
  })
  return {
    distributions: [...ofCustomers, ...otherDistributions(counts)].filter((each) => each !== null),
    correlation: { features: features.map(({ name }) => name), ...correlate(features.map(({ values }) => values)) }
  }
}

function otherDistributions({ values, totals }: ProfileCounts): (Distribution | null)[] {
  const order = (name: string, unit: Unit, description: string, data: ValueCounts) =>
    distribution({ name, unit, of: 'orders', description }, data, totals.orders)
  const line = (name: string, unit: Unit, description: string, data: ValueCounts) =>
    distribution({ name, unit, of: 'order_lines', description }, data, totals.lines)
  return [
    order('order_value', 'money', 'Revenue of an order.', values.order_revenue),
    order('units_per_order', 'units', 'Units of an order.', values.order_units),
    order('lines_per_order', 'lines', 'Lines of an order.', values.order_lines),
    line('quantity', 'units', 'Units of a line.', values.line_quantities),
    line('unit_price', 'money', 'Price of one unit, counted line by line.', values.unit_prices),
    distribution(
      {
        name: 'days_between_orders',
        unit: 'days',
        of: 'pairs_of_orders',
        description: 'Days from one order of a customer to the next, in parts of a day too.'
      },
      values.gaps,
      totals.orders - totals.customers
    )
  ]
}

function distribution(
  about: Pick<Distribution, 'name' | 'unit' | 'of' | 'description'>,
  data: ValueCounts,
  all: number
): Distribution | null {
  const figures = describeDistribution(data)
  return figures === null ? null : { ...about, missing: all - figures.n, ...figures }
}
