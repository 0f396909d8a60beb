import { z } from 'zod'
import {
  type Cohorts,
  type Concentration,
  type DatasetProfile,
  type Distribution,
  type Finding,
  type Leaders,
  QUANTILE_SHARES,
  type QuantileName
} from '../../domain/records/profile.ts'
import { CLEANSING_RULES } from '../../domain/vocabulary.ts'
import type { QualityDescription } from '../../flows/messages/orders.ts'
import { Limitations, Share } from './common.ts'
import { QualityAnswer } from './datasets.ts'
import { Id, Instant } from './text.ts'

const count = z.int().min(0)
const money = z.number().meta({ description: "In the dataset's currency." })
const month = z.string().meta({ description: 'YYYY-MM.' })
const partial = z.boolean().meta({ description: 'The data covers only part of this month.' })
const bought = { orders: count, customers: count, revenue: money }
const takings = { ...bought, units: z.number() }

const LeadersAnswer = z.object({
  total: count.meta({ description: 'How many there are at all.' }),
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable().meta({ description: 'Most frequent description; only of products.' }),
      ...takings,
      share: Share.meta({ description: 'Of all revenue.' }),
      return_rate: z.number().nullable()
    })
  )
}) satisfies z.ZodType<Leaders>

const Histogram = z.object({ edges: z.array(z.number()), counts: z.array(count) })

const quantiles = Object.fromEntries(Object.keys(QUANTILE_SHARES).map((name) => [name, z.number()])) as {
  [Name in QuantileName]: z.ZodNumber
}

const DistributionAnswer = z
  .object({
    name: z.string(),
    unit: z.enum(['days', 'orders', 'money', 'units', 'lines', 'share']),
    of: z.enum(['customers', 'orders', 'order_lines', 'pairs_of_orders']),
    description: z.string(),
    missing: count.meta({ description: 'How many have no value.' }),
    n: count,
    mean: z.number(),
    standard_deviation: z.number().nullable(),
    min: z.number(),
    max: z.number(),
    quantiles: z.object(quantiles),
    skewness: z.number().nullable(),
    excess_kurtosis: z.number().nullable(),
    fences: z.object({ low: z.number(), high: z.number(), below: count, above: count, share_beyond: Share }),
    histogram: Histogram,
    log_histogram: Histogram.nullable()
  })
  .meta({ id: 'Distribution' }) satisfies z.ZodType<Distribution>

const Coefficients = z.array(z.array(z.number().min(-1).max(1).nullable()))

const ConcentrationAnswer = z
  .object({
    n: count,
    gini: z.number().nullable(),
    lorenz: z.array(z.number()).meta({ description: 'Share of the revenue of the poorest 0, 1, … 100 %.' }),
    top: z.array(z.object({ share: Share, count, revenue: money, revenue_share: Share })),
    for_80_percent: z
      .object({ count, share: Share })
      .meta({ description: 'The fewest that together make four fifths of the revenue.' })
  })
  .meta({ id: 'Concentration' }) satisfies z.ZodType<Concentration>

const byAge = (item: z.ZodType<number>) => z.array(item.nullable())
const CohortsAnswer = z
  .object({
    last_month: month,
    last_month_partial: partial,
    data: z.array(
      z.object({
        month,
        partial,
        customers: count,
        active: byAge(count),
        retention: byAge(Share),
        revenue: byAge(money)
      })
    )
  })
  .meta({
    id: 'Cohorts',
    description:
      'Customers by the month of their first order; the lists go by months since then, and null lies after the end of the data.'
  }) satisfies z.ZodType<Cohorts>

const FindingAnswer = z
  .object({
    code: z.string().meta({ description: 'Stable word for programs.' }),
    severity: z.enum(['info', 'notice', 'warning']),
    sentence: z.string(),
    evidence: z.record(z.string(), z.unknown()).meta({ description: 'The rule, and the numbers behind the sentence.' })
  })
  .meta({ id: 'Finding' }) satisfies z.ZodType<Finding>

