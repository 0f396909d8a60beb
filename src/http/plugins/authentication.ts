import type { FastifyRequest, RouteOptions } from 'fastify'
import type { Principal } from '../../domain/records/principal.ts'
import type { Scope } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'
import type { App } from '../types.ts'
import { RateWindow } from './rate-window.ts'

/** More wrong keys than this in a minute from one address are answered 429. Right keys keep working. */
const FAILURES_PER_MINUTE = 100

/**
 * The key a request carries, in `Authorization: Bearer` or `X-API-Key`.
 * @throws Problem unauthenticated when it is said twice or in another scheme: guessing which one counts would
 *   let a proxy and this service disagree
 */
export function keyOf(request: FastifyRequest): string | undefined {
  if (request.headers.authorization === undefined && request.headers['x-api-key'] === undefined) return undefined
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const given = names.filter((name) => name === 'authorization' || name === 'x-api-key').length
  if (given > 1) throw new Problem('unauthenticated', 'Send the API key once, in Authorization or in X-API-Key.')
  const { authorization, 'x-api-key': key } = request.headers
  if (authorization === undefined) return String(key)
  const [, token] = /^Bearer +([^\s]{1,512})$/i.exec(authorization) ?? []
  if (token === undefined) throw new Problem('unauthenticated', 'Send the API key as: Authorization: Bearer <key>.')
  return token
}

const may = (principal: Principal, scope: Scope) =>
  principal.scopes.includes(scope) || principal.scopes.includes('admin')

/** Every route says which scope it needs; a request gets a principal that has it, or a problem. */
export function authentication(app: App, { flows }: { flows: Pick<Flows, 'authenticate'> }): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const unscoped = routes
      .filter(({ config }) => config?.scope === undefined)
      .map(({ method, url }) => `${method} ${url}`)
    if (unscoped.length > 0) throw new Error(`Routes without a scope: ${unscoped.join(', ')}`)
  })

  const failures = new RateWindow(FAILURES_PER_MINUTE, 60_000)

  app.decorateRequest('principal', null as unknown as Principal)
  app.addHook('onRequest', (request, _reply, done) => {
    const { scope } = request.route.config
    if (request.is404 || scope === undefined || scope === null) return done()
    try {
      request.principal = flows.authenticate(keyOf(request))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'unauthenticated') throw error
      const { left, seconds } = failures.count(request.ip, Date.now())
      if (left >= 0) throw error
      throw new Problem('rate_limited', 'Too many wrong API keys from this address.', { retryAfter: seconds })
    }
    if (!may(request.principal, scope)) {
      throw new Problem('insufficient_scope', `This needs an API key with the scope ${scope}.`)
    }
    done()
  })
}
