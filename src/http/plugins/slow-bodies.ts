import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'
import { sendProblem } from './problem-details.ts'

export interface BodyPace {
  /** How often the pace is looked at. */
  windowMs: number
  /** Least bytes in each window while the body is not complete. */
  windowBytes: number
  /** What a body that is not an upload may take in all. */
  wholeMs: number
  /** How long a body that nobody wants any more may go on after the answer. */
  lingerMs: number
}

/** 1 KB/s over 30 s. */
export const DEFAULT_PACE: BodyPace = { windowMs: 30_000, windowBytes: 30_000, wholeMs: 60_000, lingerMs: 5_000 }

const hasBody = (request: FastifyRequest) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0

/**
 * Ends requests whose body drips.
 *
 * Node's own requestTimeout is a limit for the whole request, which a large upload over a slow line would break
 * without any fault; it is off, and the pace of the body counts instead. A window in which we ourselves were the
 * slow ones, with bytes waiting to be read, is not held against the caller.
 */
export function slowBodies(app: App, pace: BodyPace): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) watch(request, reply, pace)
    done()
  })

  // Node reads on after an early answer, so that the caller can see it instead of a reset; this bounds how long.
  app.addHook('onResponse', (request, _reply, done) => {
    done()
    const { raw } = request
    if (!hasBody(request) || raw.complete || raw.readableEnded || raw.destroyed) return
    const timer = setTimeout(() => raw.destroy(), pace.lingerMs).unref()
    raw.once('close', () => clearTimeout(timer))
    raw.resume()
  })
}

function watch(request: FastifyRequest, reply: FastifyReply, pace: BodyPace): void {
  const { raw } = request
  const upload = request.routeOptions.config.upload === true
  const windowMs = upload ? pace.windowMs : Math.min(pace.windowMs, pace.wholeMs)
  const end = performance.now() + pace.wholeMs
  let seen = raw.socket.bytesRead
  const timer = setInterval(() => {
    const read = raw.socket.bytesRead
    const starved = read - seen < pace.windowBytes && raw.readableLength === 0
    seen = read
    if (raw.complete || reply.sent) return stop()
    if (!starved && (upload || performance.now() < end)) return
    stop()
    reply.header('connection', 'close')
    sendProblem(new Problem('request_timeout', 'The body arrived too slowly or not at all.'), request, reply)
    reply.raw.once('finish', () => raw.destroy())
  }, windowMs)
  timer.unref()
  const stop = () => clearInterval(timer)
  raw.once('close', stop)
}
