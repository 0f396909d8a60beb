import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import type { Config } from './config.ts'
import type { Flows } from './flows/flows.ts'
import { authentication } from './http/plugins/authentication.ts'
import { onClientError, onFrameworkError, refuseExpectations } from './http/plugins/broken-requests.ts'
import { currentRoute } from './http/plugins/current-route.ts'
import { jsonBody } from './http/plugins/json-body.ts'
import { requestLimits } from './http/plugins/limits.ts'
import { metrics as metricsOf } from './http/plugins/metrics.ts'
import { negotiation } from './http/plugins/negotiation.ts'
import { openapi } from './http/plugins/openapi.ts'
import { problemDetails } from './http/plugins/problem-details.ts'
import { requestChecks } from './http/plugins/request-checks.ts'
import { requestIdOf } from './http/plugins/request-id.ts'
import { lazyChild, requestLog } from './http/plugins/request-log.ts'
import { securityHeaders } from './http/plugins/security-headers.ts'
import { type BodyPace, DEFAULT_PACE, slowBodies } from './http/plugins/slow-bodies.ts'
import { strictQueries, validatorCompiler } from './http/plugins/validation.ts'
import { assignFileRoutes } from './http/routes/assign-files.ts'
import { customerRoutes } from './http/routes/customers.ts'
import { datasetProfileRoutes } from './http/routes/dataset-profile.ts'
import { datasetRoutes } from './http/routes/datasets.ts'
import { docsRoutes } from './http/routes/docs.ts'
import { explanationRoutes } from './http/routes/explanations.ts'
import { featureRoutes } from './http/routes/features.ts'
import { healthRoutes } from './http/routes/health.ts'
import { jobRoutes } from './http/routes/jobs.ts'
import { modelRoutes } from './http/routes/models.ts'
import { problemRoutes } from './http/routes/problems.ts'
import { segmentRoutes } from './http/routes/segments.ts'
import type { App } from './http/types.ts'

export interface AppOptions {
  flows: Flows
  config: Config
  /** Silent where absent. */
  logger?: FastifyBaseLogger
  version: string
  /** How slow a caller may be. */
  pace?: Partial<BodyPace> & { headersMs?: number }
}

/**
 * The HTTP door: everything between a socket and the flows. Listens nowhere by itself.
 *
 * What is registered first sees a request first: checks, then who calls, then how often, then the route.
 */
export async function buildApp({ flows, config, logger, version, pace = {} }: AppOptions): Promise<App> {
  const app: App = Fastify({
    ...(logger && { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    childLoggerFactory: lazyChild,
    genReqId: requestIdOf,
    trustProxy: config.TRUST_PROXY,
    bodyLimit: config.BODY_MAX_BYTES,
    // Percent-encoded; request-checks.ts limits what they decode to.
    routerOptions: { maxParamLength: 2000 },
    http: {
      // The Host header is checked by request-checks.ts, which can answer with a problem.
      requireHostHeader: false,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 500,
      headersTimeout: pace.headersMs ?? 10_000,
      // slow-bodies.ts looks at the pace instead: a limit for the whole request would end large uploads.
      requestTimeout: 0
    },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: onFrameworkError,
    clientErrorHandler: onClientError
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  refuseExpectations(app)
  currentRoute(app)
  requestLog(app)
  const metrics = metricsOf(app, { flows })
  securityHeaders(app)
  requestChecks(app)
  slowBodies(app, { ...DEFAULT_PACE, ...pace })
  jsonBody(app)
  authentication(app, { flows })
  requestLimits(app, { perMinute: config.RATE_LIMIT_PER_MINUTE, keyed: config.API_KEYS_FILE !== undefined })
  negotiation(app)
  strictQueries(app)
  problemDetails(app)
  await openapi(app, { version })

  await app.register(datasetRoutes, {
    flows,
    uploadMaxBytes: config.UPLOAD_MAX_BYTES,
    inlineMaxBytes: config.ASSIGN_BODY_MAX_BYTES
  })
  await app.register(datasetProfileRoutes, { flows })
  await app.register(featureRoutes, { flows })
  await app.register(modelRoutes, { flows })
  await app.register(segmentRoutes, { flows })
  await app.register(customerRoutes, { flows, assignMaxBytes: config.ASSIGN_BODY_MAX_BYTES })
  await app.register(assignFileRoutes, { flows, uploadMaxBytes: config.UPLOAD_MAX_BYTES })
  await app.register(explanationRoutes, { flows })
  await app.register(jobRoutes, { flows })
  await app.register(healthRoutes, { flows, metrics })
  await app.register(problemRoutes, { flows })
  await app.register(docsRoutes, { page: config.DOCS_UI ?? config.NODE_ENV !== 'production' })
  return app
}
