import type { Dataset, DatasetOptions } from '../domain/records/dataset.ts'
import { queuedJob } from '../domain/records/job.ts'
import type { JobWork } from '../jobs/board.ts'
import type { Flows, ReceivedFile } from './flows.ts'
import type { Tools } from './tools.ts'

/** All that reading the file needs, also after a restart. */
interface IngestRequest {
  dataset_id: string
  file: ReceivedFile
  options: DatasetOptions
}

/** Start reading a file that has arrived, and answer at once with the job. */
export const registerDataset =
  ({ board, uploads, clock, newId }: Tools): Flows['registerDataset'] =>
  async (tenant, file, options, announce) => {
    const jobId = newId('job')
    const request: IngestRequest = { dataset_id: newId('ds'), file, options }
    try {
      await announce?.(jobId)
      return await board.submit(
        tenant,
        queuedJob({ id: jobId, kind: 'ingest', created_at: clock().toISOString(), request })
      )
    } catch (error) {
      await uploads.discard(tenant, file.id)
      throw error
    }
  }

/** The work of such a job: cleanse, publish the dataset's folder, then its record. */
export const ingestDataset =
  ({ stores, intake, uploads, clock }: Tools): JobWork =>
  async (tenant, job, { signal, progress }) => {
    const { dataset_id, file, options } = job.request as IngestRequest
    const result = { type: 'dataset' as const, id: dataset_id }
    // Killed between writing the record and settling the job: the work is done.
    if ((await stores.datasets.get(tenant, dataset_id)) !== undefined) return result

    let keepUpload = false
    try {
      const summary = await intake.read(
        tenant,
        { upload: file.id, datasetId: dataset_id, jobId: job.id, options },
        { signal, onProgress: progress }
      )
      const dataset: Dataset = {
        ...summary,
        id: dataset_id,
        name: options.name ?? file.filename ?? dataset_id,
        status: 'ready',
        created_at: clock().toISOString(),
        source: {
          type: file.type,
          filename: file.filename,
          bytes: file.bytes,
          sha256: file.sha256,
          ...summary.source
        },
        options,
        currency: options.currency ?? null,
        reference_date: summary.period.to
      }
      await stores.datasets.create(tenant, dataset)
      return result
    } catch (error) {
      // A shutdown leaves the job to the next start, which needs the file.
      keepUpload = signal.aborted && signal.reason === 'draining'
      throw error
    } finally {
      if (!keepUpload) await uploads.discard(tenant, file.id)
    }
  }
