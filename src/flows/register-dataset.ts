import type { Dataset } from '../domain/records/dataset.ts'
import { queuedJob } from '../domain/records/job.ts'
import type { Reference } from '../domain/records/reference.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { Announce, Flows } from './flows.ts'
import { discardFiles, findDataset } from './lookup.ts'
import type { IngestRequest } from './messages/orders.ts'
import type { Tools } from './tools.ts'

/** Start reading a file that has arrived, and answer at once with the job. */
export const registerDataset =
  (tools: Tools): Flows['registerDataset'] =>
  async (tenant, file, options, announce) => {
    try {
      return await start(tools, tenant, 'ingest', { file, options }, announce)
    } catch (error) {
      await discardFiles(tools, tenant, file)
      throw error
    }
  }

/** Start fetching the orders from where they lie; what can be refused at sight is refused before there is a job. */
export const registerReference =
  (tools: Tools): Flows['registerReference'] =>
  async (tenant, source, options, announce) => {
    tools.references.check(tenant, source)
    return await start(tools, tenant, 'fetch', { source, options }, announce)
  }

/** Start fetching a dataset's reference again. The dataset stays as it is: models rest on it. */
export const refreshDataset =
  (tools: Tools): Flows['refreshDataset'] =>
  async (tenant, id, announce) => {
    // Its digest is that of the bytes as they were.
    const {
      options: { sha256: _, ...options },
      ...dataset
    } = await findDataset(tools, tenant, id)
    const source = sourceOf(dataset)
    tools.references.check(tenant, source)
    return await start(tools, tenant, 'fetch', { source, options, refreshes: id }, announce)
  }

function sourceOf({ id, source, reference }: Pick<Dataset, 'id' | 'source' | 'reference'>): Reference {
  if (reference !== undefined) return reference.source
  const came = source.type === 'inline' ? 'inline' : 'by upload'
  throw new Problem(
    'source_not_refreshable',
    `The orders of dataset ${id} came ${came}, so there is nothing to fetch again: send them as a new dataset.`
  )
}

async function start(
  { board, clock, newId }: Tools,
  tenant: Tenant,
  kind: 'ingest' | 'fetch',
  about: Omit<IngestRequest, 'dataset_id'>,
  announce: Announce | undefined
) {
  const id = newId('job')
  const request: IngestRequest = { dataset_id: newId('ds'), ...about }
  await announce?.(id)
  return await board.submit(tenant, queuedJob({ id, kind, created_at: clock().toISOString(), request }))
}
