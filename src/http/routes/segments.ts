import { Readable } from 'node:stream'
import { memberCsv } from '../answers/csv.ts'
import { etagOf, isUnchanged, requireMatch } from '../answers/etag.ts'
import { trustedSerializer } from '../plugins/serialization.ts'
import { IdParams, Nothing, PageQuery } from '../schemas/common.ts'
import { MemberPage, SegmentAnswer, SegmentEditRequest, SegmentList, SegmentsQuery } from '../schemas/segments.ts'
import type { Routes } from '../types.ts'

const tags = ['segments']

/** A reader of an export who takes nothing for so long is dropped. */
const STALLED_READER_MS = 60_000

export const segmentRoutes: Routes<
  'listSegments' | 'describeSegment' | 'editSegment' | 'listMembers' | 'streamMembers'
> = async (app, { flows }) => {
  app.get(
    '/segments',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'listSegments',
        summary: "List the champion's segments, or those of another model",
        tags,
        querystring: SegmentsQuery,
        response: { 200: SegmentList, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { model, segments } = await flows.listSegments(request.principal.tenant, request.query.model_id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return { data: segments, next_cursor: null, model_id: model.id, reference_date: model.reference_date }
    }
  )

  app.get(
    '/segments/:id',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getSegment',
        summary: 'Read a segment',
        tags,
        params: IdParams,
        response: { 200: SegmentAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { model, segment } = await flows.describeSegment(request.principal.tenant, request.params.id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return segment
    }
  )

  app.patch(
    '/segments/:id',
    {
      config: { scope: 'write', guarded: true },
      schema: {
        operationId: 'editSegment',
        summary: 'Rename or edit a segment',
        tags,
        params: IdParams,
        body: SegmentEditRequest,
        response: { 200: SegmentAnswer }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const { id } = request.params
      let revision: number | undefined
      if (request.headers['if-match'] !== undefined) {
        const { model } = await flows.describeSegment(tenant, id)
        requireMatch(request, etagOf(model))
        revision = model.revision
      }
      const { model, segment } = await flows.editSegment(tenant, id, request.body, revision)
      reply.header('etag', etagOf(model))
      return segment
    }
  )

  app.get(
    '/segments/:id/customers',
    {
      config: { scope: 'export', tagged: true, produces: ['application/json', 'text/csv'] },
      serializerCompiler: trustedSerializer,
      schema: {
        operationId: 'listSegmentCustomers',
        summary: 'List the customers of a segment',
        description: 'Pages of JSON, or all of them as CSV with `Accept: text/csv`.',
        tags,
        params: IdParams,
        querystring: PageQuery,
        response: { 200: MemberPage, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const { id } = request.params
      const csv = request.answerType === 'text/csv'
      const { model } = await flows.describeSegment(tenant, id)
      reply.header('vary', 'accept').header('cache-control', 'private, no-store')
      if (isUnchanged(request, reply, etagOf(model, csv ? '.csv' : '.json'))) return await reply.send(null)
      if (!csv) return await flows.listMembers(tenant, id, request.query)

      reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="${id}.csv"`)
      // HEAD would read the whole export only to throw it away.
      const rows = request.method === 'HEAD' ? [] : await rowsOf(tenant, id)
      reply.raw.setTimeout(STALLED_READER_MS, () => reply.raw.destroy())
      return await reply.serializer(String).send(Readable.from(rows, { objectMode: false }) as never)
    }
  )

  async function rowsOf(...segment: Parameters<typeof flows.streamMembers>) {
    const { features, members } = await flows.streamMembers(...segment)
    return memberCsv(features, members)
  }
}
