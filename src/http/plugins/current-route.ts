import type { FastifyRequest } from 'fastify'
import type { App } from '../types.ts'

const KEPT = Symbol('current route')

type Keeping = FastifyRequest & { [KEPT]: FastifyRequest['route'] | null }

/** Fastify makes `routeOptions` anew each time it is asked for; every plugin asks. */
export function currentRoute(app: App): void {
  app.decorateRequest(KEPT, null)
  app.decorateRequest('route', {
    getter(this: FastifyRequest) {
      const request = this as Keeping
      request[KEPT] ??= request.routeOptions
      return request[KEPT]
    }
  })
}
