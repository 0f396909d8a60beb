import type { FastifyReply, FastifyRequest } from 'fastify'
import { describeProblem, Problem } from '../../errors.ts'
import type { App } from '../types.ts'
import { notFoundProblem, toProblem } from './problem-mapping.ts'

/** The path alone: a query may hold what must not be repeated, an absolute-form address names a foreign host. */
export const pathOf = (url: string) => url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] || '/'

export function problemBody(problem: Problem, about: { path?: string; requestId: string }): string {
  return JSON.stringify({
    ...describeProblem(problem),
    ...(about.path !== undefined && { instance: about.path.slice(0, 300) }),
    request_id: about.requestId
  })
}

/** Answers with a problem document. The one place where a failure becomes an HTTP answer. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error)
  if (problem.status >= 500) request.log.error({ err: problem, code: problem.code }, 'request failed')
  else request.log.debug({ code: problem.code, detail: problem.message }, 'request refused')

  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="tessera"')
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(problem.retryAfter)))
  return reply
    .code(problem.status)
    .removeHeader('etag')
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(problemBody(problem, { path: pathOf(request.url), requestId: request.id }))
}

/** Which methods an address takes: `/models/champion` takes its own and those of `/models/:id`. */
class MethodTable {
  readonly #routes: { segments: string[]; methods: Set<string> }[] = []

  add(url: string, methods: readonly string[]): void {
    this.#routes.push({ segments: url.split('/'), methods: new Set(methods) })
  }

  methodsOf(path: string): string[] {
    const segments = path.split('/')
    const fitting = this.#routes.filter(
      (route) =>
        route.segments.length === segments.length &&
        route.segments.every((part, index) =>
          part.startsWith(':') ? segments[index] !== '' : part === segments[index]
        )
    )
    return [...new Set(fitting.flatMap((route) => [...route.methods]))].sort()
  }
}

/** Doors one and two of four: what handlers throw, and what no route takes. broken-requests.ts has the others. */
export function problemDetails(app: App): void {
  const table = new MethodTable()
  app.addHook('onRoute', (route) => table.add(route.url, [route.method].flat()))

  app.setErrorHandler((error, request, reply) => {
    const inPath = (error as { validationContext?: string }).validationContext === 'params'
    return sendProblem(inPath ? notFoundProblem(request.routeOptions.url) : error, request, reply)
  })

  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url)
    const allowed = table.methodsOf(path)
    if (allowed.length === 0) {
      return sendProblem(
        new Problem('route_not_found', 'There is nothing at this address; see /openapi.json.'),
        request,
        reply
      )
    }
    reply.header('allow', allowed.join(', '))
    return sendProblem(
      new Problem('method_not_allowed', `This address takes ${allowed.join(', ')}, not ${request.method}.`),
      request,
      reply
    )
  })
}
