import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DuckDb } from '../../../src/data/duckdb.ts'
import { verifyFolder } from '../../../src/data/published-folder.ts'
import { onlineRetail } from '../../helpers/online-retail.ts'
import { LIMITS, query, type ReadFile, readFile, temporaryFolder } from '../../helpers/read-file.ts'
import { type Cell, workbookOf } from '../../helpers/workbook.ts'
import { zipOf } from '../../helpers/zip.ts'

const name = 'UCI Online Retail (skipped where the shared data is absent)'
const SLOW = 300_000

/** Content of orders.parquet, whatever its bytes. */
const digest = ({ folder }: ReadFile) =>
  query(
    folder,
    `select count(*)::double as n, sum(hash(columns(*)))::varchar as content, bool_and(row >= before)::varchar as ordered
     from (select *, coalesce(lag(row) over (), 0) as before from read_parquet('$folder/orders.parquet'))`
  )

describe.skipIf(!onlineRetail)(name, () => {
  test('uploaded as it is gives the known figures', { timeout: SLOW }, async () => {
    const { summary, folder } = await readFile({ path: onlineRetail! })
    expect(summary.source).toEqual({
      format: 'csv',
      compression: 'gzip',
      encoding: 'latin-1',
      delimiter: ',',
      date: {
        format: '%m/%d/%Y %H:%M',
        evidence:
          '541,909 of 541,909 dates read as month/day/year; 308,950 have a second number above 12, so day/month/year is ruled out.'
      },
      numbers: {
        quantity: {
          format: 'plain',
          decimal_separator: null,
          evidence: '541,909 of 541,909 values are plain numbers.'
        },
        unit_price: {
          format: 'plain',
          decimal_separator: '.',
          evidence: '541,909 of 541,909 values are plain numbers.'
        }
      }
    })
    // Chen 2015 by way of the folder's README.
    expect(summary.counts).toEqual({
      rows_read: 541_909,
      rows_kept: 397_884,
      orders: 18_532,
      customers: 4_338,
      products: 3_665,
      countries: 37
    })
    expect(Math.round(summary.revenue * 100)).toBe(891_140_790)
    expect(summary.period).toEqual({ from: '2010-12-01T08:26:00Z', to: '2011-12-09T12:50:00Z' })
    expect(summary.quality.rules.map(({ rule, rows }) => [rule, rows])).toEqual([
      ['missing_customer_id', 135_080],
      ['cancelled_order', 8_905],
      ['non_positive_price', 40]
    ])
    expect(summary.quality.rules.every(({ examples }) => examples.length === 5)).toBe(true)
    const [returned] = await query(folder, `select count(*)::double as n from '$folder/returns.parquet'`)
    expect(returned).toEqual({ n: 8_905 })
    await verifyFolder(folder)
  })

  test('is the same dataset in every format: its first 125,000 lines', { timeout: SLOW }, async () => {
    const folder = temporaryFolder()
    // More than stand together in a group of rows.
    const text = `${linesOfRetail(125_000).join('\r\n')}\r\n`
    const plain = join(folder, 'plain.csv')
    writeFileSync(plain, text, 'latin1')
    const utf8 = join(folder, 'utf8.csv')
    writeFileSync(utf8, text)
    const reference = await readFile({ path: plain })
    const { source: _, ...expected } = reference.summary
    const content = await digest(reference)
    expect(content[0]).toMatchObject({ n: expected.counts.rows_kept, ordered: 'true' })

    const db = await DuckDb.open({
      folders: [folder],
      spillFolder: folder,
      memoryBytes: LIMITS.memoryBytes,
      threads: 2
    })
    const columns = text
      .slice(0, text.indexOf('\r\n'))
      .split(',')
      .map((each) => `${each}: 'VARCHAR'`)
    const rows = `(select * replace (Quantity::int as Quantity, UnitPrice::double as UnitPrice) from read_csv('${utf8}', columns = {${columns.join(', ')}}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"'))`
    await db.run(
      `copy (select * replace (strptime(InvoiceDate, '%m/%d/%Y %H:%M') as InvoiceDate, CustomerID::double as CustomerID) from ${rows}) to '${folder}/typed.parquet' (format parquet)`
    )
    await db.run(`copy ${rows} to '${folder}/lines.ndjson' (format json)`)
    await db.run(`copy ${rows} to '${folder}/array.json' (format json, array true)`)
    await db.run(`copy ${rows} to '${folder}/semicolon.csv' (format csv, delimiter ';', header true)`)
    db.close()

    for (const [file, format] of [
      ['utf8.csv', 'csv'],
      ['semicolon.csv', 'csv'],
      ['typed.parquet', 'parquet'],
      ['lines.ndjson', 'ndjson'],
      ['array.json', 'json']
    ]) {
      const same = await readFile({ path: join(folder, file!) })
      const { source, ...found } = same.summary
      expect(source.format, file).toBe(format)
      expect(withoutExamples(found), file).toEqual(withoutExamples(expected))
      expect(await digest(same), file).toEqual(content)
    }
  })

  test('is the same dataset as a workbook, in a ZIP archive, and as orders with lines inside: its first 50,000 lines', {
    timeout: 2 * SLOW
  }, async () => {
    const lines = linesOfRetail(50_000)
    const csv = Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')
    const [header, ...rows] = lines.map(cellsOf)
    const path = join(temporaryFolder(), 'upload')
    const read = async (content: Buffer | string) => {
      writeFileSync(path, content)
      return readFile({ path })
    }
    const reference = await read(csv)
    const { mapping } = reference.summary
    const expected = withoutNames(reference.summary)
    const content = await digest(reference)

    const typed = rows.map(([order, code, name, quantity, date, price, customer, country]): Cell[] => [
      order!,
      code!,
      name || null,
      Number(quantity),
      new Date(`${date} UTC`),
      Number(price),
      customer ? Number(customer) : null,
      country!
    ])
    const book = await read(await workbookOf([header!, ...typed]))
    expect(book.summary.source).toMatchObject({ format: 'xlsx', sheet: 'Orders', date: { format: 'timestamp' } })
    expect(book.summary.mapping).toEqual(mapping)
    const zipped = await read(await zipOf({ 'OnlineRetail.csv': csv }))
    expect(zipped.summary.source).toMatchObject({ format: 'csv', compression: 'zip', encoding: 'latin-1' })
    const nested = await read(JSON.stringify({ orders: ordersOf(rows) }))
    expect(nested.summary.source).toMatchObject({ format: 'json' })
    expect(nested.summary.mapping).toMatchObject({ product_id: 'lines.product_id', unit_price: 'lines.price' })

    for (const same of [book, zipped, nested]) {
      expect(withoutExamples(withoutNames(same.summary))).toEqual(withoutExamples(expected))
      expect(await digest(same)).toEqual(content)
    }
  })
})

