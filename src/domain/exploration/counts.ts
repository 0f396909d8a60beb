import type { ValueCounts } from './value-counts.ts'

// What is counted over the lines of a dataset; everything else in a profile follows from it. Money is in the dataset's
// currency; months are counted from year 0, days from 1970-01-01, both by the shop's clock. NaN stands for unknown.

export interface TotalCounts {
  customers: number
  one_order_customers: number
  orders: number
  lines: number
  units: number
  revenue: number
  discount: number
  countries: number
  products: number
  categories: number
  returned_lines: number
  returning_customers: number
  returned: number
  net_revenue: number
  /** No order has a time of day. */
  dates_only: boolean
}

export interface MonthCounts {
  month: number
  orders: number
  customers: number
  units: number
  revenue: number
  new_orders: number
  new_customers: number
  new_revenue: number
  returning_revenue: number
}

/** By weekday, by hour, or by both: what it is not counted by is null. */
export interface ClockCounts {
  weekday: number | null
  hour: number | null
  orders: number
  customers: number
  units: number
  revenue: number
}

export interface DayCounts {
  day: number
  orders: number
  revenue: number
}

export interface LeaderCounts {
  id: string
  name: string | null
  revenue: number
  units: number
  orders: number
  customers: number
  returned: number
}

export interface CohortCounts {
  cohort: number
  age: number
  customers: number
  orders: number
  revenue: number
}

/** One value per customer, all in one order. */
export interface CustomerColumns {
  orders: Float64Array
  weekend_orders: Float64Array
  first_order: Float64Array
  last_order: Float64Array
  spend: Float64Array
  units: Float64Array
  discount: Float64Array
  returned: Float64Array
}

export interface PriceJump {
  id: string
  name: string | null
  median_price: number
  price: number
  ratio: number
  lines: number
  /** Of all products with a jump, listed or not. */
  products: number
}

export interface PriceLevel {
  month: string | null
  country: string | null
  lines: number
  /** Mean logarithm of price over the product's median price. */
  distance: number
}

export interface ServiceLine {
  id: string
  name: string | null
  lines: number
  revenue: number
  /** Of all that were found, listed or not. */
  all_lines: number
  all_revenue: number
  products: number
}

export interface LargeCustomer {
  customer_id: string
  revenue: number
  orders: number
  units_per_order: number
  /** Of all that were found, listed or not. */
  all_revenue: number
  customers: number
}

export interface OddityCounts {
  price_jumps: PriceJump[]
  price_levels: PriceLevel[]
  cheap: { cent_lines: number; free_lines: number }
  repeated: { repeats: number; repeated: number }
  reused: {
    orders: number
    of_several_customers: number
    over_several_days: number
    example_customers: string | null
    example_days: string | null
  }
  services: ServiceLine[]
  returners: { more_than_bought: number; excess: number; returns_only: number; returns_only_money: number }
  large_customers: LargeCustomer[]
}

export interface ProfileCounts {
  /** The instant that "now" means, microseconds since 1970 UTC. */
  reference: number
  totals: TotalCounts
  months: MonthCounts[]
  clock: ClockCounts[]
  days: DayCounts[]
  products: LeaderCounts[]
  categories: LeaderCounts[]
  countries: LeaderCounts[]
  customers: CustomerColumns
  cohorts: CohortCounts[]
  values: {
    order_revenue: ValueCounts
    order_units: ValueCounts
    order_lines: ValueCounts
    line_quantities: ValueCounts
    unit_prices: ValueCounts
    gaps: ValueCounts
    product_revenue: ValueCounts
  }
  oddities: OddityCounts
}
