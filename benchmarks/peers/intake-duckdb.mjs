// Plain DuckDB on a file of order lines, told everything about it: read, cleanse, write what is kept. It looks for no
// dialect, decides nothing about dates, and neither keeps nor explains what it drops. Usage: node intake-duckdb.mjs FILE ENCODING
import { rmSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [file, encoding] = process.argv.slice(2)
const output = `${file}.parquet`
const start = performance.now()
const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MB', threads: '2' })
const connection = await instance.connect()
await connection.run(`SET temp_directory = '${file}.spill'`)
await connection.run(`copy (
  select InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  from read_csv('${file}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    encoding = '${encoding}', timestampformat = '%m/%d/%Y %H:%M', store_rejects = true,
    columns = {InvoiceNo: 'VARCHAR', StockCode: 'VARCHAR', Description: 'VARCHAR', Quantity: 'BIGINT',
      InvoiceDate: 'TIMESTAMP', UnitPrice: 'DECIMAL(18, 4)', CustomerID: 'VARCHAR', Country: 'VARCHAR'})
  where CustomerID is not null and InvoiceNo not like 'C%' and Quantity > 0 and UnitPrice > 0
) to '${output}' (format parquet, compression zstd)`)
const reader = await connection.runAndReadAll(`
  select count(*)::double as kept, count(distinct CustomerID)::double as customers,
    count(distinct InvoiceNo)::double as orders, sum(Quantity * UnitPrice)::double as revenue
  from read_parquet('${output}')`)
const [figures] = reader.getRowObjectsJS()
const seconds = (performance.now() - start) / 1000
rmSync(output)
console.log(JSON.stringify({ seconds, peak: process.resourceUsage().maxRSS / 1000, ...figures }))
