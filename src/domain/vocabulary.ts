// Every name the service speaks: one word for one thing on the wire, in SQL columns, in CSV headers and in docs.

/** What an order line is made of, after its columns were found. */
export const ORDER_FIELDS = [
  'order_id',
  'product_id',
  'product_name',
  'quantity',
  'unit_price',
  'line_total',
  'ordered_at',
  'ordered_time',
  'customer_id',
  'country',
  'category',
  'discount',
  'cost',
  'coupon',
  'channel',
  'currency',
  'status',
  'cancelled_at'
] as const
export type OrderField = (typeof ORDER_FIELDS)[number]

/**
 * How a column was found: named by the caller; by its own name or the header of a known export; by a usual name; by what
 * stands in it; not at all, so that something stands in for it.
 */
export const COLUMN_CONFIDENCES = ['given', 'exact', 'alias', 'content', 'assumed'] as const
export type ColumnConfidence = (typeof COLUMN_CONFIDENCES)[number]

/** The cleansing rules in the order in which they are applied; a rejected row counts under the first it breaks. */
export const CLEANSING_RULES = [
  'malformed_row',
  'not_an_order_line',
  'missing_customer_id',
  'missing_order_id',
  'invalid_date',
  'invalid_quantity',
  'invalid_price',
  'cancelled_order',
  'non_positive_quantity',
  'non_positive_price',
  'order_id_mismatch',
  'product_id_mismatch',
  'duplicate_row',
  'outside_country',
  'outside_period'
] as const
export type CleansingRule = (typeof CLEANSING_RULES)[number]

export interface FeatureDefinition {
  name: string
  unit: 'days' | 'orders' | 'money' | 'units' | 'products' | 'categories' | 'share'
  description: string
  /** Part of a model whose request names no features. */
  default: boolean
  /** One name that stands for several columns, `preference_<group>` each. */
  family: boolean
}

const feature = (
  name: string,
  unit: FeatureDefinition['unit'],
  description: string,
  flags: { default?: boolean; family?: boolean } = {}
): FeatureDefinition => ({ name, unit, description, default: flags.default ?? false, family: flags.family ?? false })

/** The catalogue of customer features, in the order in which features.parquet and members.parquet hold them. */
export const FEATURES = [
  feature('recency_days', 'days', 'Whole 24-hour days elapsed from the last order to the reference date.', {
    default: true
  }),
  feature('frequency', 'orders', 'Number of distinct orders.', { default: true }),
  feature('monetary_value', 'money', 'Sum of revenue over all orders, returns not deducted.', { default: true }),
  feature('average_order_value', 'money', 'Revenue per order.'),
  feature('tenure_days', 'days', 'Whole 24-hour days elapsed from the first order to the reference date.'),
  feature(
    'average_days_between_orders',
    'days',
    'Days from the first to the last order divided by the orders after the first; absent with a single order.'
  ),
  feature('average_basket_size', 'units', 'Units per order.'),
  feature('distinct_products', 'products', 'Number of different products bought.'),
  feature(
    'category_breadth',
    'categories',
    'Number of different categories bought from; product groups found from co-purchase where the data has no category.'
  ),
  feature(
    'return_rate',
    'share',
    'Money of cancelled and returned lines as a share of the money purchased, at most 1.'
  ),
  feature('discount_share', 'share', 'Discounts as a share of the undiscounted value; 0 where the data has none.'),
  feature('weekend_share', 'share', "Share of orders placed on Saturday or Sunday in the dataset's timezone."),
  feature(
    'product_preferences',
    'share',
    'Share of spend in each of the leading categories, or product groups found from co-purchase: one column preference_<group> each.',
    { family: true }
  )
] as const satisfies readonly FeatureDefinition[]

/** Features with one column each, present for every model. */
export const SINGLE_FEATURES: readonly string[] = FEATURES.filter((entry) => !entry.family).map((entry) => entry.name)
export const DEFAULT_FEATURES: readonly string[] = FEATURES.filter((entry) => entry.default).map((entry) => entry.name)
export const PREFERENCE_FAMILY = 'product_preferences'
export const PREFERENCE_PREFIX = 'preference_'

const KNOWN_FEATURES = new Set<string>(FEATURES.map(({ name }) => name))

/** Whether models can have a feature of this name. */
export const isFeatureName = (name: string): boolean => KNOWN_FEATURES.has(name) || name.startsWith(PREFERENCE_PREFIX)

export const TRANSFORMS = ['auto', 'log1p', 'yeo_johnson', 'none'] as const
export type Transform = (typeof TRANSFORMS)[number]

export const SCALES = ['standard', 'robust', 'min_max', 'none'] as const
export type Scale = (typeof SCALES)[number]

/** Hennig's reading of a Jaccard similarity under resampling: from 0.85, from 0.75, from 0.60, below. */
export const STABILITY_BANDS = ['highly_stable', 'stable', 'pattern', 'dissolved'] as const
export type StabilityBand = (typeof STABILITY_BANDS)[number]

export const OUTLIER_POLICIES = ['keep', 'winsorise', 'separate', 'exclude'] as const
export type OutlierPolicy = (typeof OUTLIER_POLICIES)[number]

/** `auto` is exact while the customers fit into the memory a training may take, else on a coreset. */
export const TRAINING_METHODS = ['auto', 'exact', 'coreset'] as const
export type TrainingMethod = (typeof TRAINING_METHODS)[number]

export const DISTANCES = ['euclidean', 'manhattan', 'cosine'] as const
export type Distance = (typeof DISTANCES)[number]

export const VOCABULARIES = ['auto', 'retain_reengage_nurture_reward', 'six_step', 'spend_and_frequency'] as const
export type VocabularyName = (typeof VOCABULARIES)[number]

export const SCOPES = ['read', 'assign', 'write', 'export', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Forms in which files of customers are read and their assignments written. */
export const ASSIGN_FORMATS = ['csv', 'arrow'] as const
/** What becomes of a file in which some customers cannot be assigned. */
export const ASSIGN_ON_ERROR = ['fail', 'report'] as const
export type AssignOnError = (typeof ASSIGN_ON_ERROR)[number]
export type AssignFormat = (typeof ASSIGN_FORMATS)[number]

export const JOB_KINDS = ['ingest', 'fetch', 'train', 'assign', 'profile'] as const
export type JobKind = (typeof JOB_KINDS)[number]

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]
