import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { FeatureRequest } from '../../src/data/features.ts'

/** An order line as intake stores it; amounts as decimal text, so that no test depends on a double. */
export interface StoredLine {
  customer_id: string
  order_id: string
  /** ISO 8601 without a zone, UTC. */
  ordered_at: string
  quantity: string
  unit_price: string
  product_id?: string | null
  product_name?: string | null
  category?: string | null
  discount?: string | null
}

const COLUMNS = `row::bigint as row, order_id, product_id, product_name, quantity, unit_price,
  (quantity * unit_price)::decimal(18, 4) as line_total, ordered_at, customer_id, country, category, discount`

const JSON_TYPES = `{row: 'BIGINT', order_id: 'VARCHAR', product_id: 'VARCHAR', product_name: 'VARCHAR',
  quantity: 'DECIMAL(18,3)', unit_price: 'DECIMAL(18,4)', ordered_at: 'TIMESTAMP', customer_id: 'VARCHAR',
  country: 'VARCHAR', category: 'VARCHAR', discount: 'DECIMAL(18,4)'}`

/** A dataset's folder and an empty one to spill into. */
export interface DatasetFolders {
  datasetFolder: string
  spillFolder: string
  remove(): Promise<void>
}

/** All features of all purchases, as of the end of March 2024. */
export const featureRequest = (
  { datasetFolder, spillFolder }: DatasetFolders,
  changes: Partial<FeatureRequest> = {}
): FeatureRequest => ({
  datasetFolder,
  spillFolder,
  referenceDate: '2024-03-31T12:00:00Z',
  windowDays: null,
  timezone: 'UTC',
  preferences: true,
  memoryBytes: 256 * 1024 * 1024,
  threads: 2,
  ...changes
})

/** Writes orders.parquet and returns.parquet as intake does. */
export async function writeDataset(purchases: StoredLine[], returns: StoredLine[] = []): Promise<DatasetFolders> {
  return withDuckDb(async (connection, folders) => {
    for (const [name, lines] of Object.entries({ orders: purchases, returns })) {
      const source = join(folders.spillFolder, `${name}.ndjson`)
      await writeFile(source, lines.map((line, row) => `${JSON.stringify({ row, ...line })}\n`).join(''))
      await connection.run(
        `copy (select ${COLUMNS} from read_json('${source}', format = 'newline_delimited', columns = ${JSON_TYPES}))
         to '${join(folders.datasetFolder, `${name}.parquet`)}' (format parquet)`
      )
      await rm(source)
    }
  })
}

/** The UCI Online Retail file, cleansed by the rules that give its known counts. @param file OnlineRetail.csv.gz */
export async function writeOnlineRetail(file: string): Promise<DatasetFolders> {
  const purchase = "order_id not like 'C%' and quantity > 0 and unit_price > 0"
  const kept = { orders: purchase, returns: "order_id like 'C%' or quantity <= 0" }
  return withDuckDb(async (connection, folders) => {
    await connection.run(
      `create table lines as
       select row_number() over () as row, null::varchar as category, null::decimal(18, 4) as discount, *
       from read_csv('${file}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
         encoding = 'latin-1', timestampformat = '%m/%d/%Y %H:%M',
         columns = {order_id: 'VARCHAR', product_id: 'VARCHAR', product_name: 'VARCHAR', quantity: 'DECIMAL(18,3)',
           ordered_at: 'TIMESTAMP', unit_price: 'DECIMAL(18,4)', customer_id: 'VARCHAR', country: 'VARCHAR'})
       where customer_id is not null`
    )
    for (const [name, condition] of Object.entries(kept)) {
      await connection.run(
        `copy (select ${COLUMNS} from lines where ${condition} order by row)
         to '${join(folders.datasetFolder, `${name}.parquet`)}' (format parquet, compression zstd)`
      )
    }
  })
}

async function withDuckDb(
  work: (connection: DuckDBConnection, folders: DatasetFolders) => Promise<void>
): Promise<DatasetFolders> {
  const datasetFolder = await mkdtemp(join(tmpdir(), 'tessera-dataset-'))
  const spillFolder = await mkdtemp(join(tmpdir(), 'tessera-spill-'))
  const remove = async () => {
    for (const folder of [datasetFolder, spillFolder]) await rm(folder, { recursive: true, force: true })
  }
  const folders = { datasetFolder, spillFolder, remove }
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await work(connection, folders)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
  return folders
}
