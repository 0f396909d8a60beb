/** Equal-width bins, on the values themselves or on ln(1 + value). */
export interface Histogram {
  /** One more than the bins; each bin holds its lower edge, the last one both. */
  edges: number[]
  counts: number[]
}

export const QUANTILE_SHARES = {
  p01: 0.01,
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99
} as const
export type QuantileName = keyof typeof QUANTILE_SHARES

/** How one number is spread; the formulas are in PROFILE_METHODS. */
export interface DistributionFigures {
  n: number
  mean: number
  standard_deviation: number | null
  min: number
  max: number
  quantiles: Record<QuantileName, number>
  skewness: number | null
  excess_kurtosis: number | null
  /** Values further than 1.5 inter-quartile ranges from the quartiles. */
  fences: { low: number; high: number; below: number; above: number; share_beyond: number }
  histogram: Histogram
  /** Null where the linear one shows enough. */
  log_histogram: Histogram | null
}

export type Unit = 'days' | 'orders' | 'money' | 'units' | 'lines' | 'share'

export interface Distribution extends DistributionFigures {
  name: string
  unit: Unit
  /** What is counted: n of these have a value. */
  of: 'customers' | 'orders' | 'order_lines' | 'pairs_of_orders'
  description: string
  /** How many have no value. */
  missing: number
}

export interface Takings {
  orders: number
  customers: number
  units: number
  revenue: number
}

export interface ProfileMonth extends Takings {
  /** YYYY-MM. */
  month: string
  /** The data covers only part of it. */
  partial: boolean
}

/** A product, category or country. */
export interface Leader extends Takings {
  id: string
  /** Most frequent description; only of products. */
  name: string | null
  /** Of all revenue. */
  share: number
  /** Money sent back as a share of the revenue. */
  return_rate: number | null
}

export interface Leaders {
  /** How many there are at all. */
  total: number
  /** The one with the most revenue first. */
  data: Leader[]
}

export interface Concentration {
  n: number
  /** 0 when all have the same, towards 1 when one has all. */
  gini: number | null
  /** Share of the revenue of the poorest 0, 1, … 100 %. */
  lorenz: number[]
  top: { share: number; count: number; revenue: number; revenue_share: number }[]
  /** The fewest that together make four fifths of the revenue. */
  for_80_percent: { count: number; share: number }
}

export interface ProductClass {
  class: 'A' | 'B' | 'C'
  products: number
  share: number
  revenue: number
  revenue_share: number
}

/** The customers whose first order lies in one month. */
export interface Cohort {
  /** YYYY-MM. */
  month: string
  /** The data covers only part of that month, so these are not all of its customers. */
  partial: boolean
  customers: number
  /** Customers with an order, by months since that of the first order, 0 first; null where the data has not come so far. */
  active: (number | null)[]
  /** `active` as a share of `customers`. */
  retention: (number | null)[]
  revenue: (number | null)[]
}

export interface Cohorts {
  /** Where the data ends; the last number of every row falls into this month. */
  last_month: string
  last_month_partial: boolean
  /** Oldest first; months in which nobody ordered for the first time are absent. */
  data: Cohort[]
}

export interface Finding {
  code: string
  severity: 'info' | 'notice' | 'warning'
  sentence: string
  evidence: Record<string, unknown>
}

/** What a profile is of. */
export interface ProfileSubject {
  dataset_id: string
  reference_date: string
  currency: string | null
  timezone: string
  period: { from: string; to: string }
  /** Those of the dataset, which hold for its profile too. */
  limitations: string[]
}

/** What is in a dataset, before any model. Money is in its currency, times are those of its time zone. */
export interface DatasetProfile {
  dataset_id: string
  reference_date: string
  currency: string | null
  timezone: string
  period: { from: string; to: string }
  totals: {
    customers: number
    orders: number
    lines: number
    products: number
    categories: number
    countries: number
    units: number
    revenue: number
    net_revenue: number
    returns: { lines: number; customers: number; revenue: number; rate: number | null }
    average_order_value: number
    orders_per_customer: number
    one_order_share: number
    average_days_between_orders: number | null
  }
  months: ProfileMonth[]
  /** 1 is Monday, 7 is Sunday. */
  weekdays: (Takings & { weekday: number })[]
  /** Null where the dates have no time of day. */
  hours: (Takings & { hour: number })[] | null
  /** Orders by weekday (Monday first) and hour; null as hours. */
  weekday_hours: number[][] | null
  products: Leaders
  categories: Leaders | null
  countries: Leaders | null
  distributions: Distribution[]
  correlation: { features: string[]; pearson: (number | null)[][]; spearman: (number | null)[][] }
  concentration: { customers: Concentration; products: Concentration | null; product_classes: ProductClass[] }
  cohorts: Cohorts
  new_and_returning: { month: string; partial: boolean; new: Bought; returning: Bought }[]
  findings: Finding[]
  /** How each figure is made, by the name of the figure. */
  methods: Record<string, string>
  limitations: string[]
}

export type Bought = Omit<Takings, 'units'>
