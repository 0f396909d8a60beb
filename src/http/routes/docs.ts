import swaggerUi from '@fastify/swagger-ui'
import { apiDocument } from '../plugins/openapi.ts'
import type { App } from '../types.ts'

const tags = ['operations']

/** The contract as JSON and YAML always, the interactive page where it is wanted. None of it needs a key. */
export const docsRoutes = async (app: App, { page }: { page: boolean }) => {
  app.get(
    '/openapi.json',
    {
      config: { scope: null },
      schema: { operationId: 'getOpenapiJson', summary: 'Read this contract as JSON', tags }
    },
    async (_request, reply) => await reply.header('cache-control', 'no-cache').send(apiDocument(app).object)
  )

  app.get(
    '/openapi.yaml',
    {
      config: { scope: null, produces: ['application/yaml', 'text/yaml', 'text/plain'] },
      schema: { operationId: 'getOpenapiYaml', summary: 'Read this contract as YAML', tags }
    },
    async (request, reply) =>
      await reply
        .header('cache-control', 'no-cache')
        .type(`${request.answerType}; charset=utf-8`)
        .send(apiDocument(app).yaml)
  )

  if (!page) return
  // The page's routes are not ours to write: they get their config, and stay out of the contract, here.
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/docs')) return
    route.config = { ...route.config, scope: null, produces: ['text/html', '*/*'] }
    route.schema = { ...route.schema, hide: true }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformSpecificationClone: false,
    transformSpecification: () => apiDocument(app).object as Record<string, never>,
    uiConfig: { deepLinking: true, displayRequestDuration: true, validatorUrl: null }
  })
}