export const ProfileAnswer = z
  .object({
    dataset_id: Id,
    reference_date: Instant,
    currency: z.string().nullable(),
    timezone: z.string(),
    period: z.object({ from: Instant, to: Instant }),
    totals: z.object({
      customers: count,
      orders: count,
      lines: count,
      products: count,
      categories: count,
      countries: count,
      units: z.number(),
      revenue: money,
      net_revenue: money,
      returns: z.object({ lines: count, customers: count, revenue: money, rate: z.number().nullable() }),
      average_order_value: money,
      orders_per_customer: z.number(),
      one_order_share: Share,
      average_days_between_orders: z.number().nullable()
    }),
    months: z.array(z.object({ month, partial, ...takings })),
    weekdays: z.array(z.object({ weekday: z.int().min(1).max(7), ...takings })).length(7),
    hours: z
      .array(z.object({ hour: z.int().min(0).max(23), ...takings }))
      .length(24)
      .nullable()
      .meta({ description: 'null where the file has dates without times.' }),
    weekday_hours: z
      .array(z.array(count).length(24))
      .length(7)
      .nullable()
      .meta({ description: 'Orders by weekday, Monday first, and hour.' }),
    products: LeadersAnswer,
    categories: LeadersAnswer.nullable(),
    countries: LeadersAnswer.nullable(),
    distributions: z.array(DistributionAnswer),
    correlation: z.object({ features: z.array(z.string()), pearson: Coefficients, spearman: Coefficients }),
    concentration: z.object({
      customers: ConcentrationAnswer,
      products: ConcentrationAnswer.nullable(),
      product_classes: z.array(
        z.object({
          class: z.enum(['A', 'B', 'C']),
          products: count,
          share: Share,
          revenue: money,
          revenue_share: Share
        })
      )
    }),
    cohorts: CohortsAnswer,
    new_and_returning: z.array(z.object({ month, partial, new: z.object(bought), returning: z.object(bought) })),
    findings: z.array(FindingAnswer),
    methods: z.record(z.string(), z.string()).meta({ description: 'How each figure is made.' }),
    limitations: Limitations
  })
  .meta({ id: 'DatasetProfile' }) satisfies z.ZodType<DatasetProfile>

export const ProfileQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 200')
    .transform(Number)
    .refine((value) => value >= 1 && value <= 200, 'must be a whole number from 1 to 200')
    .prefault('20')
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: 200,
      default: 20,
      description: 'Most products, categories and countries in the answer.'
    })
})

const nullableCount = count.nullable()
const [ruleReport] = [QualityAnswer.shape.rules.element]

export const DatasetQualityAnswer = z
  .object({
    ...QualityAnswer.shape,
    dataset_id: Id,
    currency: z.string().nullable(),
    rejected: z.object({
      rows: count,
      share: Share,
      revenue: money,
      customers: nullableCount,
      lost_customers: nullableCount.meta({ description: 'Customers of whom no row was kept.' })
    }),
    rules: z
      .array(
        z.object({
          ...ruleReport.shape,
          customers: nullableCount.meta({
            description: 'Different customers in its rows; null where the file has no such column.'
          }),
          orders: nullableCount,
          meaning: z.string().meta({ description: 'What the rule is, and what can be done.' }),
          download: z.string().meta({ description: 'Address of its rows as CSV.' })
        })
      )
      .meta({ description: 'Each rejected row counts once, under the first rule it breaks.' })
  })
  .meta({ id: 'DatasetQuality' }) satisfies z.ZodType<QualityDescription>

export const RejectedQuery = z.strictObject({
  rule: z.enum(CLEANSING_RULES).exactOptional().meta({ description: 'Only the rows under this rule.' }),
  raw: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .prefault('false')
    .meta({
      description:
        'true: cells as they came. Otherwise a text cell that a spreadsheet would take for a formula gets a leading apostrophe; numbers never do.'
    })
})
