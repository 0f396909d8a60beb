import { createWriteStream } from 'node:fs'
import { copyFile, link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DuckDb } from '../duckdb.ts'
import { openUpload } from './archive/open-upload.ts'
import { recognise } from './format.ts'
import { stageJson } from './json/stage-json.ts'
import { stageParquet } from './parquet.ts'
import { firstPart, type Source } from './source.ts'
import { NO_TYPES, type Staged } from './stage.ts'
import type { About } from './summary.ts'
import { stageDelimited, type TextRequest, unpackText } from './text.ts'
import { stageWorkbook } from './workbook/stage-workbook.ts'

export interface UploadRequest extends TextRequest {
  /** The file as it arrived. It is only read. */
  upload: string
  decompressedMaxBytes: number
  signal: AbortSignal
  /** Told the share of the file that has been looked through, 0 to 1. */
  onShare(share: number): void
}

/** What is known before DuckDB reads, and how it shall read. */
export interface Plan {
  about: About
  /** Whether all of the file is looked at; of a workbook or a Parquet file its rows say it. */
  whole: boolean
  stage(db: DuckDb): Promise<Staged>
}

/**
 * Opens one upload, whatever it is packed in and written as, up to what only DuckDB can read.
 * @param request whose `work` is made where it is not there
 * @throws Problem any of the catalogue's for order files
 */
export async function prepareUpload(request: UploadRequest): Promise<Plan> {
  const { work, decompressedMaxBytes, signal, onShare } = request
  await mkdir(work, { recursive: true })
  // DuckDB sees the work folder only.
  const path = join(work, 'upload')
  await link(request.upload, path).catch(() => copyFile(request.upload, path))
  const opened = await openUpload(path, work, { decompressedMaxBytes, signal, onShare })
  try {
    if (opened.kind === 'bytes') return await prepareBytes(opened.source, path, request)
    const { staged, sheet } = await stageWorkbook(opened.archive, request)
    const { compression } = opened
    const about: About = { format: 'xlsx', compression, encoding: null, delimiter: null, sheet }
    return { about, whole: true, stage: async () => staged }
  } finally {
    opened.close()
  }
}

async function prepareBytes(file: Source, path: string, request: TextRequest): Promise<Plan> {
  const format = recognise(file.head)
  // A Parquet file begins with its end, and is looked at by rows.
  const { source, whole } = request.partial && format !== 'parquet' ? firstPart(file) : { source: file, whole: true }
  const text = { ...request, partial: !whole || (request.partial === true && format === 'parquet') }
  const about: About = { format, compression: source.compression, encoding: null, delimiter: null }
  switch (format) {
    case 'parquet': {
      const file = source.compression === null ? path : await unpack(source, join(request.work, 'parquet'))
      return { about, whole, stage: (db) => stageParquet(db, file, text) }
    }
    case 'json': {
      const { path: unpacked, encoding } = await unpackText(source, text)
      const { format, staged } = await stageJson(unpacked, text)
      return { about: { ...about, format, encoding }, whole, stage: async () => staged }
    }
    case 'csv': {
      const { path: staged, names, rows, encoding, dialect } = await stageDelimited(source, text)
      return {
        about: { ...about, encoding, delimiter: dialect.delimiter },
        whole,
        stage: async () => ({
          path: staged,
          // In a value it makes the row malformed; a name with it is still one.
          names: names.map((name) => name.replaceAll('\0', '\ufffd')),
          rows,
          typedDates: NO_TYPES,
          localNumbers: true,
          limitations: dialect.notes
        })
      }
    }
  }
}

async function unpack(source: Source, path: string): Promise<string> {
  await pipeline(source.chunks, createWriteStream(path))
  return path
}
