import { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import type { AssignFile } from '../../domain/records/assign-file.ts'
import type { Flows } from '../../flows/flows.ts'
import { rangeOf } from '../answers/byte-range.ts'
import { isUnchanged } from '../answers/etag.ts'
import { answerOnce } from '../answers/once.ts'
import { receiveUpload } from '../answers/upload.ts'
import { settleJob } from '../answers/wait.ts'
import { AssignFileAnswer, AssignFileOptionsRequest, AssignFilePage } from '../schemas/assign-files.ts'
import { IdParams, Nothing, PageQuery } from '../schemas/common.ts'
import { JobAnswer } from '../schemas/jobs.ts'
import type { App } from '../types.ts'

const tags = ['customers']

/** A reader who takes nothing for so long is dropped. */
const STALLED_READER_MS = 60_000

const MEDIA = { csv: 'text/csv; charset=utf-8; header=present', arrow: 'application/vnd.apache.arrow.file' }

type Stories = Pick<
  Flows,
  | 'receiveFile'
  | 'discardFile'
  | 'assignFile'
  | 'listAssignFiles'
  | 'describeAssignFile'
  | 'readAssignFile'
  | 'removeAssignFile'
  | 'awaitJob'
  | 'idempotency'
>

export const assignFileRoutes = async (
  app: App,
  { flows, uploadMaxBytes }: { flows: Stories; uploadMaxBytes: number }
) => {
  await app.register(multipart, { throwFileSizeLimit: false })

  app.post(
    '/assign/files',
    {
      config: { scope: 'assign', upload: true, startsJob: true, idempotent: true },
      schema: {
        operationId: 'createAssignFile',
        summary: 'Assign the customers of a file',
        description:
          'For millions of customers. The file has a column `customer_id` and one for each feature of the model, in any order; an empty cell or null is an absent value. The answer has a row for each row of the file, in its order: `customer_id`, `segment_id`, `segment_name`, `distance`, `margin`, `out_of_domain`, the numbers as `POST /assign` gives them, and with `on_error` `report` also `error`. The model is the champion of the moment in which the file is accepted. In CSV a text that a spreadsheet would run as a formula has an apostrophe before it; Arrow holds ids as they came. Rows count from 1, the header not counted.',
        tags,
        response: { 201: AssignFileAnswer, 202: JobAnswer }
      }
    },
    async (request, reply) =>
      await answerOnce(flows, request, reply, async (attempt) => {
        const { tenant } = request.principal
        const { file, options } = await receiveUpload(flows, request, reply, {
          maxBytes: uploadMaxBytes,
          options: AssignFileOptionsRequest,
          content: 'the customers'
        })
        if (attempt.identify({ sha256: file.sha256, options })) {
          await flows.discardFile(tenant, file)
          return null
        }
        const job = await flows.assignFile(tenant, file, options, attempt.starting)
        return await settleJob(flows, request, reply, job, (id) => flows.describeAssignFile(tenant, id))
      })
  )

  app.get(
    '/assign/files',
    {
      config: { scope: 'assign' },
      schema: {
        operationId: 'listAssignFiles',
        summary: 'List files of assignments, the newest first',
        tags,
        querystring: PageQuery,
        response: { 200: AssignFilePage }
      }
    },
    async (request) => await flows.listAssignFiles(request.principal.tenant, request.query)
  )

  app.get(
    '/assign/files/:id',
    {
      config: { scope: 'assign' },
      schema: {
        operationId: 'getAssignFile',
        summary: 'Read what a file of assignments holds',
        tags,
        params: IdParams,
        response: { 200: AssignFileAnswer }
      }
    },
    async (request) => await flows.describeAssignFile(request.principal.tenant, request.params.id)
  )

  app.get(
    '/assign/files/:id/content',
    {
      config: { scope: 'assign', tagged: true, produces: ['text/csv', MEDIA.arrow] },
      schema: {
        operationId: 'downloadAssignFile',
        summary: 'Download a file of assignments',
        description: 'In the format it was asked for; one `Range` of bytes may be read alone.',
        tags,
        params: IdParams
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const file = await flows.describeAssignFile(tenant, request.params.id)
      const etag = `"${file.sha256}"`
      reply.header('cache-control', 'private, no-store')
      if (isUnchanged(request, reply, etag)) return await reply.send(null)
      reply.type(MEDIA[file.format]).header('content-disposition', `attachment; filename="${filenameOf(file)}"`)
      const range = rangeOf(request, reply, file.bytes, etag)
      // HEAD would read the whole file only to throw it away.
      const bytes = request.method === 'HEAD' ? [] : await flows.readAssignFile(tenant, file, range)
      reply.raw.setTimeout(STALLED_READER_MS, () => reply.raw.destroy())
      return await reply.send(Readable.from(bytes, { objectMode: false }) as never)
    }
  )

  app.delete(
    '/assign/files/:id',
    {
      config: { scope: 'assign' },
      schema: {
        operationId: 'deleteAssignFile',
        summary: 'Delete a file of assignments',
        tags,
        params: IdParams,
        response: { 204: Nothing }
      }
    },
    async (request, reply) => {
      await flows.removeAssignFile(request.principal.tenant, request.params.id)
      return await reply.code(204).send(null)
    }
  )
}

const filenameOf = ({ id, format }: AssignFile) => `${id}.${format}`
