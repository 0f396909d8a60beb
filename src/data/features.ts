import { join } from 'node:path'
import { type CustomerTotals, shareOf, singleFeatures, TOTALS } from '../domain/features/customer-totals.ts'
import type { ProductGroups } from '../domain/features/product-groups.ts'
import type { FeatureColumns } from '../domain/records/model.ts'
import { PREFERENCE_PREFIX } from '../domain/vocabulary.ts'
import { Problem } from '../errors.ts'
import { type Columns, readColumns } from './columns.ts'
import { DuckDb } from './duckdb.ts'
import { findProductGroups } from './product-groups.ts'
import { sqlFile } from './sql.ts'

export interface FeatureRequest {
  /** Holds orders.parquet and returns.parquet. */
  datasetFolder: string
  /** RFC 3339 instant that "now" means; later lines do not count. */
  referenceDate: string
  /** Lines from so many 24-hour days before the reference count; null counts all. */
  windowDays: number | null
  /** IANA name: where a weekend begins. */
  timezone: string
  /** Whether to add one preference_<slug> column per product group. */
  preferences: boolean
  memoryBytes: number
  /** Existing folder for what does not fit into memory. */
  spillFolder: string
  threads: number
}

export interface FeatureHooks {
  /** Is handed the database while queries run, so that a caller can interrupt them, then null. */
  onDuckDb?(db: DuckDb | null): void
  /** Is called every few milliseconds of computing outside the database; throws to stop. */
  poll?(): void
}

export interface CustomerFeatures {
  /** Ascending by code point. */
  customerIds: string[]
  /** Every single feature in the catalogue's order, then the preferences. NaN where absent. */
  features: FeatureColumns
  /** Money spent by each customer: monetary_value. */
  revenue: Float64Array
  /** What category_breadth and the preferences speak of; null when the data shows neither categories nor groups. */
  preferences: ProductGroups | null
}

/**
 * The features of every customer with a purchase in the window, by the definitions of vocabulary.ts.
 *
 * DuckDB counts, out of core where the data is larger than `memoryBytes`; the counts become features in
 * domain/features/customer-totals.ts. The same data gives the same bits, whatever `threads` is.
 *
 * @throws Problem invalid_reference_date when nobody bought anything in the window; training_too_large
 */
export const readCustomerFeatures = (request: FeatureRequest, hooks: FeatureHooks = {}): Promise<CustomerFeatures> =>
  withFeatureDb(request, hooks, async (db) => {
    const { reference, groups } = await countTotals(db, request)
    const totals = await readColumns(db, sqlFile('features/customer_totals'))
    if (totals.rows === 0) throw nobodyBought()
    return {
      customerIds: totals.text('customer_id'),
      features: deriveFeatures(totals, reference, groups, request.preferences, hooks.poll),
      revenue: totals.numbers('spend'),
      preferences: groups
    }
  })

/** Opens a database for the queries of a request and closes it after `work`, whose errors become what the trainer can act on. */
export async function withFeatureDb<Result>(
  request: FeatureRequest,
  hooks: FeatureHooks,
  work: (db: DuckDb) => Promise<Result>
): Promise<Result> {
  const db = await DuckDb.open({
    folders: [request.datasetFolder, request.spillFolder],
    spillFolder: request.spillFolder,
    memoryBytes: request.memoryBytes,
    threads: request.threads,
    anyOrder: true
  })
  hooks.onDuckDb?.(db)
  try {
    return await work(db)
  } catch (error) {
    throw explain(error)
  } finally {
    hooks.onDuckDb?.(null)
    db.close()
  }
}

/**
 * Counts everything that customer_totals.sql joins.
 *
 * @returns the reference in microseconds since 1970 UTC, and what the preferences speak of
 */
export async function countTotals(
  db: DuckDb,
  request: FeatureRequest
): Promise<{ reference: number; groups: ProductGroups | null }> {
  const reference = await observe(db, request)
  await db.run(sqlFile('features/purchases'))
  await db.run(sqlFile('features/returned_lines'))
  await db.run(sqlFile('features/orders'))
  await db.run(sqlFile('features/customer_products'))
  const groups = await findProductGroups(db)
  await db.run(sqlFile('features/order_totals'))
  return { reference, groups }
}

export const nobodyBought = (): Problem =>
  new Problem(
    'invalid_reference_date',
    'No order lies in the period that the reference date and the window span: choose a later reference date or a wider window.'
  )

/** Sets what the queries read as variables. @returns the reference in microseconds since 1970 UTC */
async function observe(db: DuckDb, request: FeatureRequest): Promise<number> {
  const set = (name: string, expression: string, value: string | number) =>
    db.run(`set variable ${name} = ${expression}`, { value })

  await set('orders_file', '$value', join(request.datasetFolder, 'orders.parquet'))
  await set('returns_file', '$value', join(request.datasetFolder, 'returns.parquet'))
  await set('timezone', '$value', request.timezone)
  await set('reference', "timezone('UTC', $value::timestamptz)", request.referenceDate)
  if (request.windowDays === null) await set('window_start', '$value::timestamp', '-infinity')
  else await set('window_start', "getvariable('reference') - to_days($value::integer)", request.windowDays)

  const answer = await readColumns(db, "select epoch_us(getvariable('reference'))::double as reference")
  return answer.numbers('reference')[0]!
}

/** Names of the columns of deriveFeatures. */
export const featureNames = (groups: ProductGroups | null, preferences: boolean): string[] => [
  ...singleFeatures.map(({ name }) => name),
  ...sharesOf(groups, preferences).map(({ slug }) => PREFERENCE_PREFIX + slug)
]

const sharesOf = (groups: ProductGroups | null, preferences: boolean) => (preferences ? (groups?.groups ?? []) : [])

/** Customers between two polls: a few milliseconds. */
const CUSTOMERS_BETWEEN_POLLS = 2 ** 14

/**
 * What was counted of some customers as their features, in the order of `featureNames`.
 *
 * @param poll throws to stop
 */
export function deriveFeatures(
  counted: Columns,
  reference: number,
  groups: ProductGroups | null,
  preferences: boolean,
  poll: () => void = () => {}
): FeatureColumns {
  const n = counted.rows
  const sources = TOTALS.map((name) => counted.numbers(name))
  const columns = singleFeatures.map(() => new Float64Array(n))
  const totals = {} as CustomerTotals
  for (let row = 0; row < n; row++) {
    if (row % CUSTOMERS_BETWEEN_POLLS === 0) poll()
    for (let t = 0; t < sources.length; t++) totals[TOTALS[t]!] = sources[t]![row]!
    if (groups === null) totals.categories = Number.NaN
    for (let f = 0; f < columns.length; f++) columns[f]![row] = singleFeatures[f]!.of(totals, reference)
  }

  const shares = sharesOf(groups, preferences)
  const spend = counted.numbers('spend')
  return {
    names: featureNames(groups, preferences),
    columns: [
      ...columns,
      ...shares.map((_, group) =>
        counted.numbers(`spend_${group}`).map((part, row) => (Number.isNaN(part) ? 0 : shareOf(part, spend[row]!)))
      )
    ],
    n
  }
}

/** What the trainer can act on; an interruption stays what it is. */
function explain(error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/^Out of Memory Error/.test(message)) {
    return new Problem('training_too_large', 'Computing the features needs more memory than a training may use.', {
      cause: error
    })
  }
  if (/^(IO|Invalid Input|Invalid|Serialization) Error/.test(message)) {
    return new Problem('dataset_corrupt', 'The stored order lines cannot be read: upload the file again.', {
      cause: error
    })
  }
  return error
}
