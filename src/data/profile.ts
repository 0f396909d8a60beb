import { join } from 'node:path'
import type { DuckDBValue } from '@duckdb/node-api'
import { firstCohort } from '../domain/exploration/cohorts.ts'
import type { CustomerColumns, MonthCounts, OddityCounts, ProfileCounts } from '../domain/exploration/counts.ts'
import { wholesaleLimits } from '../domain/exploration/findings/customers.ts'
import {
  CENT,
  CODES_WITH_DIGITS,
  LEAST_PRICED_LINES,
  PRICE_JUMP_RATIO,
  SERVICE_WORDS
} from '../domain/exploration/findings/prices.ts'
import { composeProfile } from '../domain/exploration/profile.ts'
import type { ValueCounts } from '../domain/exploration/value-counts.ts'
import type { DatasetProfile, ProfileSubject } from '../domain/records/profile.ts'
import { Problem } from '../errors.ts'
import { readColumns } from './columns.ts'
import { DuckDb } from './duckdb.ts'
import { type SqlFile, sqlFile } from './sql.ts'

/** Leading products, categories and countries that are kept; a caller sees as many of them as asked for. */
export const MOST_LEADERS = 200
/** Examples that a finding shows. */
const MOST_EXAMPLES = 5

export interface ProfileRequest {
  /** Holds orders.parquet and returns.parquet. */
  datasetFolder: string
  /** Existing folder for what does not fit into memory. */
  spillFolder: string
  subject: ProfileSubject
  memoryBytes: number
  threads: number
}

/**
 * The exploratory analysis of a dataset: DuckDB counts, out of core where the data is larger than `memoryBytes`;
 * domain/exploration makes the profile of the counts. The same data gives the same profile, whatever `threads` is.
 *
 * @param hooks.onDuckDb is handed the database while queries run, so that a caller can interrupt them, then null
 * @throws Problem profile_too_large, dataset_corrupt
 */
export async function readProfile(
  request: ProfileRequest,
  hooks: { onDuckDb?(db: DuckDb | null): void; onShare?(share: number): void } = {}
): Promise<DatasetProfile> {
  const { datasetFolder, spillFolder, memoryBytes, threads } = request
  const db = await DuckDb.open({
    folders: [datasetFolder, spillFolder],
    spillFolder,
    memoryBytes,
    threads,
    anyOrder: true
  })
  hooks.onDuckDb?.(db)
  try {
    return composeProfile(request.subject, await countAll(db, request, hooks.onShare ?? (() => {})))
  } catch (error) {
    throw explain(error)
  } finally {
    hooks.onDuckDb?.(null)
    db.close()
  }
}

async function countAll(db: DuckDb, request: ProfileRequest, onShare: (share: number) => void): Promise<ProfileCounts> {
  const reference = await observe(db, request)
  for (const file of ['lines', 'returned', 'placed', 'customers'] as const) await db.run(sqlFile(`profile/${file}`))
  onShare(0.4)
  for (const file of ['offers', 'products'] as const) await db.run(sqlFile(`profile/${file}`))
  onShare(0.6)

  const [totals] = await rows<ProfileCounts['totals']>(db, 'profile/totals')
  const months = await rows<MonthCounts>(db, 'profile/months')
  const first = firstCohort({ firstMonth: months[0]!.month, lastMonth: months.at(-1)!.month })
  const customers = await customerColumns(db)
  const most = { most: MOST_LEADERS }
  const orders = (measure: string) => valueCounts(db, 'profile/order_values', { measure })
  const counts: Omit<ProfileCounts, 'oddities'> = {
    reference,
    totals: totals!,
    months,
    clock: await rows(db, 'profile/clock'),
    days: await rows(db, 'profile/days'),
    products: await rows(db, 'profile/leading', { by: 'product', ...most }),
    categories: totals!.categories > 0 ? await rows(db, 'profile/leading', { by: 'category', ...most }) : [],
    countries: await rows(db, 'profile/leading_countries', most),
    customers,
    cohorts: await rows(db, 'profile/cohorts', { first }),
    values: {
      order_revenue: await orders('revenue'),
      order_units: await orders('units'),
      order_lines: await orders('lines'),
      line_quantities: await valueCounts(db, 'profile/line_quantities'),
      unit_prices: await valueCounts(db, 'profile/unit_prices'),
      gaps: await valueCounts(db, 'profile/gaps'),
      product_revenue: await valueCounts(db, 'profile/product_revenue')
    }
  }
  onShare(0.8)
  return { ...counts, oddities: await countOddities(db, customers) }
}

/** Sets what the queries read as variables. @returns the reference in microseconds since 1970 UTC */
async function observe(db: DuckDb, { datasetFolder, subject }: ProfileRequest): Promise<number> {
  const set = (name: string, value: string) => db.run(`set variable ${name} = $value`, { value })
  await set('orders_file', join(datasetFolder, 'orders.parquet'))
  await set('returns_file', join(datasetFolder, 'returns.parquet'))
  await set('timezone', subject.timezone)
  const [answer] = await db.rows<{ reference: number }>('select epoch_us($value::timestamptz)::double as reference', {
    value: subject.reference_date
  })
  return answer!.reference
}

async function countOddities(db: DuckDb, customers: CustomerColumns): Promise<OddityCounts> {
  const limits = wholesaleLimits(customers)
  await db.run(sqlFile('profile/services'), { words: SERVICE_WORDS, digits: CODES_WITH_DIGITS })
  const prices = { least: LEAST_PRICED_LINES, ratio: PRICE_JUMP_RATIO }
  const one = async <Row>(file: SqlFile, values?: Record<string, DuckDBValue>) =>
    (await rows<Row>(db, file, values))[0]!
  return {
    price_jumps: await rows(db, 'profile/price_jumps', { ...prices, most: MOST_EXAMPLES }),
    price_levels: await rows(db, 'profile/price_levels', prices),
    cheap: await one('profile/cheap_lines', { cent: CENT }),
    repeated: await one('profile/repeated_lines'),
    reused: await one('profile/reused_orders'),
    services: await rows(db, 'profile/service_lines', {
      most: 2 * MOST_EXAMPLES
    }),
    returners: await one('profile/returners'),
    large_customers: await rows(db, 'profile/largest_customers', {
      revenue_limit: limits.revenue,
      units_limit: limits.units_per_order,
      most: MOST_EXAMPLES
    })
  }
}

const rows = <Row>(db: DuckDb, file: SqlFile, values?: Record<string, DuckDBValue>): Promise<Row[]> =>
  db.rows<Row>(sqlFile(file), values)

async function valueCounts(db: DuckDb, file: SqlFile, values?: Record<string, DuckDBValue>): Promise<ValueCounts> {
  const columns = await readColumns(db, sqlFile(file), values)
  return { values: columns.numbers('value'), counts: columns.numbers('count') }
}

async function customerColumns(db: DuckDb): Promise<CustomerColumns> {
  const { numbers } = await readColumns(db, sqlFile('profile/customer_columns'))
  return {
    orders: numbers('orders'),
    weekend_orders: numbers('weekend_orders'),
    first_order: numbers('first_order'),
    last_order: numbers('last_order'),
    spend: numbers('spend'),
    units: numbers('units'),
    discount: numbers('discount'),
    returned: numbers('returned')
  }
}

/** What a caller can act on; an interruption stays what it is. */
function explain(error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/^Out of Memory Error/.test(message)) {
    return new Problem('profile_too_large', 'Analysing the dataset needs more memory than a query may use.', {
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
