import type { FastifyBaseLogger } from 'fastify'
import type { App } from '../types.ts'

type Level = 'info' | 'error' | 'debug' | 'fatal' | 'warn' | 'trace'

/** The logger of one request, made when it first has something to say: most requests never do. */
class LazyChild {
  private made: FastifyBaseLogger | undefined

  constructor(
    private readonly parent: FastifyBaseLogger,
    private readonly bindings: Record<string, unknown>
  ) {}

  get level(): string {
    return this.parent.level
  }

  child(...about: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.own().child(...about)
  }

  silent(): void {}

  own(): FastifyBaseLogger {
    this.made ??= this.parent.child(this.bindings)
    return this.made
  }
}

for (const level of ['info', 'error', 'debug', 'fatal', 'warn', 'trace'] satisfies Level[]) {
  Object.defineProperty(LazyChild.prototype, level, {
    value(this: LazyChild, ...said: [object, string]) {
      this.own()[level](...said)
    }
  })
}

/** For Fastify, which wants a logger for each request. */
export const lazyChild = (parent: FastifyBaseLogger, bindings: Record<string, unknown>): FastifyBaseLogger =>
  new LazyChild(parent, bindings) as unknown as FastifyBaseLogger

/** Levels at which nobody hears of a single request. */
const QUIET = new Set(['warn', 'error', 'fatal', 'silent'])

/** One line for each request. The route's pattern stands for the address: ids and queries stay out of the log. */
export function requestLog(app: App): void {
  // A listener and a line that is thrown away would cost each request a microsecond.
  if (QUIET.has(app.log.level)) return
  app.addHook('onResponse', (request, reply, done) => {
    app.log.info(
      {
        request_id: request.id,
        tenant: request.principal?.tenant,
        key_id: request.principal?.key_id,
        method: request.method,
        route: request.route.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10
      },
      'request'
    )
    done()
  })
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ route: request.route.url ?? null }, 'caller hung up')
  })
}
