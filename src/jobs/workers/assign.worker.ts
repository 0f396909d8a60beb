import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { AnswerShape, AnswerWriter, Sink } from '../../data/assign-files/answer-writer.ts'
import { ASSIGNMENTS } from '../../data/assign-files/assign-folders.ts'
import { CsvAnswers } from '../../data/assign-files/csv-answers.ts'
import type { RowFault } from '../../data/assign-files/customer-batch.ts'
import { openCustomers } from '../../data/assign-files/open-customers.ts'
import { Places } from '../../data/assign-files/places.ts'
import { asStorageProblem } from '../../data/durable.ts'
import { prepareAssigner } from '../../domain/serving/assign.ts'
import type { AssignFormat } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { runTask } from '../task-control.ts'
import type { AssignMessage, AssignResult } from '../tasks.ts'

/** Bad rows that are named; of the others there is the number. */
const FAULTS_NAMED = 100

/** From a file of customers to a file of assignments, a batch at a time. */
export default runTask<AssignMessage, AssignResult>(async (message, control) => {
  const { fit, segments, onError } = message
  const features = fit.features.map(({ name, impute }) => ({ name, optional: impute !== null }))
  const places = new Places(prepareAssigner(fit), features.length)
  const members = new Array<number>(segments.length).fill(0)
  const faults: RowFault[] = []
  let customers = 0
  let failed = 0
  const reading = new AbortController()
  const file = openSync(join(message.folder, ASSIGNMENTS), 'w')
  try {
    const source = await openCustomers(message.upload, features, {
      decompressedMaxBytes: message.decompressedMaxBytes,
      rowsMax: message.rowsMax,
      signal: reading.signal,
      onShare(share) {
        if (control.cancelled()) throw new Problem('job_cancelled', 'The assignment was cancelled.')
        control.progress({ stage: 'assigning', fraction: 0.99 * share, message: `${customers} customers so far.` })
      }
    })
    const format = message.format ?? source.format
    const writer = await openWriter(format, { segments, errors: onError === 'report' }, (bytes) =>
      writeAll(file, bytes)
    )
    for await (const batch of source.batches) {
      customers += batch.rows
      failed += batch.faults.length
      faults.push(...batch.faults.slice(0, FAULTS_NAMED - faults.length))
      // From the first bad row on, a file that fails is only looked through for the others.
      if (failed > 0 && onError === 'fail') continue
      places.fill(batch)
      for (let row = 0; row < batch.rows; row++) if (places.segments[row]! >= 0) members[places.segments[row]!]!++
      await writer.write(batch, places)
    }
    if (failed > 0 && onError === 'fail') throw refusal(faults, failed, customers)
    await writer.end()
    fsyncSync(file)
    const { compression } = source
    return {
      source: { format: source.format, compression },
      format,
      counts: { customers, assigned: customers - failed, failed },
      members
    }
  } catch (error) {
    throw asStorageProblem(error)
  } finally {
    reading.abort()
    closeSync(file)
  }
})

async function openWriter(format: AssignFormat, shape: AnswerShape, sink: Sink): Promise<AnswerWriter> {
  if (format === 'csv') return new CsvAnswers(shape, sink)
  const { ArrowAnswers } = await import('../../data/assign-files/arrow-answers.ts')
  return new ArrowAnswers(shape, sink)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
}

function refusal(faults: readonly RowFault[], failed: number, customers: number): Problem {
  const named = failed > faults.length ? `the first ${faults.length} are` : 'see'
  return new Problem(
    'unassignable_customer',
    `${failed} of ${customers} customers cannot be assigned, ${named} in errors; none was. Mend the rows, or send on_error "report" to have the others assigned.`,
    {
      errors: faults.map(({ row, column, code, message }) => ({
        pointer: column === null ? `/rows/${row}` : `/rows/${row}/${column}`,
        code,
        message: `row ${row}: ${message}`
      })),
      extensions: { counts: { customers, failed } }
    }
  )
}
