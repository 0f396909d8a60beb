import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { Problem } from '../../errors.ts'
import type { Flows, ReceivedFile } from '../../flows/flows.ts'
import { answerOnce } from '../answers/once.ts'
import { receiveUpload } from '../answers/upload.ts'
import { settleJob } from '../answers/wait.ts'
import { parsed } from '../plugins/validation.ts'
import { IdParams, Nothing, PageQuery } from '../schemas/common.ts'
import {
  DatasetAnswer,
  DatasetOptionsRequest,
  DatasetPage,
  DatasetRequest,
  QualityAnswer
} from '../schemas/datasets.ts'
import { JobAnswer } from '../schemas/jobs.ts'
import type { App } from '../types.ts'

const tags = ['datasets']

type Stories = Pick<
  Flows,
  | 'receiveFile'
  | 'receiveOrders'
  | 'discardFile'
  | 'registerDataset'
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
          'As a file in multipart/form-data, or inline as JSON. Rows are cleansed; the report says what was rejected and why.',
        tags,
        response: { 201: DatasetAnswer, 202: JobAnswer }
      }
    },
    async (request, reply) =>
      await answerOnce(flows, request, reply, async (attempt) => {
        const { tenant } = request.principal
        const { file, options } = request.isMultipart()
          ? await receiveUpload(flows, request, reply, {
              maxBytes: uploadMaxBytes,
              options: DatasetOptionsRequest,
              content: 'the order lines'
            })
          : await receiveInline(flows, request)
        if (attempt.identify({ sha256: file.sha256, type: file.type, options })) {
          await flows.discardFile(tenant, file)
          return null
        }
        const job = await flows.registerDataset(tenant, file, options, attempt.starting)
        return await settleJob(flows, request, reply, job, (id) => flows.describeDataset(tenant, id))
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

  app.get(
    '/datasets/:id/quality',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDatasetQuality',
        summary: 'Read the cleansing report',
        tags,
        params: IdParams,
        response: { 200: QualityAnswer }
      }
    },
    async (request) => (await flows.describeDataset(request.principal.tenant, request.params.id)).quality
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

async function receiveInline(
  flows: Pick<Flows, 'receiveOrders'>,
  request: FastifyRequest
): Promise<{ file: ReceivedFile; options: DatasetOptions }> {
  const { source, options } = parsed(DatasetRequest, request.body, 'body')
  if (source.type !== 'inline') {
    throw new Problem(
      'source_not_available',
      `A source of type ${source.type} cannot be read yet: upload the file, or send the orders inline.`
    )
  }
  const file = await flows.receiveOrders(request.principal.tenant, source.orders)
  return { file, options: options ?? {} }
}
