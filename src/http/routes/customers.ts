import type { Flows } from '../../flows/flows.ts'
import { etagOf, isUnchanged } from '../answers/etag.ts'
import { trustedSerializer } from '../plugins/serialization.ts'
import { Nothing } from '../schemas/common.ts'
import { AssignBody, AssignmentsAnswer, CustomerAnswer, CustomerParams, CustomerQuery } from '../schemas/customers.ts'
import type { App } from '../types.ts'

const tags = ['customers']

type Stories = Pick<Flows, 'assignCustomers' | 'describeCustomer' | 'describeModel'>

export const customerRoutes = async (
  app: App,
  { flows, assignMaxBytes }: { flows: Stories; assignMaxBytes: number }
) => {
  app.post(
    '/assign',
    {
      config: { scope: 'assign' },
      bodyLimit: assignMaxBytes,
      serializerCompiler: trustedSerializer,
      schema: {
        operationId: 'assignCustomers',
        summary: 'Assign customers to segments',
        description:
          'From features or from raw orders, 1 to 10,000 customers. One bad customer fails the call; each bad one is named by its index.',
        tags,
        body: AssignBody,
        response: { 200: AssignmentsAnswer }
      }
    },
    async (request) => await flows.assignCustomers(request.principal.tenant, request.body)
  )

  app.get(
    '/customers/:id',
    {
      config: { scope: 'read', tagged: true },
      schema: {
        operationId: 'getCustomer',
        summary: 'Read a customer of the champion, or of another model',
        tags,
        params: CustomerParams,
        querystring: CustomerQuery,
        response: { 200: CustomerAnswer, 304: Nothing }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const customer = await flows.describeCustomer(tenant, request.params.id, request.query.model_id)
      const model = await flows.describeModel(tenant, customer.model_id)
      reply.header('cache-control', 'private, no-store')
      if (isUnchanged(request, reply, etagOf(model))) return await reply.send(null)
      return customer
    }
  )
}
