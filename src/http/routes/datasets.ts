import multipart from '@fastify/multipart'
import type { z } from 'zod'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import type { Job } from '../../domain/records/job.ts'
import type { Tenant } from '../../domain/tenant.ts'
import type { Flows } from '../../flows/flows.ts'
import type { ReceivedFile } from '../../flows/messages/orders.ts'
import { type Attempt, answerOnce } from '../answers/once.ts'
import { receiveUpload } from '../answers/upload.ts'
import { settleJob } from '../answers/wait.ts'
import { parsed } from '../plugins/validation.ts'
import { IdParams, Nothing, PageQuery } from '../schemas/common.ts'
import {
  DatasetAnswer,
  DatasetOptionsRequest,
  DatasetPage,
  DatasetRequest,
  FILES_MAX,
  NoBody
} from '../schemas/datasets.ts'
import { JobAnswer } from '../schemas/jobs.ts'
import type { App } from '../types.ts'
import { previewRoute } from './dataset-preview.ts'

const tags = ['datasets']

type Stories = Pick<
  Flows,
  | 'receiveFile'
  | 'receiveOrders'
  | 'discardFile'
  | 'registerDataset'
  | 'previewDataset'
  | 'previewReference'
  | 'registerReference'
  | 'refreshDataset'
  | 'listDatasets'
  | 'describeDataset'
  | 'removeDataset'
  | 'awaitJob'
  | 'idempotency'
>

export const datasetRoutes = async (
  app: App,
  { flows, uploadMaxBytes, inlineMaxBytes }: { flows: Stories; uploadMaxBytes: number; inlineMaxBytes: number }
) => {
  // Here and nowhere else: on every other address a form is 415.
  await app.register(multipart, { throwFileSizeLimit: false })

  app.post(
    '/datasets',
    {
      config: { scope: 'write', upload: true, startsJob: true, idempotent: true },
      bodyLimit: inlineMaxBytes,
      schema: {
        operationId: 'createDataset',
        summary: 'Send order lines',
        description:
          'As a file in multipart/form-data, or up to six that are joined on the ids they share; inline as JSON, or by reference: an address, a file below an import folder, an object of S3 or a query. Rows are cleansed; the report says what was rejected and why.',
        tags,
        response: { 201: DatasetAnswer, 202: JobAnswer }
      }
    },
    async (request, reply) =>
      await answerOnce(flows, request, reply, async (attempt) => {
        const { tenant } = request.principal
        const job = request.isMultipart()
          ? await startWithFile(
              flows,
              tenant,
              await receiveUpload(flows, request, reply, {
                maxBytes: uploadMaxBytes,
                options: DatasetOptionsRequest,
                content: 'the order lines',
                filesMax: FILES_MAX
              }),
              attempt
            )
          : await startWithBody(flows, tenant, parsed(DatasetRequest, request.body, 'body'), attempt)
        return job && (await settleJob(flows, request, reply, job, (id) => flows.describeDataset(tenant, id)))
      })
  )

  previewRoute(app, { flows, uploadMaxBytes, inlineMaxBytes })

  app.post(
    '/datasets/:id/refresh',
    {
      config: { scope: 'write', startsJob: true, idempotent: true },
      schema: {
        operationId: 'refreshDataset',
        summary: "Fetch a dataset's reference again",
        description:
          'Makes a new dataset with the same options; this one stays, since models rest on it. Where the source says that nothing has changed, or gives the same bytes, the answer is 200 with this dataset. Takes no body.',
        tags,
        params: IdParams,
        response: { 200: DatasetAnswer, 201: DatasetAnswer, 202: JobAnswer }
      }
    },
    async (request, reply) =>
      await answerOnce(flows, request, reply, async (attempt) => {
        const { tenant } = request.principal
        const { id } = request.params
        parsed(NoBody, request.body ?? {}, 'body')
        if (attempt.identify({ id })) return null
        const job = await flows.refreshDataset(tenant, id, attempt.starting)
        return await settleJob(flows, request, reply, job, (made) => flows.describeDataset(tenant, made), id)
      })
  )

  app.get(
    '/datasets',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listDatasets',
        summary: 'List datasets, the newest first',
        tags,
        querystring: PageQuery,
        response: { 200: DatasetPage }
      }
    },
    async (request) => await flows.listDatasets(request.principal.tenant, request.query)
  )

  app.get(
    '/datasets/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDataset',
        summary: 'Read a dataset',
        tags,
        params: IdParams,
        response: { 200: DatasetAnswer }
      }
    },
    async (request) => await flows.describeDataset(request.principal.tenant, request.params.id)
  )

  app.delete(
    '/datasets/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteDataset',
        summary: 'Delete a dataset that no model rests on',
        tags,
        params: IdParams,
        response: { 204: Nothing }
      }
    },
    async (request, reply) => {
      await flows.removeDataset(request.principal.tenant, request.params.id)
      return await reply.code(204).send(null)
    }
  )
}

/** Takes over the file. @returns null when the request has been answered before */
async function startWithFile(
  flows: Stories,
  tenant: Tenant,
  { file, options }: { file: ReceivedFile; options: DatasetOptions },
  attempt: Attempt
): Promise<Job | null> {
  const joined = file.joined && { joined: file.joined.map(({ sha256 }) => sha256) }
  if (attempt.identify({ sha256: file.sha256, type: file.type, options, ...joined })) {
    await flows.discardFile(tenant, file)
    return null
  }
  return await flows.registerDataset(tenant, file, options, attempt.starting)
}

/** @returns null when the request has been answered before */
async function startWithBody(
  flows: Stories,
  tenant: Tenant,
  { source, options = {} }: z.output<typeof DatasetRequest>,
  attempt: Attempt
): Promise<Job | null> {
  if (source.type === 'inline') {
    return await startWithFile(
      flows,
      tenant,
      { file: await flows.receiveOrders(tenant, source.orders), options },
      attempt
    )
  }
  if (attempt.identify({ source, options })) return null
  return await flows.registerReference(tenant, source, options, attempt.starting)
}
