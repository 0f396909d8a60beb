import { createWriteStream } from 'node:fs'
import { copyFile, link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { IntakeSummary } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { DuckDb } from '../duckdb.ts'
import { asStorageProblem } from '../durable.ts'
import { publishFolder } from '../published-folder.ts'
import { openUpload } from './archive/open-upload.ts'
import { cleanse } from './cleanse.ts'
import { recognise } from './format.ts'
import { stageJson } from './json/stage-json.ts'
import { stageParquet } from './parquet.ts'
import { checkTimezone } from './period.ts'
import type { ReadHooks, ReadRequest } from './request.ts'
import type { Source } from './source.ts'
import { NO_TYPES, type Staged } from './stage.ts'
import { type About, summarise } from './summary.ts'
import { stageDelimited, type TextRequest, unpackText } from './text.ts'
import { stageWorkbook } from './workbook/stage-workbook.ts'

/** How the steps share the whole, as fractions at which each ends. */
const PREPARED = 0.3
const STAGED = 0.5
const CLEANSED = 0.9

/** What is known before DuckDB reads, and how it shall read. */
interface Plan {
  about: About
  stage(db: DuckDb): Promise<Staged>
}

/**
 * Reads one file of order lines and publishes its dataset folder: orders.parquet, returns.parquet, rejected.parquet
 * and the manifest. Every row of the file is counted once, as kept or under one rule.
 *
 * Throws what `signal` was aborted with when that ends it.
 * @throws Problem any of the catalogue's for order files, storage_full, intake_memory
 */
export async function readOrders(request: ReadRequest, hooks: ReadHooks): Promise<IntakeSummary> {
  const { work, options, limits } = request
  const timezone = options.timezone ?? 'UTC'
  checkTimezone(timezone)
  const result = join(work, 'result')
  const spillFolder = join(work, 'spill')
  for (const folder of [result, spillFolder]) await mkdir(folder)
  // DuckDB is loaded while the text is looked through: the two do not need each other.
  const opening = DuckDb.open({
    folders: [work],
    spillFolder,
    memoryBytes: limits.memoryBytes,
    threads: limits.threads
  })
  opening.catch(() => {})
  const interrupt = () => void opening.then((db) => db.interrupt()).catch(() => {})
  hooks.signal.addEventListener('abort', interrupt)
  const report = progressOf(hooks)
  try {
    const plan = await prepare(request, hooks.signal, report)
    const db = await opening
    hooks.signal.throwIfAborted()

    report('reading', PREPARED, 'Reading the rows.')
    const staged = await plan.stage(db)
    hooks.signal.throwIfAborted()
    const onShare = (share: number, message: string) =>
      report('cleansing', STAGED + share * (CLEANSED - STAGED), message)
    const { badRowsMaxShare } = limits
    const cleansed = await cleanse(db, { staged, options, timezone, output: result, badRowsMaxShare, onShare })
    const summary = await summarise(db, result, { about: plan.about, staged, cleansed, options, timezone })
    hooks.signal.throwIfAborted()

    report('publishing', CLEANSED, 'Storing the dataset.')
    await publishFolder(result, request.output)
    return summary
  } catch (error) {
    hooks.signal.throwIfAborted()
    throw asIntakeProblem(error)
  } finally {
    hooks.signal.removeEventListener('abort', interrupt)
    await opening.then((db) => db.close()).catch(() => {})
  }
}

async function prepare(request: ReadRequest, signal: AbortSignal, report: Report): Promise<Plan> {
  const { work, options } = request
  const { decompressedMaxBytes, rowsMax } = request.limits
  // DuckDB sees the work folder only.
  const path = join(work, 'upload')
  await link(request.upload, path).catch(() => copyFile(request.upload, path))
  const onShare = (share: number) => report('unpacking', share * PREPARED, 'Looking through the file.')
  const opened = await openUpload(path, work, { decompressedMaxBytes, signal, onShare })
  const text = { work, options, rowsMax }
  try {
    if (opened.kind === 'bytes') return await prepareBytes(opened.source, path, text)
    const { staged, sheet } = await stageWorkbook(opened.archive, { ...text, onShare })
    const { compression } = opened
    const about: About = { format: 'xlsx', compression, encoding: null, delimiter: null, sheet }
    return { about, stage: async () => staged }
  } finally {
    opened.close()
  }
}

async function prepareBytes(source: Source, path: string, text: TextRequest): Promise<Plan> {
  const { work } = text
  const format = recognise(source.head)
  const about: About = { format, compression: source.compression, encoding: null, delimiter: null }
  switch (format) {
    case 'parquet': {
      const file = source.compression === null ? path : await unpack(source, join(work, 'parquet'))
      return { about, stage: (db) => stageParquet(db, file, text) }
    }
    case 'json': {
      const { path: unpacked, encoding } = await unpackText(source, text)
      const { format, staged } = await stageJson(unpacked, text)
      return { about: { ...about, format, encoding }, stage: async () => staged }
    }
    case 'csv': {
      const { path: staged, names, rows, encoding, dialect } = await stageDelimited(source, text)
      return {
        about: { ...about, encoding, delimiter: dialect.delimiter },
        stage: async () => ({ path: staged, names, rows, typedDates: NO_TYPES, limitations: dialect.notes })
      }
    }
  }
}

async function unpack(source: Source, path: string): Promise<string> {
  await pipeline(source.chunks, createWriteStream(path))
  return path
}

type Report = (stage: string, fraction: number, message: string) => void

/** Reports that rise only, and by a hundredth at least: each one crosses to the service. */
function progressOf(hooks: ReadHooks): Report {
  let last = -1
  return (stage, fraction, message) => {
    if (fraction < last + 0.01) return
    last = fraction
    hooks.onProgress({ stage, fraction, message })
  }
}

/** DuckDB says by words alone that memory or disk ran out. */
function asIntakeProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error
  if (/No space left|max_temp_directory_size/i.test(error.message)) {
    return asStorageProblem(Object.assign(error, { code: 'ENOSPC' }))
  }
  if (/Out of Memory/i.test(error.message)) {
    return new Problem(
      'intake_memory',
      'Reading the file needs more memory than the service allows; split it, or raise INTAKE_MEMORY_BYTES.',
      { cause: error }
    )
  }
  return asStorageProblem(error)
}
