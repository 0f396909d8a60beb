import { join } from 'node:path'
import type { DuckDb } from '../duckdb.ts'
import { joinFiles, type StagedPart } from './join/join-files.ts'
import { type Plan, prepareUpload } from './prepare-upload.ts'
import type { ReadRequest } from './request.ts'
import type { Staged } from './stage.ts'
import type { About } from './summary.ts'

/**
 * Opens the file, or each of those that are to be joined.
 * @throws Problem any of the catalogue's for order files
 */
export async function prepareUploads(
  request: ReadRequest,
  signal: AbortSignal,
  onShare: (share: number) => void,
  partial = false
): Promise<Plan[]> {
  const { work, options, limits, others = [] } = request
  const { decompressedMaxBytes, rowsMax } = limits
  const uploads = [request.upload, ...others.map(({ upload }) => upload)]
  const plans: Plan[] = []
  for (const [at, upload] of uploads.entries()) {
    plans.push(
      await prepareUpload({
        upload,
        work: at === 0 ? work : join(work, `file-${at + 1}`),
        options,
        decompressedMaxBytes,
        rowsMax,
        partial,
        signal,
        onShare: (share) => onShare((at + share) / uploads.length)
      })
    )
  }
  return plans
}

/**
 * The rows of the one file, or of all put together.
 * @throws Problem any of the catalogue's for order files, files_unrelated, duplicate_key
 */
export async function stageUploads(
  db: DuckDb,
  plans: readonly Plan[],
  { work, limits, filename = 'file 1', others = [] }: ReadRequest
): Promise<{ staged: Staged; about: About }> {
  const [first] = plans
  if (plans.length === 1) {
    const staged = await first!.stage(db)
    const { checksums } = staged
    return { staged, about: { ...first!.about, ...(checksums !== undefined && { checksums }) } }
  }
  const parts: StagedPart[] = []
  for (const [at, plan] of plans.entries()) {
    const staged = await plan.stage(db)
    const name = at === 0 ? filename : others[at - 1]!.filename
    parts.push({ filename: name, names: staged.names, rows: staged.rows, staged })
  }
  const { staged, lines } = await joinFiles(db, parts, { work, rowsMax: limits.rowsMax })
  const files = parts.map((part, at) => ({
    filename: part.filename,
    format: plans[at]!.about.format,
    rows: part.rows,
    lines: at === lines
  }))
  return { staged, about: { ...plans[lines]!.about, files } }
}
