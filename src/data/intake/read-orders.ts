import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { IntakeSummary } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import { DuckDb } from '../duckdb.ts'
import { asStorageProblem } from '../durable.ts'
import { publishFolder } from '../published-folder.ts'
import { cleanse } from './cleanse.ts'
import { checkTimezone } from './period.ts'
import type { ReadHooks, ReadRequest } from './request.ts'
import { prepareUploads, stageUploads } from './stage-uploads.ts'
import { summarise } from './summary.ts'

/** What does not fit into memory may take so many times the largest text there can be. */
export const SPILL_TIMES = 2

/** How the steps share the whole, as fractions at which each ends. */
const PREPARED = 0.3
const STAGED = 0.5
const CLEANSED = 0.9

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
    maxSpillBytes: SPILL_TIMES * limits.decompressedMaxBytes,
    memoryBytes: limits.memoryBytes,
    threads: limits.threads
  })
  opening.catch(() => {})
  const interrupt = () => void opening.then((db) => db.interrupt()).catch(() => {})
  hooks.signal.addEventListener('abort', interrupt)
  const report = progressOf(hooks)
  try {
    const plans = await prepareUploads(request, hooks.signal, (share) =>
      report('unpacking', share * PREPARED, 'Looking through the file.')
    )
    const db = await opening
    hooks.signal.throwIfAborted()

    report('reading', PREPARED, 'Reading the rows.')
    const { staged, about } = await stageUploads(db, plans, request)
    hooks.signal.throwIfAborted()
    const onShare = (share: number, message: string) =>
      report('cleansing', STAGED + share * (CLEANSED - STAGED), message)
    const { badRowsMaxShare } = limits
    const cleansed = await cleanse(db, { staged, options, timezone, work, output: result, badRowsMaxShare, onShare })
    const summary = await summarise(db, { about, staged, cleansed, options, timezone })
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
export function asIntakeProblem(error: unknown): unknown {
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
