import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Safe in a log line, a header and a shell. */
const ACCEPTED = /^[A-Za-z0-9._-]{8,64}$/

/** The caller's X-Request-Id where it is harmless, else a fresh one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID()
}
