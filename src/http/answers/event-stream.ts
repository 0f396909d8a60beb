import { once } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { JobEvent } from '../../domain/records/job.ts'
import { Problem } from '../../errors.ts'
import { jobAnswer } from './jobs.ts'

const PING_MS = 15_000
const RETRY_MS = 3_000
const STREAMS_PER_TENANT = 5

/** `id` lets a caller who lost the line go on behind the last event it saw. */
export function eventText(event: JobEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(jobAnswer(event.job))}\n\n`
}

/** The id of the last event a caller saw; 0 where it names none. */
export function lastEventId(request: FastifyRequest): number {
  const given = request.headers['last-event-id']
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : 0
}

/** The open event streams: at most five for each tenant, all ended before the server closes. */
export class EventStreams {
  readonly #open = new Map<string, Set<AbortController>>()

  /**
   * Sends events until they end, the caller goes, or the service closes.
   * @throws Problem rate_limited when the tenant has too many streams, and what `follow` throws: until then
   *   nothing has been sent
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    follow: (signal: AbortSignal) => Promise<AsyncIterable<JobEvent>>
  ): Promise<void> {
    const { tenant } = request.principal
    const open = this.#open.get(tenant) ?? new Set()
    if (open.size >= STREAMS_PER_TENANT) {
      throw new Problem('rate_limited', `At most ${STREAMS_PER_TENANT} event streams at a time.`, { retryAfter: 5 })
    }
    const controller = new AbortController()
    open.add(controller)
    this.#open.set(tenant, open)
    reply.raw.once('close', () => controller.abort())
    try {
      const events = await follow(controller.signal)
      reply.hijack()
      await stream(reply, events, controller.signal)
    } finally {
      open.delete(controller)
      if (open.size === 0) this.#open.delete(tenant)
    }
  }

  closeAll(): void {
    for (const controllers of this.#open.values()) for (const controller of controllers) controller.abort()
  }
}

async function stream(reply: FastifyReply, events: AsyncIterable<JobEvent>, signal: AbortSignal): Promise<void> {
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    connection: 'close'
  })
  raw.write(`retry: ${RETRY_MS}\n\n`)
  const ping = setInterval(() => raw.write(': ping\n\n'), PING_MS)
  try {
    for await (const event of events) {
      if (signal.aborted) break
      if (!raw.write(eventText(event))) await once(raw, 'drain', { signal })
    }
  } catch (error) {
    // The status is sent: all that is left is to end. The caller reconnects and learns more.
    if (!signal.aborted) reply.log.error({ err: error }, 'event stream failed')
  } finally {
    clearInterval(ping)
    raw.end()
  }
}
