import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'
import { RateWindow } from './rate-window.ts'

const WINDOW_MS = 60_000

/** Requests a minute for each key, or for each address where there are no keys. Runs once the caller is known. */
export function requestLimits(app: App, { perMinute, keyed }: { perMinute: number; keyed: boolean }): void {
  const window = new RateWindow(perMinute, WINDOW_MS)
  const limit = String(perMinute)

  app.addHook('onRequest', (request, reply, done) => {
    if (request.route.config.unlimited === true) return done()
    const { principal } = request
    const caller = keyed && principal !== null ? `key ${principal.tenant} ${principal.key_id}` : request.ip
    const { left, seconds } = window.count(caller, Date.now())
    reply.header('ratelimit-limit', limit)
    reply.header('ratelimit-remaining', String(Math.max(0, left)))
    reply.header('ratelimit-reset', String(seconds))
    if (left < 0) {
      throw new Problem('rate_limited', `At most ${limit} requests a minute: try again in ${seconds} seconds.`, {
        retryAfter: seconds
      })
    }
    done()
  })
}
