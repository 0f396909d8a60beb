import { mkdir, rm } from 'node:fs/promises'
import type { DatasetOptions, IntakeSummary } from '../../domain/records/dataset.ts'
import type { JobProgress } from '../../domain/records/job.ts'
import type { Preview } from '../../domain/records/preview.ts'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import { asStorageProblem } from '../durable.ts'
import type { Folders } from '../folders.ts'
import { readInProcess } from './process.ts'
import type { ReadRequest } from './request.ts'
import { Spare } from './spare.ts'

export interface IntakeLimits {
  /** Files that may be read at the same time. */
  processes: number
  /** DuckDB's memory for one file. */
  memoryBytes: number
  decompressedMaxBytes: number
  rowsMax: number
  badRowsMaxShare: number
  /** Keep a process started for the next file, at the price of its idle memory (about 90 MB). */
  spare?: boolean
}

export interface IntakeRequest {
  /** The received file, or several that are to be joined. */
  uploads: readonly { id: string; filename: string | null }[]
  datasetId: string
  jobId: string
  options: DatasetOptions
}

export interface Intake {
  /**
   * Reads one upload in a child process and publishes the dataset's folder. Nothing is left of a reading that fails.
   *
   * Throws what `signal` was aborted with when that ends it.
   * @throws Problem any of the catalogue's for order files, intake_crashed, intake_memory, storage_full
   */
  read(
    tenant: Tenant,
    request: IntakeRequest,
    hooks: { signal: AbortSignal; onProgress(progress: JobProgress): void }
  ): Promise<IntakeSummary>
  /**
   * Looks at the beginning of one upload, or at several joined, in a child process. Nothing is kept.
   *
   * Throws what `signal` was aborted with when that ends it.
   * @param workId names the scratch folder
   * @throws Problem intake_crashed, intake_memory, storage_full; what is wrong with the file is part of the preview
   */
  preview(
    tenant: Tenant,
    request: Pick<IntakeRequest, 'uploads' | 'options'> & { workId: string },
    signal: AbortSignal
  ): Promise<Preview>
  stats(): { busy: number; queued: number }
  /** Ends what is being read and refuses the rest; resolves when no process is left. */
  close(): Promise<void>
}

/** Two threads: reading is bound by text that is taken apart, and the service needs cores of its own. */
const THREADS = 2

export function openIntake(folders: Folders, limits: IntakeLimits): Intake {
  const places = new Places(limits.processes)
  const spare = new Spare(limits.spare === true)
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()

  async function read(tenant: Tenant, request: IntakeRequest, hooks: Parameters<Intake['read']>[2]) {
    const signal = AbortSignal.any([hooks.signal, closing.signal])
    const leave = await places.enter(signal)
    const work = folders.work(tenant, request.jobId)
    const output = folders.dataset(tenant, request.datasetId)
    try {
      // An earlier attempt at the same job may have been killed after it had published.
      for (const folder of [work, output]) await rm(folder, { recursive: true, force: true })
      await mkdir(work, { recursive: true })
      const { processes: _processes, spare: _spare, ...each } = limits
      signal.throwIfAborted()
      return await readInProcess(
        spare.take(),
        'read',
        {
          ...filesOf(folders, tenant, request.uploads),
          work,
          output,
          options: request.options,
          limits: { ...each, threads: THREADS }
        },
        { signal, onProgress: hooks.onProgress }
      )
    } catch (error) {
      await rm(output, { recursive: true, force: true })
      throw asStorageProblem(error)
    } finally {
      await rm(work, { recursive: true, force: true })
      leave()
      spare.renew()
    }
  }

  async function preview(
    tenant: Tenant,
    { uploads, workId, options }: Parameters<Intake['preview']>[1],
    asked: AbortSignal
  ) {
    const signal = AbortSignal.any([asked, closing.signal])
    const leave = await places.enter(signal)
    const work = folders.work(tenant, workId)
    try {
      await mkdir(work, { recursive: true })
      const { processes: _processes, spare: _spare, ...each } = limits
      signal.throwIfAborted()
      const files = filesOf(folders, tenant, uploads)
      const request = { ...files, work, output: work, options, limits: { ...each, threads: THREADS } }
      return await readInProcess(spare.take(), 'preview', request, { signal, onProgress: () => {} })
    } catch (error) {
      throw asStorageProblem(error)
    } finally {
      await rm(work, { recursive: true, force: true })
      leave()
      spare.renew()
    }
  }

  function awaited<Result>(reading: Promise<Result>): Promise<Result> {
    const settled = reading.then(
      () => {},
      () => {}
    )
    running.add(settled)
    void settled.then(() => running.delete(settled))
    return reading
  }

  return {
    read: (tenant, request, hooks) => awaited(read(tenant, request, hooks)),
    preview: (tenant, request, signal) => awaited(preview(tenant, request, signal)),
    stats: () => places.stats(),
    async close() {
      closing.abort(new Problem('draining', 'The service is shutting down; send the request again in a moment.'))
      spare.close()
      await Promise.all(running)
    }
  }
}

/** Files without a name are told apart by their number. */
function filesOf(
  folders: Folders,
  tenant: Tenant,
  uploads: IntakeRequest['uploads']
): Pick<ReadRequest, 'upload' | 'filename' | 'others'> {
  const [first, ...others] = uploads.map(({ id, filename }, at) => ({
    upload: folders.upload(tenant, id),
    filename: filename ?? `file ${at + 1}`
  }))
  return { ...first!, others }
}

/** A fixed number of places, given out in the order of asking. */
class Places {
  private busy = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly size: number) {}

  stats(): { busy: number; queued: number } {
    return { busy: this.busy, queued: this.waiting.length }
  }

  /** Resolves with the function that gives the place back. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.busy < this.size) this.busy++
    else await this.turn(signal)
    return () => {
      const next = this.waiting.shift()
      // The place goes straight to the next: busy stays as it is.
      if (next) next()
      else this.busy--
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(mine), 1)
        reject(signal.reason)
      }
      this.waiting.push(mine)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }
}
