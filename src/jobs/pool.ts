import { existsSync } from 'node:fs'
import { Piscina } from 'piscina'
import { Problem } from '../errors.ts'
import { Budget } from './budget.ts'
import { type Dispatch, TaskRun } from './task-run.ts'
import type { RunOptions, TaskMessages, TaskName, TaskResults } from './tasks.ts'

export interface PoolOptions {
  /** Threads, 1 or more. */
  workers: number
  /** JavaScript file whose default export is a runTask(); one for all tasks, or one for each. */
  entry: string | Record<TaskName, string>
  /** Tasks that may wait for a thread. */
  queueMax?: number
  /** What each thread finds as its `workerData`. */
  threadData?: object
  /**
   * Of this task the file also exports `rehearse`, which an idle thread is told to run once, a moment after the pool was
   * opened. It gives way to the first task that comes.
   */
  rehearsal?: TaskName
  /** How long the service is left alone first: it starts, and does what it is first asked, before it rehearses. */
  restMs?: number
  /** JavaScript heap of one thread; typed arrays and DuckDB are not part of it. */
  heapMegabytes?: number
  /** How long a task that was asked to end may take before its thread is terminated. */
  graceMs?: number
  logger?: { warn(details: object, message: string): void }
}

export interface Pool {
  /**
   * Runs a task in a thread of its own.
   *
   * An abort asks the task to end and settles once it has; a task that does not is terminated after the grace, but
   * never inside a native query.
   * @throws Problem queue_full, draining, job_cancelled after an abort, training_crashed (or the like of other tasks), or what the task throws
   */
  run<Name extends TaskName>(name: Name, message: TaskMessages[Name], options?: RunOptions): Promise<TaskResults[Name]>
  stats(): { size: number; busy: number; queued: number }
  /** Ends what runs, then the threads. */
  close(): Promise<void>
}

/** Threads that start with the pool and stay, so that a first task finds one that has loaded its code. */
const READY_THREADS = 2
const IDLE_MS = 60_000
const RETRY_MS = 100
const REST_MS = 1000

/** @throws Error when the entry is not there */
export function openPool(options: PoolOptions): Pool {
  const {
    workers,
    entry,
    threadData,
    rehearsal,
    queueMax = 1000,
    heapMegabytes = 4096,
    graceMs = 5000,
    restMs = REST_MS,
    logger
  } = options
  const entries: Record<TaskName, string> =
    typeof entry === 'string' ? { train: entry, assign: entry, profile: entry } : entry
  for (const path of Object.values(entries)) {
    if (!existsSync(path)) throw new Error(`The worker ${path} is missing: build the service first (npm run build)`)
  }

  const piscina = new Piscina({
    filename: entries.train,
    minThreads: Math.min(workers, READY_THREADS),
    maxThreads: workers,
    idleTimeout: IDLE_MS,
    concurrentTasksPerWorker: 1,
    // An idle thread keeps its event loop, so that what a task left behind ends then and not inside the next one.
    atomics: 'disabled',
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    recordTiming: false,
    workerData: threadData
  })
  // Piscina's own limit does not count tasks that can be aborted, so it never gets more than it has threads.
  const places = new Budget(workers)
  const dispatchTo =
    (filename: string, name = 'default'): Dispatch =>
    (envelope, signal) =>
      piscina.run(envelope, { filename, name, transferList: [envelope.port], signal })
  const runs = new Set<TaskRun>()
  let closed = false

  const rehearse = async (name: TaskName): Promise<void> => {
    if (closed || runs.size > 0) return
    const run = new TaskRun(dispatchTo(entries[name], 'rehearse'), graceMs, undefined, name)
    runs.add(run)
    giveWay = () => void run.stop()
    try {
      await run.execute(null)
    } catch (error) {
      if ((error as Problem).code !== 'job_cancelled') logger?.warn({ err: error }, 'a rehearsal failed')
    } finally {
      runs.delete(run)
      giveWay = () => {}
    }
  }
  let giveWay = () => {}
  const rest = setTimeout(() => void (rehearsal && rehearse(rehearsal)), restMs)
  rest.unref()

  // Unhandled it would end the process. A thread that dies outside a task has nobody else to tell.
  piscina.on('error', (error: Error) => {
    logger?.warn({ err: error }, 'a worker thread failed outside a task')
    // With no thread left and none being started, what waits inside Piscina would wait for ever.
    if (piscina.threads.length === 0) for (const run of runs) run.failUnlessStarted(error)
  })

  return {
    async run(name, message, { signal, onProgress } = {}) {
      if (closed) throw new Problem('draining', 'The service is shutting down. Try again in a moment.')
      if (places.waiting >= queueMax) {
        throw new Problem('queue_full', 'Every place in the queue is taken. Try again later.', { retryAfter: 10 })
      }
      clearTimeout(rest)
      giveWay()
      const leave = await places.acquire(1, signal)
      if (closed || signal?.aborted) {
        leave()
        throw new Problem('job_cancelled', 'The job was cancelled before it began.')
      }
      const run = new TaskRun(dispatchTo(entries[name]), graceMs, onProgress, name)
      runs.add(run)
      const stop = () => void run.stop()
      signal?.addEventListener('abort', stop, { once: true })
      try {
        return (await run.execute(message)) as never
      } finally {
        signal?.removeEventListener('abort', stop)
        runs.delete(run)
        leave()
      }
    },

    stats: () => ({ size: workers, busy: places.used, queued: places.waiting }),

    async close() {
      closed = true
      clearTimeout(rest)
      const ended = Promise.allSettled([...runs].map((run) => run.stop()))
      const patience = AbortSignal.timeout(2 * graceMs + RETRY_MS)
      await Promise.race([ended, new Promise((resolve) => patience.addEventListener('abort', resolve))])
      // The late exit of a thread that was terminated before would start another.
      piscina.options.minThreads = 0
      if (runs.size === 0) await piscina.destroy()
      else logger?.warn({ tasks: runs.size }, 'tasks are still inside native code: their threads end with the process')
    }
  }
}
