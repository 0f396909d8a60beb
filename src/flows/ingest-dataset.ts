import type { Dataset, DatasetOptions, DatasetSource, IntakeSummary } from '../domain/records/dataset.ts'
import type { Job, JobProgress } from '../domain/records/job.ts'
import { locationOf, type Reference } from '../domain/records/reference.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { JobWork } from '../jobs/board.ts'
import { allFiles, discardFiles } from './lookup.ts'
import type { IngestRequest, ReceivedFile } from './messages/orders.ts'
import type { Tools } from './tools.ts'

type Context = Parameters<JobWork>[2]

/** Of a job that fetches first: the part of its progress that the fetching is. */
const FETCHING = 0.4

/** The work of such a job: fetch where the file is elsewhere, cleanse, publish the dataset's folder, then its record. */
export const ingestDataset =
  (tools: Tools): JobWork =>
  async (tenant, job, context) => {
    const { stores } = tools
    const request = job.request as IngestRequest
    const result = { type: 'dataset' as const, id: request.dataset_id }
    // Killed between writing the record and settling the job: the work is done.
    if ((await stores.datasets.get(tenant, request.dataset_id)) !== undefined) return result

    const file = request.file ?? (await fetchFile(tools, tenant, job, request, context))
    if (file === null) return { type: 'dataset', id: request.refreshes as string }
    let keepUpload = false
    try {
      checkDigests(file, request.options)
      await stores.datasets.create(tenant, await readFile(tools, tenant, job, { ...request, file }, context))
      return result
    } catch (error) {
      // A shutdown leaves the job to the next start, which needs the file.
      keepUpload = context.signal.aborted && context.signal.reason === 'draining'
      throw error
    } finally {
      if (!keepUpload) await discardFiles(tools, tenant, file)
    }
  }

function checkDigests(file: ReceivedFile, { sha256 }: DatasetOptions): void {
  if (sha256 === undefined) return
  const files = allFiles(file)
  const expected = typeof sha256 === 'string' ? [sha256] : sha256
  const wrong = files.findIndex((each, at) => each.sha256 !== expected[at])
  if (wrong < 0 && expected.length === files.length) return
  throw new Problem(
    'digest_mismatch',
    wrong < 0 || expected[wrong] === undefined
      ? `options.sha256 names ${expected.length} and ${files.length} came; name one for each file.`
      : `The bytes that arrived have the SHA-256 ${files[wrong]!.sha256}, not the one of options.sha256; send the file again.`
  )
}

async function readFile(
  { intake, clock }: Tools,
  tenant: Tenant,
  job: Job,
  { dataset_id, options, file, source, refreshes }: IngestRequest & { file: ReceivedFile },
  { signal, progress }: Context
): Promise<Dataset> {
  const onProgress = source === undefined ? progress : (step: JobProgress) => progress(afterFetching(step))
  const summary = await intake.read(
    tenant,
    {
      uploads: allFiles(file).map(({ id, filename }) => ({ id, filename })),
      datasetId: dataset_id,
      jobId: job.id,
      options
    },
    { signal, onProgress }
  )
  const { version } = file
  const about = sourceOf(file, summary.source)
  return {
    ...summary,
    id: dataset_id,
    name: options.name ?? about.filename ?? dataset_id,
    status: 'ready',
    created_at: clock().toISOString(),
    source: about,
    ...(source && { reference: { source, version: version ?? {} } }),
    ...(refreshes !== undefined && { refreshed_from: refreshes }),
    options,
    reference_date: summary.period.to
  }
}

/** Of several files the one with the lines stands for all; each is listed. */
function sourceOf(file: ReceivedFile, found: IntakeSummary['source']): DatasetSource {
  const files = allFiles(file)
  const lines = found.files?.findIndex((each) => each.lines) ?? 0
  const { id: _, version: __, joined: ___, ...about } = files[lines]!
  const listed = found.files?.map((each, at) => ({ ...each, bytes: files[at]!.bytes, sha256: files[at]!.sha256 }))
  return { ...about, ...found, ...(listed && { files: listed }) }
}

/** @returns null when what is there is what the refreshed dataset was made of */
async function fetchFile(
  { stores, references, uploads, newId }: Tools,
  tenant: Tenant,
  job: Job,
  request: IngestRequest,
  { signal, progress }: Context
): Promise<ReceivedFile | null> {
  const source = request.source as Reference
  const previous = await datasetBefore(stores, tenant, request.refreshes)
  const fetched = await references.fetch(tenant, newId('upl'), source, previous?.reference?.version, {
    signal,
    onProgress: ({ bytes, total }) => progress(fetching(bytes, total))
  })
  if (fetched === null) return null
  const { upload, filename, version } = fetched
  if (upload.sha256 === previous?.source.sha256) {
    await uploads.discard(tenant, upload.id)
    return null
  }
  const file: ReceivedFile = {
    ...upload,
    filename,
    type: source.type,
    location: locationOf(source),
    ...('query' in source && { query: source.query }),
    version
  }
  // From here on a restart reads this file instead of fetching again.
  await stores.jobs.update(tenant, job.id, (stored) => ({ ...stored, request: { ...request, file } }))
  return file
}

async function datasetBefore(
  stores: Tools['stores'],
  tenant: Tenant,
  id: string | undefined
): Promise<Dataset | undefined> {
  if (id === undefined) return undefined
  const dataset = await stores.datasets.get(tenant, id)
  if (dataset !== undefined) return dataset
  throw new Problem('dataset_not_found', `Dataset ${id} was deleted before its reference was fetched again.`)
}

const MIB = 1024 * 1024
const mib = (bytes: number): string => (bytes / MIB).toFixed(1)

const fetching = (bytes: number, total: number | null): JobProgress => ({
  stage: 'fetching',
  fraction: total === null ? 0 : (FETCHING * bytes) / total,
  message: total === null ? `${mib(bytes)} MiB fetched.` : `${mib(bytes)} of ${mib(total)} MiB fetched.`
})

const afterFetching = ({ fraction, ...step }: JobProgress): JobProgress => ({
  ...step,
  fraction: FETCHING + (1 - FETCHING) * fraction
})
