import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../../src/errors.ts'
import { type ForeignColumn, foreignParquet } from '../../helpers/parquet.ts'
import { csv, temporaryFolder } from '../../helpers/read-file.ts'
import { type Cell, workbookOf } from '../../helpers/workbook.ts'
import { zipOf } from '../../helpers/zip.ts'

/** Damaged copies of each format; MUTATIONS=2000 is what a release is held to. */
const COUNT = Number(process.env.MUTATIONS ?? 25)
const MIB = 1024 * 1024

const harness = fileURLToPath(new URL('fixtures/mutations.mjs', import.meta.url))
const rows = Array.from({ length: 300 }, (_, at) => ({
  order_id: `A${Math.floor(at / 3)}`,
  product_id: `P${at % 40}`,
  quantity: 1 + (at % 5),
  unit_price: 1 + (at % 90) / 4,
  ordered_at: new Date(Date.UTC(2024, 0, 1 + Math.floor(at / 10), at % 24)).toISOString(),
  customer_id: `C${at % 37}`,
  country: at % 2 ? 'Spain' : 'Österreich'
}))
const text = csv(...rows.map((row) => Object.values(row).join(',')))

/** Formats whose checksums cover every byte of the orders: whatever is read of a damaged file is what was packed. */
const CHECKED = ['xlsx', 'zip', 'gzip', 'parquet with checksums']

const FIXTURES: Record<string, () => Buffer | Promise<Buffer>> = {
  xlsx: () =>
    workbookOf([
      Object.keys(rows[0]!),
      ...rows.map((row): Cell[] => Object.values({ ...row, ordered_at: new Date(row.ordered_at) }))
    ]),
  zip: () => zipOf({ 'orders.csv': text }),
  gzip: () => gzipSync(text),
  parquet: async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'orders.json'), JSON.stringify(rows))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const path = join(folder, 'orders.parquet')
    await connection.run(`copy (select * from '${folder}/orders.json') to '${path}' (format parquet, compression zstd)`)
    connection.closeSync()
    return readFileSync(path)
  },
  'parquet with checksums': () => checkedParquet(),
  json: () => Buffer.from(JSON.stringify(rows)),
  ndjson: () => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  csv: () => Buffer.from(text)
}

/** As Spark writes it: a checksum for each page. */
function checkedParquet(): Buffer {
  const column = (name: keyof (typeof rows)[number], encoding: 'PLAIN' | 'RLE_DICTIONARY'): ForeignColumn => ({
    name,
    type: 'BYTE_ARRAY',
    converted: 'UTF8',
    encoding,
    values: rows.map((row) => String(row[name]))
  })
  const columns = Object.keys(rows[0]!).map((name, at) =>
    column(name as keyof (typeof rows)[number], at % 2 ? 'RLE_DICTIONARY' : 'PLAIN')
  )
  return foreignParquet(columns, { crc: true, gzip: true })
}

interface Report {
  /** The first is that of the file as it was. */
  outcomes: { code?: string; read?: string; error?: string }[]
  peakBytes: number
}

async function run(file: Buffer): Promise<Report> {
  const path = join(temporaryFolder(), 'original')
  writeFileSync(path, file)
  const child = fork(harness, { execArgv: ['--max-old-space-size=256'], env: { TZ: 'UTC' } })
  return new Promise((resolve, reject) => {
    child.once('message', resolve as (message: unknown) => void)
    child.once('exit', (code, signal) => reject(new Error(`the process ended: ${signal ?? code}`)))
    child.send({ path, seed: 20_240_105, count: COUNT })
  })
}

describe(`${COUNT} damaged copies`, () => {
  for (const [format, make] of Object.entries(FIXTURES)) {
    test(`of ${format} are refused by the catalogue or read, and none ends the process`, {
      timeout: 1_800_000
    }, async () => {
      const { outcomes, peakBytes } = await run(await make())
      expect(outcomes).toHaveLength(COUNT + 1)
      expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([])
      for (const { code } of outcomes) if (code !== undefined) expect(PROBLEMS).toHaveProperty(code)
      // DuckDB's 256 MiB, JavaScript's 256 MiB, and what the process needs beside them.
      expect(peakBytes).toBeLessThan(1024 * MIB)
      const [original, ...damaged] = outcomes
      expect(original!.read).toBeDefined()
      if (CHECKED.includes(format)) {
        for (const { read } of damaged) if (read !== undefined) expect(read).toBe(original!.read)
      }
      if (process.env.MUTATIONS) console.info(format, tally(outcomes, original!.read!))
    })
  }
})

function tally(outcomes: Report['outcomes'], original: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { code, read } of outcomes) {
    const what = code ?? (read === original ? 'read the same' : 'read otherwise')
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
