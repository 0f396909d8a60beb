import { type PlainProblem, Problem, toPlainProblem } from '../../errors.ts'
import { DuckDb } from '../duckdb.ts'
import { previewOrders } from './preview.ts'
import { readOrders } from './read-orders.ts'
import type { Order, Reply } from './request.ts'

// A process of its own for one file of unknown origin: whatever the file does to it, the service goes on.

const abort = new AbortController()

// Before there is a file: this takes longer than reading a small one.
void DuckDb.load()

process.on('message', (order: Order) => {
  if (order.type === 'cancel') abort.abort()
  else void read(order)
})
// The service is gone: nobody waits for the result.
process.on('disconnect', () => process.exit(1))

async function read({ type, request }: Extract<Order, { request: unknown }>): Promise<void> {
  let last: Reply
  try {
    process.chdir(request.work)
    const onProgress = (progress: Extract<Reply, { type: 'progress' }>['progress']) =>
      tell({ type: 'progress', progress })
    const look = type === 'preview' ? previewOrders : readOrders
    last = { type: 'done', result: await look(request, { signal: abort.signal, onProgress }) }
  } catch (error) {
    last = abort.signal.aborted ? { type: 'cancelled' } : { type: 'failed', ...explain(error) }
  }
  tell(last, () => process.exit(0))
}

function tell(reply: Reply, sent: () => void = () => {}): void {
  process.send?.(reply, undefined, undefined, sent)
}

function explain(error: unknown): { problem: PlainProblem; cause: string | null } {
  if (error instanceof Problem) {
    return { problem: toPlainProblem(error), cause: error.cause === undefined ? null : String(error.cause) }
  }
  const problem = new Problem(
    'intake_crashed',
    'Reading the file failed on our side; try again, or report it with the request id.'
  )
  return {
    problem: toPlainProblem(problem),
    cause: error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
