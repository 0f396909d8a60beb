import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'
import type { IdempotencyClaim } from '../../flows/messages/idempotency.ts'
import { pathOf, problemBody } from '../plugins/problem-details.ts'
import { toProblem } from '../plugins/problem-mapping.ts'

const HEADERS_KEPT = ['location', 'preference-applied', 'content-type'] as const

/** @throws Problem invalid_idempotency_key */
function idempotencyKeyOf(request: FastifyRequest): string | null {
  const given = request.raw.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'idempotency-key'
  ).length
  if (given === 0) return null
  const key = request.headers['idempotency-key']
  if (given > 1 || typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid_idempotency_key', 'Idempotency-Key is one value of 1 to 255 printable ASCII characters.')
  }
  return key
}

/** The same request has the same fingerprint whatever the order of its keys. */
export function fingerprintOf(value: unknown): string {
  const sorted = (_key: string, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex')
}

/** What a request that is answered at most once reports on its way. */
export interface Attempt {
  /**
   * Says what the request is, as soon as that is known and before anything is done for it.
   * @returns true when it has been answered before: `replay` gives that answer
   */
  identify(content: unknown): boolean
  /** The work is about to begin as this job. */
  starting(jobId: string): Promise<void>
}

const UNKEYED: Attempt = { identify: () => false, starting: async () => {} }

/**
 * Runs `work` at most once for each Idempotency-Key. The first answer, a refusal too, is kept and given again;
 * a failure of ours, 429 and 503 are not kept, since another try may end better.
 *
 * @param work sends nothing: it sets status and headers on the reply and returns the body, or null when
 *   `identify` told it that the answer is known
 */
export async function answerOnce(
  flows: Pick<Flows, 'idempotency'>,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (attempt: Attempt) => Promise<unknown>
): Promise<FastifyReply> {
  const key = idempotencyKeyOf(request)
  if (key === null) return reply.send(await work(UNKEYED))

  const route = `${request.method} ${request.routeOptions.url}`
  const claim = await flows.idempotency.begin(request.principal.tenant, route, key)
  let fingerprint: string | null = null
  const attempt: Attempt = {
    identify(content) {
      fingerprint = fingerprintOf(content)
      return claim.used
    },
    async starting(jobId) {
      await claim.note(fingerprint!, jobId)
    }
  }
  try {
    const payload = await work(attempt)
    if (claim.used && fingerprint !== null) return await replay(claim, fingerprint, reply)
    reply.type('application/json')
    const body = reply.serialize(payload) as string
    if (fingerprint !== null) await claim.finish(fingerprint, { status: reply.statusCode, headers: kept(reply), body })
    return await reply.send(body)
  } catch (error) {
    if (!claim.used) await settleFailure(claim, fingerprint, error, request)
    throw error
  }
}

const kept = (reply: FastifyReply) =>
  Object.fromEntries(
    HEADERS_KEPT.flatMap((name) => {
      const value = reply.getHeader(name)
      return value === undefined ? [] : [[name, String(value)]]
    })
  )

async function replay(claim: IdempotencyClaim, fingerprint: string, reply: FastifyReply): Promise<FastifyReply> {
  const first = await claim.replay(fingerprint)
  return await reply
    .code(first.status)
    .type('application/json')
    .headers(first.headers)
    .header('idempotent-replayed', 'true')
    .send(first.body)
}

async function settleFailure(
  claim: IdempotencyClaim,
  fingerprint: string | null,
  error: unknown,
  request: FastifyRequest
): Promise<void> {
  const problem = toProblem(error)
  const final = problem.status < 500 && problem.status !== 429 && problem.code !== 'upload_aborted'
  if (fingerprint === null || !final) return await claim.release()
  await claim.finish(fingerprint, {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
    body: problemBody(problem, { path: pathOf(request.url), requestId: request.id })
  })
}
