import rateLimit from '@fastify/rate-limit'
import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'

/** Requests a minute for each key, or for each address where there are no keys. */
export async function requestLimits(app: App, options: { perMinute: number; keyed: boolean }): Promise<void> {
  await app.register(rateLimit, {
    max: options.perMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    // The hook runs after authentication, whose hook belongs to the whole app: the caller is known.
    keyGenerator: (request) =>
      options.keyed && request.principal !== null
        ? `key ${request.principal.tenant} ${request.principal.key_id}`
        : `address ${request.ip}`,
    errorResponseBuilder: (_request, context) =>
      new Problem('rate_limited', `At most ${context.max} requests a minute: try again in ${context.after}.`, {
        retryAfter: context.ttl / 1000
      })
  })
}
