import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Job } from '../../domain/records/job.ts'
import { fromPlainProblem, PROBLEMS, Problem, type ProblemCode } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'
import { jobAnswer } from './jobs.ts'
import { waitSeconds } from './prefer.ts'

/** Where what a job made is found. */
const PLACES = {
  dataset: (id) => `/datasets/${id}`,
  model: (id) => `/models/${id}`,
  assign_file: (id) => `/assign/files/${id}`,
  profile: (id) => `/datasets/${id}/profile`
} as const satisfies Record<NonNullable<Job['result']>['type'], (id: string) => string>

/**
 * Waits for a job as long as the caller prefers and sets the answer's status and headers.
 *
 * @param describe the resource that the finished job made
 * @param known the resource that the job may find to be still right, which is then answered with 200
 * @returns the body: the resource (201), or the job when it is not done in time (202)
 * @throws Problem the job's own when it failed, job_cancelled
 */
export async function settleJob<Resource>(
  flows: Pick<Flows, 'awaitJob'>,
  request: FastifyRequest,
  reply: FastifyReply,
  job: Job,
  describe: (id: string) => Promise<Resource>,
  known?: string
): Promise<unknown> {
  const seconds = waitSeconds(request.headers.prefer)
  if (request.headers.prefer !== undefined) {
    reply.header('preference-applied', seconds === 0 ? 'respond-async' : `wait=${seconds}`)
  }
  const settled =
    seconds === 0 ? job : await flows.awaitJob(request.principal.tenant, job.id, seconds * 1000, hangUpSignal(reply))
  if (settled.status === 'failed') throw failureOf(settled)
  if (settled.status === 'cancelled') throw new Problem('job_cancelled', 'The job was cancelled before it was done.')
  if (settled.status !== 'succeeded' || settled.result === null) {
    reply.code(202).header('location', `/jobs/${job.id}`)
    return jobAnswer(settled)
  }
  reply.code(settled.result.id === known ? 200 : 201).header('location', PLACES[settled.result.type](settled.result.id))
  return await describe(settled.result.id)
}

/**
 * Aborted when the caller is gone: then nobody waits any more, and the job goes on alone. Listens to the response,
 * not to the socket, which lives on through many requests.
 */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

const MEMBERS = new Set(['type', 'title', 'status', 'detail', 'code', 'instance', 'request_id', 'errors'])

function failureOf(job: Job): Problem {
  const { error } = job
  if (error === null || !Object.hasOwn(PROBLEMS, error.code)) {
    return new Problem('internal_error', 'The job failed.', { cause: error })
  }
  return fromPlainProblem({
    code: error.code as ProblemCode,
    detail: error.detail,
    ...(error.errors && { errors: error.errors }),
    extensions: {
      ...Object.fromEntries(Object.entries(error).filter(([name]) => !MEMBERS.has(name))),
      job_id: job.id
    }
  })
}
