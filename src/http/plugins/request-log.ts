import type { App } from '../types.ts'

/** One line for each request. The route's pattern stands for the address: ids and queries stay out of the log. */
export function requestLog(app: App): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        tenant: request.principal?.tenant,
        key_id: request.principal?.key_id,
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10
      },
      'request'
    )
    done()
  })
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ route: request.routeOptions.url ?? null }, 'caller hung up')
  })
}
