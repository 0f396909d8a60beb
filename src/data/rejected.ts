import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '../domain/records/dataset.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { CleansingRule } from '../domain/vocabulary.ts'
import { Problem } from '../errors.ts'
import { DuckDb, sqlName, sqlText } from './duckdb.ts'
import { asStorageProblem } from './durable.ts'
import type { Folders } from './folders.ts'
import { sqlFile } from './sql.ts'

/** Who stands in the rows that one rule rejected; null where the file has no such column. */
export interface RuleTouch {
  customers: number | null
  orders: number | null
}

export interface RejectedCounts {
  rules: ReadonlyMap<CleansingRule, RuleTouch>
  /** Customers in all rejected rows, and those of them of whom no row was kept. */
  customers: number | null
  lost_customers: number | null
}

export interface RejectedSelection {
  /** Only the rows under this rule. */
  rule?: CleansingRule | undefined
  /** Cells as they came, also those that a spreadsheet would take for formulas. */
  raw: boolean
}

const MIB = 1024 * 1024
const LIMITS = { memoryBytes: 256 * MIB, threads: 1 }
/** Columns of the file that say why a row is in it: a file that was downloaded before brings its own again. */
const OURS = ['tessera_row', 'tessera_rule', 'tessera_line']
/** Datasets whose counts are kept in memory: they never change. */
const MOST_KNOWN = 200

/** The rows that cleansing has set aside, counted and written out again. DuckDB works in threads of its own. */
export class RejectedRows {
  private readonly known = new Map<string, RejectedCounts>()

  constructor(private readonly folders: Folders) {}

  /** @throws Problem dataset_corrupt */
  async count(tenant: Tenant, dataset: Dataset, workId: string): Promise<RejectedCounts> {
    const key = `${tenant}/${dataset.id}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const counts = await this.query(tenant, dataset.id, workId, async (db, file) => {
      const { columns } = await describeTable(db, file)
      await db.run(sqlFile('intake/macros'))
      const idOf = (field: 'customer_id' | 'order_id') => {
        const column = findColumn(columns, dataset.mapping[field])
        return column === undefined ? 'null::varchar' : `as_id(${sqlName(column)})`
      }
      await db.run(`create temp view rejected as
        select rule, ${idOf('customer_id')} as customer_id, ${idOf('order_id')} as order_id
        from read_parquet(${sqlText(file)})`)
      const orders = join(this.folders.dataset(tenant, dataset.id), 'orders.parquet')
      await db.run(`create temp view kept as select customer_id from read_parquet(${sqlText(orders)})`)
      return readCounts(db, dataset)
    })
    this.known.set(key, counts)
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value!)
    return counts
  }

  /**
   * The rejected rows in the order of the file, as CSV: number and rule of each, the line where it could not be divided into
   * columns, and the file's own columns as they came. Written first and then read, so that a slow reader holds no query.
   * @throws Problem storage_full, dataset_corrupt; what `signal` was aborted with
   */
  async write(
    tenant: Tenant,
    datasetId: string,
    selection: RejectedSelection,
    { workId, signal }: { workId: string; signal: AbortSignal }
  ): Promise<AsyncIterable<Uint8Array>> {
    const copy = join(this.folders.work(tenant, workId), 'rejected.csv')
    return this.query(
      tenant,
      datasetId,
      workId,
      async (db, file) => {
        const table = await describeTable(db, file)
        await db.run(sqlFile('rejected/macros'))
        await db.run(`copy (${selectRows(file, table, selection)}) to ${sqlText(copy)} (format csv, header true)`)
        // The open file can be read to its end after its folder is gone.
        return (await open(copy)).createReadStream()
      },
      signal
    )
  }

  private async query<Result>(
    tenant: Tenant,
    datasetId: string,
    workId: string,
    ask: (db: DuckDb, file: string) => Promise<Result>,
    signal?: AbortSignal
  ): Promise<Result> {
    const folder = this.folders.dataset(tenant, datasetId)
    const work = this.folders.work(tenant, workId)
    let db: DuckDb | undefined
    const interrupt = () => db?.interrupt()
    try {
      await mkdir(work, { recursive: true })
      db = await DuckDb.open({ folders: [folder, work], spillFolder: work, ...LIMITS })
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt, { once: true })
      return await ask(db, join(folder, 'rejected.parquet'))
    } catch (error) {
      signal?.throwIfAborted()
      throw explain(error)
    } finally {
      signal?.removeEventListener('abort', interrupt)
      db?.close()
      await rm(work, { recursive: true, force: true })
    }
  }
}

interface RejectedTable {
  /** The file's own, in its order. */
  columns: string[]
  /** Some rows could not be divided into columns. */
  hasLines: boolean
}

async function describeTable(db: DuckDb, file: string): Promise<RejectedTable> {
  const source = `read_parquet(${sqlText(file)})`
  const described = await db.rows<{ column_name: string }>(`describe select * from ${source}`)
  const [lines] = await db.rows<{ found: boolean }>(`select count(line) > 0 as found from ${source}`)
  const columns = described.map(({ column_name }) => column_name)
  return { columns: columns.filter((name) => !['row', 'rule', 'line'].includes(name)), hasLines: lines!.found }
}

/** Where a column of the file is called like one that intake adds, intake has numbered it. */
const findColumn = (columns: readonly string[], name: string | undefined): string | undefined =>
  columns.find((column) => column === name) ?? columns.find((column) => column === `${name}_2`)

function selectRows(file: string, { columns, hasLines }: RejectedTable, { rule, raw }: RejectedSelection): string {
  const cell = (name: string) => (raw ? sqlName(name) : `defused(${sqlName(name)})`)
  const own = columns.filter((name) => !OURS.includes(name.toLowerCase()))
  const cells = own.map((name) => `${cell(name)} as ${sqlName(raw ? name : defusedName(name))}`)
  const line = hasLines ? [`${cell('line')} as tessera_line`] : []
  return `select ${['row as tessera_row', 'rule as tessera_rule', ...line, ...cells].join(', ')}
    from read_parquet(${sqlText(file)})
    ${rule === undefined ? '' : `where rule = ${sqlText(rule)}`}
    order by row`
}

const defusedName = (name: string): string => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)

async function readCounts(db: DuckDb, { mapping }: Dataset): Promise<RejectedCounts> {
  const found = await db.rows<{ rule: CleansingRule; customers: number; orders: number }>(`
    select rule, count(distinct customer_id)::double as customers, count(distinct order_id)::double as orders
    from rejected group by rule`)
  const [all] = await db.rows<{ customers: number; lost: number }>(`
    select count(*)::double as customers, count_if(customer_id not in (select customer_id from kept))::double as lost
    from (select distinct customer_id from rejected where customer_id is not null)`)
  const has = (field: 'customer_id' | 'order_id') => mapping[field] !== undefined
  return {
    rules: new Map(
      found.map(({ rule, customers, orders }) => [
        rule,
        { customers: has('customer_id') ? customers : null, orders: has('order_id') ? orders : null }
      ])
    ),
    customers: has('customer_id') ? all!.customers : null,
    lost_customers: has('customer_id') ? all!.lost : null
  }
}

function explain(error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/No space left/.test(message)) return asStorageProblem(Object.assign(error as Error, { code: 'ENOSPC' }))
  if (/^(IO|Invalid Input|Invalid|Serialization|Binder) Error/.test(message)) {
    return new Problem('dataset_corrupt', 'The stored rejected rows cannot be read: upload the file again.', {
      cause: error
    })
  }
  return asStorageProblem(error)
}
