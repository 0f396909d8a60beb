import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { IdempotencyEntry } from '../stores/contract.ts'
import type { FirstAnswer, IdempotencyFlow } from './messages/idempotency.ts'
import type { Tools } from './tools.ts'

/** One request, one effect, however often it is sent: within 24 hours a repeated key gives the first answer again. */
export const idempotency = (tools: Tools): IdempotencyFlow => ({
  async begin(tenant, route, key) {
    const { stores, clock } = tools
    const name = `${route} ${key}`
    const claim = () => stores.idempotency.claim(tenant, name, clock().toISOString())
    let entry = await claim()
    if (await isAbandoned(tools, tenant, entry)) {
      await stores.idempotency.release(tenant, name)
      entry = await claim()
    }
    if (entry?.state === 'running' && entry.job_id === null) {
      throw new Problem(
        'idempotency_in_progress',
        'The first request with this Idempotency-Key has not been answered yet: try again in a moment.',
        { retryAfter: 1 }
      )
    }
    return {
      used: entry !== undefined,
      async replay(fingerprint) {
        if (entry === undefined) throw new TypeError('the key was new: there is nothing to replay')
        refuseOther(entry, fingerprint)
        return entry.state === 'done' ? entry.answer : answerOfJob(tools, tenant, entry.job_id as string)
      },
      note: (fingerprint, jobId) => stores.idempotency.note(tenant, name, { fingerprint, job_id: jobId }),
      finish: (fingerprint, answer) => stores.idempotency.finish(tenant, name, fingerprint, answer),
      release: () => stores.idempotency.release(tenant, name)
    }
  }
})

/** A run before this one announced a job and ended before it existed: the request has had no effect. */
async function isAbandoned(
  { stores, service }: Tools,
  tenant: Tenant,
  entry: IdempotencyEntry | undefined
): Promise<boolean> {
  if (entry?.state !== 'running' || entry.job_id === null) return false
  if (Date.parse(entry.created_at) >= service.startedAt) return false
  return (await stores.jobs.get(tenant, entry.job_id)) === undefined
}

function refuseOther(entry: IdempotencyEntry, fingerprint: string): void {
  if (entry.fingerprint === fingerprint) return
  throw new Problem(
    'idempotency_mismatch',
    'This Idempotency-Key was used with another body: take a new key for a new request.'
  )
}

/** The service ended before the first answer was sent, or it is being waited for: the job it started is the answer. */
async function answerOfJob({ stores }: Tools, tenant: Tenant, jobId: string): Promise<FirstAnswer> {
  const job = await stores.jobs.get(tenant, jobId)
  if (job === undefined) throw new Problem('job_not_found', 'The job of the first request is gone: take a new key.')
  const { request: _, ...shown } = job
  return { status: 202, headers: { location: `/jobs/${jobId}` }, body: JSON.stringify(shown) }
}
