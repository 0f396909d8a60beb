import type { App } from '../types.ts'

/** Answers are data: nothing in them may load, frame or run anything. The docs UI brings its own policy. */
const HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0'
}

/** The headers of OWASP's list. They are the same for each answer, so they are not made anew for each. */
export function securityHeaders(app: App): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS)
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    // What a key can see is personal or a trade secret: no cache between us and the caller keeps it.
    // With an ETag the caller's own cache may, as long as it asks each time.
    if (request.routeOptions.config?.scope != null && !reply.hasHeader('cache-control')) {
      reply.header('cache-control', reply.hasHeader('etag') ? 'private, no-cache' : 'no-store')
    }
    done()
  })
}
