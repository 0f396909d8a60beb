import { Readable } from 'node:stream'
import type { StoredProfile } from '../../data/profile-folders.ts'
import { Problem } from '../../errors.ts'
import { isUnchanged } from '../answers/etag.ts'
import { hangUpSignal, settleJob } from '../answers/wait.ts'
import { trustedSerializer } from '../plugins/serialization.ts'
import { IdParams, Nothing } from '../schemas/common.ts'
import { DatasetQualityAnswer, ProfileAnswer, ProfileQuery, RejectedQuery } from '../schemas/dataset-profile.ts'
import { JobAnswer } from '../schemas/jobs.ts'
import type { Routes } from '../types.ts'

const tags = ['datasets']
/** A reader that takes nothing for so long has gone. */
const STALLED_READER_MS = 60_000

export const datasetProfileRoutes: Routes<
  'describeDataset' | 'readProfile' | 'startProfile' | 'describeQuality' | 'streamRejected' | 'awaitJob'
> = async (app, { flows }) => {
  app.get(
    '/datasets/:id/profile',
    {
      config: { scope: 'read', tagged: true, startsJob: true },
      serializerCompiler: trustedSerializer,
      schema: {
        operationId: 'getDatasetProfile',
        summary: 'Read what is in a dataset',
        description:
          'Totals, seasons, leading products, distributions, correlation, concentration, cohorts, and what looks odd. Made with the first request and kept; a first request that takes longer than the wait is answered with its job.',
        tags,
        params: IdParams,
        querystring: ProfileQuery,
        response: { 200: ProfileAnswer, 202: JobAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const { id } = request.params
      const { limit } = request.query
      const known = await flows.readProfile(tenant, id)
      if (known !== undefined) {
        if (isUnchanged(request, reply, tagOf(known, limit))) return await reply.send(null)
        return leading(known, limit)
      }
      const job = await flows.startProfile(tenant, id)
      const made = await settleJob(
        flows,
        request,
        reply,
        job,
        async () => {
          const profile = await flows.readProfile(tenant, id)
          if (profile === undefined) throw new Problem('dataset_not_found', `Dataset ${id} was deleted meanwhile.`)
          reply.header('etag', tagOf(profile, limit))
          return leading(profile, limit)
        },
        id
      )
      return made as never
    }
  )

  app.get(
    '/datasets/:id/quality',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDatasetQuality',
        summary: 'Read the cleansing report',
        description:
          'Of each rule the rows, the money, the customers and orders touched, examples, and what can be done.',
        tags,
        params: IdParams,
        response: { 200: DatasetQualityAnswer }
      }
    },
    async (request) => await flows.describeQuality(request.principal.tenant, request.params.id)
  )

  app.get(
    '/datasets/:id/rejected',
    {
      config: { scope: 'export', produces: ['text/csv'] },
      schema: {
        operationId: 'downloadRejectedRows',
        summary: 'Download the rejected rows, to mend and send again',
        description:
          "UTF-8 CSV in the order of the file: tessera_row and tessera_rule, tessera_line where a line could not be divided into columns, then the file's own columns as they came. The three columns of ours are ignored when the file is sent again, with the options of the dataset.",
        tags,
        params: IdParams,
        querystring: RejectedQuery
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const { id } = request.params
      const { rule, raw } = request.query
      await flows.describeDataset(tenant, id)
      // HEAD would write the whole file only to throw it away.
      const rows =
        request.method === 'HEAD' ? [] : await flows.streamRejected(tenant, id, { rule, raw }, hangUpSignal(reply))
      reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="rejected-${id}.csv"`)
        .header('cache-control', 'private, no-store')
      reply.raw.setTimeout(STALLED_READER_MS, () => reply.raw.destroy())
      return await reply.serializer(String).send(Readable.from(rows, { objectMode: false }) as never)
    }
  )
}

const tagOf = ({ tag }: StoredProfile, limit: number): string => `"${tag}.${limit}"`

/** The profile with the first so many products, categories and countries. */
function leading({ profile }: StoredProfile, limit: number): StoredProfile['profile'] {
  const cut = <List extends { data: unknown[] } | null>(list: List): List =>
    list === null ? list : { ...list, data: list.data.slice(0, limit) }
  return {
    ...profile,
    products: cut(profile.products),
    categories: cut(profile.categories),
    countries: cut(profile.countries)
  }
}