/** The header and so many lines behind it. */
const linesOfRetail = (count: number): string[] =>
  gunzipSync(readFileSync(onlineRetail!))
    .toString('latin1')
    .trimEnd()
    .split('\r\n')
    .slice(0, count + 1)

/** What the file is called and its columns are is not the same; the dataset is. */
const withoutNames = ({ source, mapping, columns, unmapped_columns, attributes, ...rest }: ReadFile['summary']) => rest

/** The cells of a line of this file, in which quotes stand around whole values. */
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!
  )

/** Neighbouring lines of one invoice, minute and customer as one order. */
function ordersOf(rows: readonly string[][]): object[] {
  const orders: { key: string; lines: object[] }[] = []
  for (const [order_id, product_id, name, quantity, date, price, customer_id, country] of rows) {
    const key = [order_id, date, customer_id, country].join()
    if (orders.at(-1)?.key !== key) {
      orders.push(Object.assign({ key, order_id, date, customer: { id: customer_id || null }, country }, { lines: [] }))
    }
    orders.at(-1)!.lines.push({ product_id, name, quantity: Number(quantity), price: Number(price) })
  }
  return orders
}

/** A typed file shows 17850.0 where the text shows 17850: the rows are the same. */
const withoutExamples = <Summary extends Pick<ReadFile['summary'], 'quality'>>(summary: Summary) => ({
  ...summary,
  quality: {
    ...summary.quality,
    rules: summary.quality.rules.map(({ examples, ...rule }) => ({
      ...rule,
      rows_shown: examples.map(({ row }) => row)
    }))
  }
})
