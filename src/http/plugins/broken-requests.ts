import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyReply, FastifyRequest } from 'fastify'
import { PROBLEMS, Problem } from '../../errors.ts'
import type { App } from '../types.ts'
import { problemBody, sendProblem } from './problem-details.ts'
import { requestIdOf } from './request-id.ts'

/** Door three: addresses that the router itself refuses. */
export function onFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id)
  sendProblem(error, request, reply)
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large'
}

function problemOf(error: ConnectionError): Problem {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'All headers together may have 16 KiB.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'The headers took too long to arrive.')
    default:
      return new Problem('malformed_http', 'The bytes received are not a valid HTTP/1.1 request.')
  }
}

/** Door four: bytes that Node cannot read as a request. There is no reply object, only the socket. */
export function onClientError(this: unknown, error: ConnectionError, socket: Socket): void {
  // A caller who hung up cannot be told anything.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error)
    return
  }
  const problem = problemOf(error)
  const requestId = requestIdOf({ headers: {} })
  const body = problemBody(problem, { requestId })
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${REASONS[problem.status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'cache-control: no-store',
      'connection: close',
      '',
      body
    ].join('\r\n')
  )
}

/** `Expect` other than 100-continue: Node would answer it with an empty 417 before any route is looked for. */
export function refuseExpectations(app: App): void {
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const requestId = requestIdOf(request)
    const body = problemBody(new Problem('expectation_failed', 'The only expectation met here is 100-continue.'), {
      requestId
    })
    response.writeHead(PROBLEMS.expectation_failed.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': requestId,
      'cache-control': 'no-store',
      connection: 'close'
    })
    response.end(body)
  })
}
