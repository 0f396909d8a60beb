import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DatasetOptions, type IntakeSummary, TEXT_ENCODINGS } from '../../domain/records/dataset.ts'
import type { Preview } from '../../domain/records/preview.ts'
import { describeProblem, Problem } from '../../errors.ts'
import { DuckDb } from '../duckdb.ts'
import { cleanse, fullMapping } from './cleanse.ts'
import { thousands } from './dates.ts'
import {
  completeHeader,
  describeChoices,
  describeColumns,
  type Header,
  readHeader,
  unmappedColumns
} from './order-columns.ts'
import { PARTIAL_ROWS } from './parquet.ts'
import { checkTimezone } from './period.ts'
import { describeStaged, firstRows } from './preview-rows.ts'
import { asIntakeProblem, SPILL_TIMES } from './read-orders.ts'
import type { ReadHooks, ReadRequest } from './request.ts'
import type { Staged } from './stage.ts'
import { prepareUploads, stageUploads } from './stage-uploads.ts'
import { type About, summarise } from './summary.ts'

/**
 * What a file seems to be: read as `readOrders` would, but its beginning only, and what is wrong with it is told and not
 * thrown. Several files are read whole, since what they share may stand anywhere.
 *
 * Throws what `signal` was aborted with when that ends it.
 * @throws Problem storage_full, intake_memory
 */
export async function previewOrders(request: ReadRequest, { signal }: ReadHooks): Promise<Preview> {
  const { work, limits } = request
  const spillFolder = join(work, 'spill')
  await mkdir(spillFolder)
  const { memoryBytes, threads } = limits
  const maxSpillBytes = SPILL_TIMES * limits.decompressedMaxBytes
  const db = await DuckDb.open({ folders: [work], spillFolder, maxSpillBytes, memoryBytes, threads })
  const interrupt = () => db.interrupt()
  signal.addEventListener('abort', interrupt)
  try {
    return await look(db, request, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw asIntakeProblem(error)
  } finally {
    signal.removeEventListener('abort', interrupt)
    db.close()
  }
}

async function look(db: DuckDb, request: ReadRequest, signal: AbortSignal): Promise<Preview> {
  const { work, options, limits } = request
  const problems: Problem[] = []
  /** Goes on after what is wrong with the file, not after what is wrong with us. */
  async function attempt<Result>(step: () => Result | Promise<Result>): Promise<Result | undefined> {
    signal.throwIfAborted()
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500 || error.code === 'intake_memory') throw error
      problems.push(error)
      return undefined
    }
  }

  const timezone = options.timezone ?? 'UTC'
  const zoneIsKnown = (await attempt(() => checkTimezone(timezone) ?? true)) === true
  const partial = (request.others ?? []).length === 0
  const plans = await attempt(() => prepareUploads(request, signal, () => {}, partial))
  const found = plans && (await attempt(() => stageUploads(db, plans, request)))
  if (found === undefined) return nothingRead(problems, options, timezone)

  const { staged, about } = found
  const whole = !partial || (plans![0]!.whole && staged.rows < PARTIAL_ROWS)
  const mapping = fullMapping(staged, options)
  const complete = await attempt(() => completeHeader(staged.names, mapping))
  const output = join(work, 'result')
  await mkdir(output)
  const cleansing = {
    staged,
    options,
    timezone,
    work,
    output,
    badRowsMaxShare: limits.badRowsMaxShare,
    onShare: () => {}
  }
  const cleansed = complete && zoneIsKnown ? await attempt(() => cleanse(db, cleansing)) : undefined
  const summary = cleansed && (await summarise(db, { about, staged, cleansed, options, timezone }))
  const header = cleansed?.header ?? complete ?? partialHeader(staged.names, mapping)
  const columns = header?.columns ?? {}
  return {
    looked_at: { rows: staged.rows, whole },
    source: summary?.source ?? about,
    columns: await describeStaged(db, staged, columns),
    mapping: describeColumns(columns, staged.names),
    fields: header ? describeChoices(header) : [],
    unmapped_columns: header ? unmappedColumns(header) : [...staged.names],
    currency: summary?.currency ?? options.currency ?? null,
    timezone,
    period: summary?.period ?? null,
    counts: summary?.counts ?? null,
    revenue: summary?.revenue ?? null,
    quality: cleansed?.quality ?? qualityOf(problems),
    rows: await firstRows(db, staged),
    problems: problems.map(describeProblem),
    limitations: [
      ...(whole
        ? []
        : [`Only the first ${thousands(staged.rows)} rows were looked at: what stands behind them may say otherwise.`]),
      ...(summary?.limitations ?? staged.limitations ?? [])
    ],
    options: explicitOptions(options, describeColumns(columns, staged.names), about, summary)
  }
}

/** What is known of the columns where something is missing. */
function partialHeader(names: Staged['names'], mapping: DatasetOptions['mapping']): Header | undefined {
  try {
    return readHeader(names, mapping)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** A file that was refused for its rows comes with the report. */
const qualityOf = (problems: readonly Problem[]): Preview['quality'] =>
  (problems.find(({ extensions }) => extensions.quality !== undefined)?.extensions.quality ??
    null) as Preview['quality']

const nothingRead = (problems: readonly Problem[], options: DatasetOptions, timezone: string): Preview => ({
  looked_at: { rows: 0, whole: false },
  source: null,
  columns: [],
  mapping: {},
  fields: [],
  unmapped_columns: [],
  currency: options.currency ?? null,
  timezone,
  period: null,
  counts: null,
  revenue: null,
  quality: null,
  rows: [],
  problems: problems.map(describeProblem),
  limitations: [],
  options
})

function explicitOptions(
  options: DatasetOptions,
  mapping: Preview['mapping'],
  about: About,
  summary: IntakeSummary | undefined
): DatasetOptions {
  const encoding = TEXT_ENCODINGS.find((name) => name === about.encoding)
  const separators = new Set(
    Object.values(summary?.source.numbers ?? {}).flatMap((each) => each?.decimal_separator ?? [])
  )
  const [separator] = separators
  return {
    ...(summary && { date_format: summary.source.date.format, timezone: summary.timezone }),
    ...(summary?.currency && { currency: summary.currency }),
    ...(encoding && { encoding }),
    ...(about.sheet !== undefined && { sheet: about.sheet }),
    ...(separators.size === 1 && separator && { decimal_separator: separator }),
    ...options,
    mapping
  }
}
