import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Principal } from '../domain/records/principal.ts'
import type { Scope } from '../domain/vocabulary.ts'
import type { Flows } from '../flows/flows.ts'

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** A file of routes; its type says which stories it may tell. */
export type Routes<Names extends keyof Flows = never> = FastifyPluginAsyncZod<{ flows: Pick<Flows, Names> }>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to do; null where none is needed. A route without it does not boot. */
    scope?: Scope | null
    /** Media types the route can answer with, the preferred one first; JSON where absent. */
    produces?: readonly string[]
    /** Counts for no one's budget of requests. */
    unlimited?: boolean
    /** The body may take as long as it keeps flowing. */
    upload?: boolean
    /** The route starts a job and takes `Prefer`. */
    startsJob?: boolean
    /** The route takes `Idempotency-Key`. */
    idempotent?: boolean
    /** The answer carries an ETag; `If-None-Match` is honoured. */
    tagged?: boolean
    /** The route takes `If-Match`. */
    guarded?: boolean
  }

  interface FastifyRequest {
    /** Who calls; set before any handler of a route that has a scope. */
    principal: Principal
    /** Where the request goes. Fastify's own `routeOptions` is made anew each time it is asked for. */
    route: { readonly url?: string | undefined; readonly config: FastifyContextConfig }
    /** The media type chosen for the answer. */
    answerType: string
  }
}
