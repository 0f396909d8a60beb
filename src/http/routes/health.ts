import type { Principal } from '../../domain/records/principal.ts'
import { DEFAULT_TENANT } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'
import type { HealthReport } from '../../flows/messages/health.ts'
import { keyOf } from '../plugins/authentication.ts'
import type { Metrics } from '../plugins/metrics.ts'
import { HealthAnswer, LivenessAnswer, ReadinessAnswer } from '../schemas/health.ts'
import type { App } from '../types.ts'

const tags = ['operations']
const open = { scope: null, unlimited: true } as const

type Stories = Pick<Flows, 'authenticate' | 'checkHealth' | 'checkReadiness'>

export const healthRoutes = async (app: App, { flows, metrics }: { flows: Stories; metrics: Metrics }) => {
  /** Needs no key. The champion belongs to a tenant: it is told to who has one of its keys, or where there are none. */
  app.get(
    '/health',
    {
      config: open,
      schema: {
        operationId: 'getHealth',
        summary: 'Ask how the service is',
        tags,
        response: { 200: HealthAnswer }
      }
    },
    async (request, reply): Promise<HealthReport> => {
      reply.header('cache-control', 'no-store')
      const caller = callerOf(() => flows.authenticate(keyOf(request)))
      const report = await flows.checkHealth(caller?.tenant ?? DEFAULT_TENANT)
      return caller === null ? { ...report, champion: null } : report
    }
  )

  app.get(
    '/health/live',
    {
      config: open,
      schema: { operationId: 'getLiveness', summary: 'Is it alive', tags, response: { 200: LivenessAnswer } }
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { status: 'ok' as const }
    }
  )

  app.get(
    '/health/ready',
    {
      config: open,
      schema: {
        operationId: 'getReadiness',
        summary: 'May it be sent requests',
        tags,
        response: { 200: ReadinessAnswer, 503: ReadinessAnswer }
      }
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const readiness = await flows.checkReadiness()
      return await reply.code(readiness.ready ? 200 : 503).send(readiness)
    }
  )

  app.get(
    '/metrics',
    {
      config: { scope: 'admin', unlimited: true, produces: ['text/plain', 'application/openmetrics-text'] },
      schema: { operationId: 'getMetrics', summary: 'Read the metrics for Prometheus', tags }
    },
    async (request, reply) => await reply.type(metrics.contentType).send(await metrics.render(request.principal))
  )
}

/** Who calls, or null: a missing or wrong key is no reason to refuse an answer that needs none. */
function callerOf(authenticate: () => Principal): Principal | null {
  try {
    return authenticate()
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
