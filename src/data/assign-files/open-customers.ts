import type { AssignFormat } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { recognise } from '../intake/format.ts'
import { openSource, type SourceLimits } from '../intake/source.ts'
import { csvCustomers } from './csv-customers.ts'
import type { CustomerBatch } from './customer-batch.ts'
import type { NeededFeature } from './customer-columns.ts'

export interface CustomerFile {
  compression: 'gzip' | null
  format: AssignFormat
  batches: AsyncIterable<CustomerBatch>
}

const CONTINUED = 0xffffffff

/**
 * Opens a file of customers for one pass: CSV or Arrow by its content, gzipped or not.
 *
 * @throws Problem (also while going through it) file_empty, unsupported_format, content_mismatch, gzip_invalid,
 *   decompression_limit, and those of csvCustomers and arrowCustomers
 */
export async function openCustomers(
  path: string,
  features: readonly NeededFeature[],
  limits: SourceLimits & { rowsMax: number }
): Promise<CustomerFile> {
  const { compression, head, chunks } = await openSource(path, limits)
  if (looksLikeArrow(head)) {
    // Loaded where it is needed: most files are CSV, and the library is large.
    const [{ arrowCustomers }, { footerSchema }] = await Promise.all([
      import('./arrow-customers.ts'),
      import('./arrow-footer.ts')
    ])
    // Of a gzipped file the end is only seen once all of it was read.
    const schemaAtEnd = compression === null ? () => footerSchema(path) : null
    const batches = arrowCustomers(chunks, head, features, limits.rowsMax, schemaAtEnd)
    return { compression, format: 'arrow', batches }
  }
  refuseOthers(head)
  return { compression, format: 'csv', batches: csvCustomers(chunks, head, features, limits.rowsMax) }
}

const looksLikeArrow = (head: Buffer): boolean =>
  head.toString('latin1', 0, 6) === 'ARROW1' || (head.length >= 8 && head.readUInt32LE(0) === CONTINUED)

function refuseOthers(head: Buffer): void {
  const advice = 'send the customers as CSV or Arrow, gzipped if you like'
  if (head.length === 0) throw new Problem('file_empty', `The file has no content; ${advice}.`)
  let format: string
  try {
    format = recognise(head)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.code, `The file is neither CSV nor Arrow; ${advice}.`, { cause: error })
  }
  if (format !== 'csv') throw new Problem('unsupported_format', `The file is ${format}; ${advice}.`)
}
