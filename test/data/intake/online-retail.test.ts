import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DuckDb } from '../../../src/data/duckdb.ts'
import { verifyFolder } from '../../../src/data/published-folder.ts'
import { onlineRetail } from '../../helpers/online-retail.ts'
import { LIMITS, query, type ReadFile, readFile, temporaryFolder } from '../../helpers/read-file.ts'

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

  test('is the same dataset in every format', { timeout: SLOW }, async () => {
    const folder = temporaryFolder()
    const text = gunzipSync(readFileSync(onlineRetail!)).toString('latin1')
    const plain = join(folder, 'plain.csv')
    writeFileSync(plain, text, 'latin1')
    const utf8 = join(folder, 'utf8.csv')
    writeFileSync(utf8, text)
    const reference = await readFile({ path: plain })
    const { source: _, ...expected } = reference.summary
    const content = await digest(reference)
    expect(content[0]).toMatchObject({ n: 397_884, ordered: 'true' })

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
})

/** A typed file shows 17850.0 where the text shows 17850: the rows are the same. */
const withoutExamples = (summary: Omit<ReadFile['summary'], 'source'>) => ({
  ...summary,
  quality: {
    ...summary.quality,
    rules: summary.quality.rules.map(({ examples, ...rule }) => ({
      ...rule,
      rows_shown: examples.map(({ row }) => row)
    }))
  }
})
