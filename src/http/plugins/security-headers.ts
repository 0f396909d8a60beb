import type { App } from '../types.ts'

/** Answers are data: nothing in them may load, frame or run anything. The docs UI brings its own policy. */
const HEADERS = Object.entries({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none'
})

/**
 * The headers of OWASP's list. Those beside it (X-XSS-Protection, X-Download-Options and their like) speak to
 * browsers of long ago and would cost each answer more than its computation.
 */
export function securityHeaders(app: App): void {
  app.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of HEADERS) reply.header(name, value)
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    // What a key can see is personal or a trade secret: no cache between us and the caller keeps it.
    // With an ETag the caller's own cache may, as long as it asks each time.
    if (request.route.config?.scope != null && !reply.hasHeader('cache-control')) {
      reply.header('cache-control', reply.hasHeader('etag') ? 'private, no-cache' : 'no-store')
    }
    done()
  })
}
