import helmet from '@fastify/helmet'
import type { App } from '../types.ts'

/** Answers are data: nothing in them may load, frame or run anything. The docs UI brings its own policy. */
export async function securityHeaders(app: App): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] }
    },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' }
  })
  app.addHook('onSend', async (request, reply) => {
    // What a key can see is personal or a trade secret: no cache between us and the caller keeps it.
    // With an ETag the caller's own cache may, as long as it asks each time.
    if (request.routeOptions.config?.scope == null || reply.hasHeader('cache-control')) return
    reply.header('cache-control', reply.hasHeader('etag') ? 'private, no-cache' : 'no-store')
  })
}
