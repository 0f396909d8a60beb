import { etagOf, isUnchanged } from '../answers/etag.ts'
import { Nothing } from '../schemas/common.ts'
import { CustomerParams, CustomerQuery } from '../schemas/customers.ts'
import { CustomerExplanationAnswer } from '../schemas/explanations.ts'
import type { Routes } from '../types.ts'

export const explanationRoutes: Routes<'explainCustomer' | 'describeModel'> = async (app, { flows }) => {
  app.get(
    '/customers/:id/explanation',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'explainCustomer',
        summary: 'Read why a customer is in its segment, and the smallest change that leads to each other one',
        tags: ['customers'],
        params: CustomerParams,
        querystring: CustomerQuery,
        response: { 200: CustomerExplanationAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const explanation = await flows.explainCustomer(tenant, request.params.id, request.query.model_id)
      const model = await flows.describeModel(tenant, explanation.model_id)
      reply.header('cache-control', 'private, no-store')
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return explanation
    }
  )
}
