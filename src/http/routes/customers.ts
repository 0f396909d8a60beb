import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import type { Tenant } from '../../domain/tenant.ts'
import type { Flows } from '../../flows/flows.ts'
import type { AssignRequest } from '../../flows/messages/assigning.ts'
import type { AssignColumnsRequest } from '../../flows/messages/assigning-tables.ts'
import { type AtHand, afterwards } from '../../flows/messages/at-hand.ts'
import { tableColumnsText, tableRowsText } from '../answers/assigned-table.ts'
import { assignmentsText, columnsText, customerText } from '../answers/assignments.ts'
import { etagOf, isUnchanged } from '../answers/etag.ts'
import { giveBack } from '../answers/json-text.ts'
import { ReadAssignBody, readAssignBody } from '../bodies/assign-body.ts'
import { compiled, compiledValidator, compiledValidatorCompiler } from '../plugins/compiled-validation.ts'
import { jsonBody } from '../plugins/json-body.ts'
import { Nothing } from '../schemas/common.ts'
import {
  AssignAbout,
  AssignBody,
  AssignColumnsBody,
  AssignForms,
  AssignmentColumnsAnswer,
  AssignmentsAnswer,
  CustomerAnswer,
  CustomerParams,
  CustomerQuery
} from '../schemas/customers.ts'
import type { App } from '../types.ts'

const tags = ['customers']

/** The answers are written as text by answers/assignments.ts: they are the ones that come by the million. */
const JSON_TYPE = 'application/json; charset=utf-8'

type Stories = Pick<Flows, 'assignCustomers' | 'assignColumns' | 'assignTable' | 'describeCustomer'>

const isColumns = (body: unknown): boolean => typeof body === 'object' && body !== null && 'columns' in body

const formValidator = compiledValidator([AssignBody, AssignColumnsBody], (body) =>
  isColumns(body) ? AssignColumnsBody : AssignBody
)

/** A body that was read at a glance is a right one. */
const assignValidator: FastifySchemaCompiler<unknown> = (route) => {
  const validate = formValidator(route)
  return (value) => (value instanceof ReadAssignBody ? { value } : validate(value))
}

const isAbout = compiled(AssignAbout)

export const customerRoutes = async (
  app: App,
  { flows, assignMaxBytes }: { flows: Stories; assignMaxBytes: number }
) => {
  jsonBody(app, (body) => readAssignBody(body, isAbout))
  app.post(
    '/assign',
    {
      config: { scope: 'assign' },
      bodyLimit: assignMaxBytes,
      validatorCompiler: assignValidator,
      schema: {
        operationId: 'assignCustomers',
        summary: 'Assign customers to segments',
        description:
          'From features or from raw orders, 1 to 10,000 customers. One bad customer fails the call; each bad one is named by its index. Features of up to 100,000 customers may come in `columns`, one array a feature, and are answered so: less to send, and several times as fast.',
        tags,
        body: AssignForms,
        response: { 200: z.union([AssignmentsAnswer, AssignmentColumnsAnswer]) }
      }
    },
    ({ principal: { tenant }, body }, reply) => {
      reply.header('content-type', JSON_TYPE)
      const given: unknown = body
      const assigned = given instanceof ReadAssignBody ? assignRead(flows, tenant, given) : assign(flows, tenant, body)
      return afterwards(assigned, (answer) => {
        // Finished is when the system has all bytes. Of an answer that breaks off the memory is left to the collector.
        if (typeof answer !== 'string') reply.raw.once('finish', () => giveBack(answer))
        return answer as never
      })
    }
  )

  app.get(
    '/customers/:id',
    {
      config: { scope: 'read', tagged: true },
      validatorCompiler: compiledValidatorCompiler as FastifySchemaCompiler<unknown>,
      schema: {
        operationId: 'getCustomer',
        summary: 'Read a customer of the champion, or of another model',
        tags,
        params: CustomerParams,
        querystring: CustomerQuery,
        response: { 200: CustomerAnswer, 304: Nothing }
      }
    },
    (request, reply) => {
      const { params, query, principal } = request
      return afterwards(flows.describeCustomer(principal.tenant, params.id, query.model_id), (customer) => {
        reply.header('cache-control', 'private, no-store')
        if (isUnchanged(request, reply, etagOf(customer.model))) return null
        reply.header('content-type', JSON_TYPE)
        return customerText(customer) as never
      })
    }
  )
}

async function assign(flows: Stories, tenant: Tenant, body: AssignRequest | AssignColumnsRequest) {
  if (!('columns' in body)) return await assignmentsText(await flows.assignCustomers(tenant, body))
  return await columnsText(await flows.assignColumns(tenant, body), body.columns.customer_id)
}

function assignRead(flows: Stories, tenant: Tenant, body: ReadAssignBody): AtHand<string | Buffer> {
  const { bytes, form, request } = body
  // Columns are answered without the distances to all segments, so nobody reckons them.
  const asked = form === 'columns' ? { ...request, include: [] } : request
  return afterwards(flows.assignTable(tenant, asked), (assigned) => {
    // Something stands in the way of a customer, and what it is, is told of the body as it was sent.
    if (assigned === undefined) return assign(flows, tenant, JSON.parse(bytes.toString()))
    return form === 'columns' ? tableColumnsText(assigned, body) : tableRowsText(assigned, request.table, body)
  })
}
