import { EventStreams, lastEventId } from '../answers/event-stream.ts'
import { jobAnswer } from '../answers/jobs.ts'
import { IdParams, PageQuery } from '../schemas/common.ts'
import { JobAnswer, JobPage } from '../schemas/jobs.ts'
import type { Routes } from '../types.ts'

const tags = ['jobs']

export const jobRoutes: Routes<'listJobs' | 'describeJob' | 'cancelJob' | 'followJob'> = async (app, { flows }) => {
  const streams = new EventStreams()
  app.addHook('preClose', async () => streams.closeAll())

  app.get(
    '/jobs',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs, the newest first',
        tags,
        querystring: PageQuery,
        response: { 200: JobPage }
      }
    },
    async (request) => {
      const page = await flows.listJobs(request.principal.tenant, request.query)
      return { ...page, data: page.data.map(jobAnswer) }
    }
  )

  app.get(
    '/jobs/:id',
    {
      config: { scope: 'read' },
      schema: { operationId: 'getJob', summary: 'Read a job', tags, params: IdParams, response: { 200: JobAnswer } }
    },
    async (request) => jobAnswer(await flows.describeJob(request.principal.tenant, request.params.id))
  )

  app.delete(
    '/jobs/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancel a job that has not ended',
        tags,
        params: IdParams,
        response: { 200: JobAnswer }
      }
    },
    async (request) => jobAnswer(await flows.cancelJob(request.principal.tenant, request.params.id))
  )

  app.get(
    '/jobs/:id/events',
    {
      config: { scope: 'read', produces: ['text/event-stream'] },
      exposeHeadRoute: false,
      schema: {
        operationId: 'followJob',
        summary: 'Follow a job as server-sent events',
        description:
          'Events `progress`, then one last `done`, `failed` or `cancelled`; the data of each is the job. `Last-Event-ID` goes on behind an event.',
        tags,
        params: IdParams
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      await streams.send(request, reply, (signal) =>
        flows.followJob(tenant, request.params.id, lastEventId(request), signal)
      )
    }
  )
}
