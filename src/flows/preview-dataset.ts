import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { allFiles, discardFiles } from './lookup.ts'
import type { Tools } from './tools.ts'

/** A person waits for it; fetching the file of a reference is part of it. */
const PATIENCE_MS = 60_000

/** Look at a file that has arrived: nothing of it stays. */
export const previewDataset =
  (tools: Tools): Flows['previewDataset'] =>
  async (tenant, file, options, asked) =>
    await inTime(asked, async (signal) => {
      try {
        const uploads = allFiles(file).map(({ id, filename }) => ({ id, filename }))
        return await tools.intake.preview(tenant, { uploads, options, workId: tools.newId('job') }, signal)
      } finally {
        await discardFiles(tools, tenant, file)
      }
    })

/** Fetch orders from where they lie, and look at them: nothing of them stays. */
export const previewReference =
  (tools: Tools): Flows['previewReference'] =>
  async (tenant, source, options, asked) => {
    const { references, uploads, intake, newId } = tools
    references.check(tenant, source)
    return await inTime(asked, async (signal) => {
      const id = newId('upl')
      const fetched = await references.fetch(tenant, id, source, undefined, {
        signal,
        beginning: true,
        onProgress: () => {}
      })
      const filename = fetched?.filename ?? null
      try {
        return await intake.preview(tenant, { uploads: [{ id, filename }], options, workId: newId('job') }, signal)
      } finally {
        await uploads.discard(tenant, id)
      }
    })
  }

/** @throws Problem job_timeout */
async function inTime<Result>(asked: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const late = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await work(AbortSignal.any([asked, late]))
  } catch (error) {
    if (!late.aborted || error instanceof Problem) throw error
    throw new Problem(
      'job_timeout',
      `Looking at the file took more than ${PATIENCE_MS / 1000} seconds; send a smaller part of it, or make the dataset.`,
      { cause: error }
    )
  }
}
