import { etagOf, isUnchanged } from '../answers/etag.ts'
import { metricsAnswer, modelAnswer, projectionAnswer } from '../answers/models.ts'
import { answerOnce } from '../answers/once.ts'
import { settleJob } from '../answers/wait.ts'
import { IdParams, Nothing, PageQuery } from '../schemas/common.ts'
import { JobAnswer } from '../schemas/jobs.ts'
import {
  ChampionRequest,
  MetricsAnswer,
  ModelAnswer,
  ModelExplanationAnswer,
  ModelPage,
  ProjectionAnswer,
  TrainRequest
} from '../schemas/models.ts'
import type { Routes } from '../types.ts'

const tags = ['models']

export const modelRoutes: Routes<
  | 'trainModel'
  | 'listModels'
  | 'describeModel'
  | 'explainModel'
  | 'removeModel'
  | 'describeChampion'
  | 'promoteModel'
  | 'awaitJob'
  | 'idempotency'
> = async (app, { flows }) => {
  app.post(
    '/models',
    {
      config: { scope: 'write', startsJob: true, idempotent: true },
      schema: {
        operationId: 'trainModel',
        summary: 'Train a model',
        description:
          'Only dataset_id is needed. Without k the service compares 2 to 10 segments and says why it chose.',
        tags,
        body: TrainRequest,
        response: { 201: ModelAnswer, 202: JobAnswer }
      }
    },
    async (request, reply) =>
      await answerOnce(flows, request, reply, async (attempt) => {
        if (attempt.identify(request.body)) return null
        const { tenant } = request.principal
        const job = await flows.trainModel(tenant, request.body, attempt.starting)
        return await settleJob(flows, request, reply, job, async (id) =>
          modelAnswer(await flows.describeModel(tenant, id))
        )
      })
  )

  app.get(
    '/models',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listModels',
        summary: 'List models, the newest first',
        tags,
        querystring: PageQuery,
        response: { 200: ModelPage }
      }
    },
    async (request) => {
      const page = await flows.listModels(request.principal.tenant, request.query)
      return { ...page, data: page.data.map(modelAnswer) }
    }
  )

  app.get(
    '/models/champion',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getChampion',
        summary: 'Read the model that segments, assignments and customers speak for',
        tags,
        response: { 200: ModelAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const model = await flows.describeChampion(request.principal.tenant)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return modelAnswer(model)
    }
  )

  app.put(
    '/models/champion',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'promoteModel',
        summary: 'Choose the champion',
        tags,
        body: ChampionRequest,
        response: { 200: ModelAnswer }
      }
    },
    async (request) => modelAnswer(await flows.promoteModel(request.principal.tenant, request.body.model_id))
  )

  app.get(
    '/models/:id',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getModel',
        summary: 'Read a model',
        tags,
        params: IdParams,
        response: { 200: ModelAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const model = await flows.describeModel(request.principal.tenant, request.params.id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return modelAnswer(model)
    }
  )

  app.get(
    '/models/:id/metrics',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getModelMetrics',
        summary: 'Read how good the clusters are',
        tags,
        params: IdParams,
        response: { 200: MetricsAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const model = await flows.describeModel(request.principal.tenant, request.params.id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return metricsAnswer(model)
    }
  )

  app.get(
    '/models/:id/projection',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getModelProjection',
        summary: 'Read the customers in two principal components',
        tags,
        params: IdParams,
        response: { 200: ProjectionAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const model = await flows.describeModel(request.principal.tenant, request.params.id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return projectionAnswer(model)
    }
  )

  app.get(
    '/models/:id/explanation',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'explainModel',
        summary: 'Read what tells the segments apart: a tree of rules, and the features of each',
        tags,
        params: IdParams,
        response: { 200: ModelExplanationAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const model = await flows.describeModel(tenant, request.params.id)
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return await flows.explainModel(tenant, model.id)
    }
  )

  app.delete(
    '/models/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteModel',
        summary: 'Delete a model that is not the champion',
        tags,
        params: IdParams,
        response: { 204: Nothing }
      }
    },
    async (request, reply) => {
      await flows.removeModel(request.principal.tenant, request.params.id)
      return await reply.code(204).send(null)
    }
  )
}
