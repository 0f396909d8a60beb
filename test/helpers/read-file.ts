import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { DuckDb } from '../../src/data/duckdb.ts'
import { readOrders } from '../../src/data/intake/read-orders.ts'
import type { ReadLimits, ReadRequest } from '../../src/data/intake/request.ts'
import type { DatasetOptions, IntakeSummary } from '../../src/domain/records/dataset.ts'
import { Problem } from '../../src/errors.ts'

export const LIMITS: Readonly<ReadLimits> = Object.freeze({
  memoryBytes: 512 * 1024 * 1024,
  threads: 2,
  decompressedMaxBytes: 1024 * 1024 * 1024,
  rowsMax: 10_000_000,
  badRowsMaxShare: 0.5
})

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A request to read `content`, or the file that lies at a path. */
export function readRequest(
  content: string | Buffer | { path: string },
  options: DatasetOptions = {},
  limits: Partial<ReadLimits> = {}
): ReadRequest {
  const folder = temporaryFolder()
  const work = join(folder, 'work')
  mkdirSync(work)
  let upload = join(folder, 'upload')
  if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(upload, content)
  else upload = content.path
  return { upload, work, output: join(folder, 'dataset'), options, limits: { ...LIMITS, ...limits } }
}

export const NO_HOOKS = { signal: new AbortController().signal, onProgress: () => {} }

export interface ReadFile {
  summary: IntakeSummary
  folder: string
}

/** Reads a file in this process. */
export async function readFile(...args: Parameters<typeof readRequest>): Promise<ReadFile> {
  const request = readRequest(...args)
  return { summary: await readOrders(request, NO_HOOKS), folder: request.output }
}

/** Reads a file that must be refused. */
export async function refusal(...args: Parameters<typeof readRequest>): Promise<Problem> {
  try {
    await readOrders(readRequest(...args), NO_HOOKS)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('the file was read')
}

/** One database for all questions of a test file: to open one takes longer than to answer most of them. */
let questions: Promise<DuckDb> | undefined
afterAll(async () => (await questions)?.close())

/** Rows of a query over the Parquet files of a folder; money and rows as text. */
export async function query<Row = Record<string, unknown>>(folder: string, sql: string): Promise<Row[]> {
  const spillFolder = tmpdir()
  questions ??= DuckDb.open({ folders: [spillFolder], spillFolder, memoryBytes: LIMITS.memoryBytes, threads: 2 })
  return (await questions).rows<Row>(sql.replaceAll('$folder', folder))
}

/** All of orders.parquet (or another part) as text, in the order of the file. */
export const linesOf = (folder: string, part = 'orders'): Promise<Record<string, string | null>[]> =>
  query(folder, `select columns(*)::varchar from read_parquet('$folder/${part}.parquet')`)

/** Rows by rule, as `{rule: rows}`. */
export const rowsByRule = (summary: IntakeSummary): Record<string, number> =>
  Object.fromEntries(summary.quality.rules.map(({ rule, rows }) => [rule, rows]))

/** Small CSV in the columns of our own names: `lines` are whole lines of text. */
export const csv = (...lines: string[]): string =>
  `${['order_id,product_id,quantity,unit_price,ordered_at,customer_id,country', ...lines].join('\n')}\n`
