import type { ChildProcess } from 'node:child_process'
import type { IntakeSummary } from '../../domain/records/dataset.ts'
import type { Preview } from '../../domain/records/preview.ts'
import { fromPlainProblem, Problem } from '../../errors.ts'
import { countOomKills, watchMemory } from './memory-watch.ts'
import type { Order, ReadHooks, ReadRequest, Reply } from './request.ts'

interface Results {
  read: IntakeSummary
  preview: Preview
}

/** What the process needs beside DuckDB's limit: Node, buffers, and what DuckDB does not count. */
const ALLOWANCE_BYTES = 512 * 1024 * 1024
/** From asking a reading to stop to killing it. */
const PATIENCE_MS = 2000

/**
 * Reads one file in a process of its own, as `readOrders` does in this one, or looks at it as `previewOrders` does.
 *
 * @param child runs child.ts, has no file yet, and ends with this one
 *
 * Throws what `signal` was aborted with when that ends it. Never outlives its process.
 * @throws Problem as readOrders does; intake_crashed when the process dies, intake_memory when it takes too much
 */
export async function readInProcess<Type extends 'read' | 'preview'>(
  child: ChildProcess,
  type: Type,
  request: ReadRequest,
  { signal, onProgress }: ReadHooks
): Promise<Results[Type]> {
  let exceeded = false
  const killsBefore = countOomKills()
  const unwatch =
    child.pid === undefined
      ? () => {}
      : watchMemory(child.pid, request.limits.memoryBytes + ALLOWANCE_BYTES, () => {
          exceeded = true
          child.kill('SIGKILL')
        })
  let killing: NodeJS.Timeout | undefined
  const cancel = () => {
    send(child, { type: 'cancel' })
    killing = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    send(child, { type, request })
    const last = await lastReply(child, onProgress)
    signal.throwIfAborted()
    if (last?.type === 'done') return last.result as Results[Type]
    if (last?.type === 'failed') throw Object.assign(fromPlainProblem(last.problem), { cause: last.cause ?? undefined })
    if (exceeded || diedOfHeap(child)) throw tooMuchMemory()
    throw child.signalCode === 'SIGKILL' && (await countOomKills()) > (await killsBefore)
      ? outOfMemory()
      : crashed(child)
  } finally {
    unwatch()
    clearTimeout(killing)
    signal.removeEventListener('abort', cancel)
  }
}

/** The reply that ended the reading, once the process has exited; undefined when it died without one. */
function lastReply(child: ChildProcess, onProgress: ReadHooks['onProgress']): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    let last: Reply | undefined
    child.on('message', (reply: Reply) => {
      if (reply.type === 'progress') onProgress(reply.progress)
      else last = reply
    })
    child.on('error', () => {})
    // Not `exit`: messages may still be on their way then.
    child.once('close', () => resolve(last))
    child.once('error', () => {
      if (child.pid === undefined) resolve(undefined)
    })
  })
}

function send(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => {})
}

/** V8 aborts the process when its heap is full. */
const diedOfHeap = (child: ChildProcess): boolean => child.signalCode === 'SIGABRT' || child.exitCode === 134

const tooMuchMemory = (): Problem =>
  new Problem(
    'intake_memory',
    'Reading the file needs more memory than the service allows; split it, or raise INTAKE_MEMORY_BYTES.'
  )

/** The kernel's own doing: the machine, or the container, has less than the service is set to use. */
const outOfMemory = (): Problem =>
  new Problem(
    'intake_memory',
    'The memory of the machine ran out while the file was read; split the file, or try again when the service has less to do.'
  )

const crashed = (child: ChildProcess): Problem =>
  new Problem('intake_crashed', 'The process that read the file ended before it was done; try again.', {
    cause: new Error(`intake process ended: ${child.signalCode ?? `exit code ${child.exitCode}`}`)
  })
