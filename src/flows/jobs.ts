import type { Job } from '../domain/records/job.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { discardFiles, fileOf, pageOf } from './lookup.ts'
import type { Tools } from './tools.ts'

export const listJobs =
  (tools: Tools): Flows['listJobs'] =>
  async (tenant, page) => {
    const jobs = await pageOf(tools, tenant, 'jobs', page, (each) => tools.stores.jobs.list(tenant, each))
    return { ...jobs, data: jobs.data.map((job) => tools.board.latest(tenant, job)) }
  }

/** As it is now: the store has the states, the board the progress of what runs. */
export const describeJob =
  (tools: Tools): Flows['describeJob'] =>
  async (tenant, id) => {
    await refuseUnknown(tools, tenant, id)
    return tools.board.wait(tenant, id, 0)
  }

export const awaitJob =
  (tools: Tools): Flows['awaitJob'] =>
  async (tenant, id, milliseconds, signal) => {
    await refuseUnknown(tools, tenant, id)
    return tools.board.wait(tenant, id, milliseconds, signal)
  }

export const cancelJob =
  (tools: Tools): Flows['cancelJob'] =>
  async (tenant, id) => {
    await refuseUnknown(tools, tenant, id)
    const job = await tools.board.cancel(tenant, id)
    // Work that never began has not discarded it.
    const file = fileOf(job)
    if (file !== undefined) await discardFiles(tools, tenant, file)
    return job
  }

export const followJob =
  (tools: Tools): Flows['followJob'] =>
  async (tenant, id, after, signal) => {
    await refuseUnknown(tools, tenant, id)
    return tools.board.follow(tenant, id, after, signal)
  }

async function refuseUnknown({ stores }: Tools, tenant: Tenant, id: string): Promise<Job> {
  const job = await stores.jobs.get(tenant, id)
  if (job === undefined) throw new Problem('job_not_found', `There is no job ${id}. GET /jobs lists them.`)
  return job
}
