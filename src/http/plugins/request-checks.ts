import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'

const MOST_URL_BYTES = 4096
/** Decoded; a customer's id is the longest name there is in an address. */
const MOST_PARAM_LENGTH = 200

/** What must hold of any request before a route looks at it. */
export function requestChecks(app: App): void {
  let draining = false
  app.addHook('preClose', async () => {
    draining = true
  })

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (draining) {
      reply.header('connection', 'close')
      throw new Problem('draining', 'The service is shutting down: try again elsewhere or later.', { retryAfter: 5 })
    }
    const { raw, headers } = request
    if (raw.httpVersion === '1.1' && headers.host === undefined) {
      throw new Problem('malformed_http', 'An HTTP/1.1 request needs one Host header.')
    }
    if ((raw.url?.length ?? 0) > MOST_URL_BYTES) {
      throw new Problem('param_too_long', `An address may have ${MOST_URL_BYTES} bytes.`)
    }
    const params = request.params as Record<string, string>
    for (const name in params) {
      if (params[name]!.length > MOST_PARAM_LENGTH) {
        throw new Problem('param_too_long', `An id in the address has at most ${MOST_PARAM_LENGTH} characters.`)
      }
    }
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      throw new Problem(
        'unsupported_encoding',
        'Send the body without Content-Encoding. A gzipped order file is sent as it is, as a file.'
      )
    }
    done()
  })
}
