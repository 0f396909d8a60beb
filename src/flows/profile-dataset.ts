import { isFinished, type Job, queuedJob } from '../domain/records/job.ts'
import type { JobWork } from '../jobs/board.ts'
import type { Flows } from './flows.ts'
import { findDataset } from './lookup.ts'
import type { Tools } from './tools.ts'

interface ProfileJob {
  dataset_id: string
}

/** The profile as it is kept; undefined until it is asked for the first time. */
export const readProfile =
  (tools: Tools): Flows['readProfile'] =>
  async (tenant, datasetId) => {
    await findDataset(tools, tenant, datasetId)
    return tools.profiles.read(tenant, datasetId)
  }

/** Start the analysis of a dataset, or join the one that is under way: many may ask at the same time for the first one. */
export function startProfile(tools: Tools): Flows['startProfile'] {
  const { board, clock, newId } = tools
  const underWay = new Map<string, Promise<Job>>()
  return async (tenant, datasetId) => {
    await findDataset(tools, tenant, datasetId)
    const key = `${tenant}/${datasetId}`
    const started = underWay.get(key)
    const running = await started?.then(({ id }) => board.wait(tenant, id, 0)).catch(() => undefined)
    if (running !== undefined && !isFinished(running)) return running
    // Another caller may have found the same and started anew meanwhile.
    const newer = underWay.get(key)
    if (newer !== undefined && newer !== started) return newer

    const request: ProfileJob = { dataset_id: datasetId }
    const starting = board.submit(
      tenant,
      queuedJob({ id: newId('job'), kind: 'profile', created_at: clock().toISOString(), request })
    )
    underWay.set(key, starting)
    // Kept no longer than it can be joined.
    void starting
      .then(({ id }) => board.wait(tenant, id, LONGEST_MS))
      .catch(() => undefined)
      .finally(() => {
        if (underWay.get(key) === starting) underWay.delete(key)
      })
    return starting
  }
}

/** Longer than any job may run; the board's timers cannot count further. */
const LONGEST_MS = 2 ** 31 - 1

/** The work of such a job: count in a thread, then publish the profile's folder. */
export const profileDataset =
  (tools: Tools): JobWork =>
  async (tenant, job, { signal, progress }) => {
    const { folders, profiles, pool, limits, stores } = tools
    const { dataset_id } = job.request as ProfileJob
    const result = { type: 'profile' as const, id: dataset_id }
    const { id, currency, timezone, period, reference_date, limitations } = await findDataset(tools, tenant, dataset_id)
    if ((await profiles.read(tenant, id)) !== undefined) return result

    const draft = await profiles.draft(tenant, id, job.id)
    try {
      await pool.run(
        'profile',
        {
          datasetFolder: folders.dataset(tenant, id),
          profileFolder: draft.folder,
          spillFolder: draft.spillFolder,
          subject: { dataset_id: id, currency, timezone, period, reference_date, limitations },
          memoryBytes: limits.queryMemoryBytes,
          threads: 2
        },
        { signal, onProgress: progress }
      )
      await draft.publish()
    } finally {
      await draft.clear()
    }
    // Deleted under way: its files went with the record, and the profile must not stay alone.
    if ((await stores.datasets.get(tenant, id)) === undefined) await profiles.remove(tenant, id)
    return result
  }
