import type { AssignFile } from '../domain/records/assign-file.ts'
import { queuedJob } from '../domain/records/job.ts'
import type { AssignFormat, AssignOnError } from '../domain/vocabulary.ts'
import type { JobWork } from '../jobs/board.ts'
import type { AssignResult } from '../jobs/tasks.ts'
import type { Flows } from './flows.ts'
import { findModel, findModelOrChampion, referenceOf } from './lookup.ts'
import type { ModelWithState } from './messages/models.ts'
import type { ReceivedFile } from './messages/orders.ts'
import type { Tools } from './tools.ts'

/** All that the assignment needs, also after a restart: the model is the one that spoke when the file was accepted. */
interface AssignFileJob {
  assign_file_id: string
  file: ReceivedFile
  model_id: string
  reference_date: string
  format: AssignFormat | null
  on_error: AssignOnError
}

const DAY_MS = 86_400_000

/** Start assigning the customers of a file that has arrived, and answer at once with the job. */
export const assignFile =
  (tools: Tools): Flows['assignFile'] =>
  async (tenant, file, options, announce) => {
    const { board, uploads, clock, newId } = tools
    try {
      const model = await findModelOrChampion(tools, tenant, options.model_id)
      const request: AssignFileJob = {
        assign_file_id: newId('asg'),
        file,
        model_id: model.id,
        reference_date: await referenceOf(tools, tenant, model, options.reference_date),
        format: options.format ?? null,
        on_error: options.on_error ?? 'fail'
      }
      const jobId = newId('job')
      await announce?.(jobId)
      return await board.submit(
        tenant,
        queuedJob({ id: jobId, kind: 'assign', created_at: clock().toISOString(), request })
      )
    } catch (error) {
      await uploads.discard(tenant, file.id)
      throw error
    }
  }

/** The work of such a job: assign in a thread, publish the folder, then its record. */
export const fillAssignFile =
  (tools: Tools): JobWork =>
  async (tenant, job, { signal, progress }) => {
    const { stores, uploads, assignFolders, pool, limits } = tools
    const request = job.request as AssignFileJob
    const result = { type: 'assign_file' as const, id: request.assign_file_id }
    // Killed between writing the record and settling the job: the work is done.
    if ((await stores.assignFiles.get(tenant, request.assign_file_id)) !== undefined) return result

    let keepUpload = false
    try {
      const model = await findModel(tools, tenant, request.model_id)
      const draft = await assignFolders.draft(tenant, request.assign_file_id)
      try {
        const assigned = await pool.run(
          'assign',
          {
            upload: assignFolders.upload(tenant, request.file.id),
            folder: draft.folder,
            fit: model.fit,
            segments: model.segments.map(({ id, name }) => ({ id, name })),
            format: request.format,
            onError: request.on_error,
            decompressedMaxBytes: limits.decompressedMaxBytes,
            rowsMax: limits.rowsMax
          },
          { signal, onProgress: progress }
        )
        const published = await draft.publish()
        await stores.assignFiles.create(tenant, asRecord(tools, request, model, assigned, published))
      } finally {
        await draft.clear()
      }
      return result
    } catch (error) {
      // A shutdown leaves the job to the next start, which needs the file.
      keepUpload = signal.aborted && signal.reason === 'draining'
      throw error
    } finally {
      if (!keepUpload) await uploads.discard(tenant, request.file.id)
    }
  }

function asRecord(
  { clock, limits }: Tools,
  request: AssignFileJob,
  model: ModelWithState,
  assigned: AssignResult,
  published: { bytes: number; sha256: string }
): AssignFile {
  const now = clock()
  const { filename, bytes, sha256 } = request.file
  return {
    id: request.assign_file_id,
    status: 'ready',
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + limits.assignFilesRetentionDays * DAY_MS).toISOString(),
    model_id: model.id,
    reference_date: request.reference_date,
    on_error: request.on_error,
    source: { filename, bytes, sha256, ...assigned.source },
    counts: assigned.counts,
    segments: model.segments.map(({ id, name }, index) => ({
      segment_id: id,
      segment_name: name,
      customers: assigned.members[index] ?? 0
    })),
    format: assigned.format,
    ...published,
    limitations: model.limitations
  }
}
