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

/** A body on its way. */
interface Incoming {
  request: FastifyRequest
  reply: FastifyReply
  upload: boolean
  /** When the pace is next looked at, and when a body that is no upload must be complete. */
  nextLook: number
  end: number
  /** Bytes read from the socket at the last look. */
  seen: number
}

/**
 * Ends requests whose body drips.
 *
 * Node's own requestTimeout is a limit for the whole request, which a large upload over a slow line would break
 * without any fault; it is off, and the pace of the body counts instead. A window in which we ourselves were the
 * slow ones, with bytes waiting to be read, is not held against the caller.
 *
 * One clock looks after all bodies, and most are complete before it ticks: a timer for each would cost more than they do.
 */
export function slowBodies(app: App, pace: BodyPace): void {
  const incoming = new Map<FastifyRequest, Incoming>()
  const windowMs = Math.min(pace.windowMs, pace.wholeMs)
  const clock = setInterval(() => look(incoming, pace), Math.max(1, windowMs / 10)).unref()
  app.addHook('onClose', async () => clearInterval(clock))

  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) {
      const now = performance.now()
      const upload = request.route.config.upload === true
      incoming.set(request, {
        request,
        reply,
        upload,
        nextLook: now + (upload ? pace.windowMs : windowMs),
        end: now + pace.wholeMs,
        seen: request.raw.socket.bytesRead
      })
    }
    done()
  })
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.raw.complete) incoming.delete(request)
    done()
  })

  // Node reads on after an early answer, so that the caller can see it instead of a reset; this bounds how long.
  app.addHook('onResponse', (request, _reply, done) => {
    done()
    if (!incoming.delete(request)) return
    const { raw } = request
    if (raw.complete || raw.readableEnded || raw.destroyed) return
    const timer = setTimeout(() => raw.destroy(), pace.lingerMs).unref()
    raw.once('close', () => clearTimeout(timer))
    raw.resume()
  })
}

function look(incoming: Map<FastifyRequest, Incoming>, pace: BodyPace): void {
  const now = performance.now()
  for (const body of incoming.values()) {
    const { request, reply, upload } = body
    const { raw } = request
    if (raw.complete || raw.destroyed) incoming.delete(request)
    if (raw.complete || raw.destroyed || reply.sent || now < body.nextLook) continue
    const read = raw.socket.bytesRead
    const starved = read - body.seen < pace.windowBytes && raw.readableLength === 0
    body.seen = read
    body.nextLook = now + (upload ? pace.windowMs : Math.min(pace.windowMs, pace.wholeMs))
    if (!starved && (upload || now < body.end)) continue
    incoming.delete(request)
    reply.header('connection', 'close')
    sendProblem(new Problem('request_timeout', 'The body arrived too slowly or not at all.'), request, reply)
    reply.raw.once('finish', () => raw.destroy())
  }
}
