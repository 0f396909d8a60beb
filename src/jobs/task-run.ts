import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { JobProgress } from '../domain/records/job.ts'
import { fromPlainProblem, Problem } from '../errors.ts'
import { type TaskEnvelope, type TaskOutcome, TaskSwitch } from './task-control.ts'

/** Hands a task to a thread; an abort terminates that thread. */
export type Dispatch = (envelope: TaskEnvelope<unknown>, signal: AbortSignal) => Promise<TaskOutcome<unknown>>

/** How often a thread inside native code is looked at again, once its time is over. */
const RETRY_MS = 100

/** One task on its way through a thread: its progress, how it is asked to end, and what becomes of its failure. */
export class TaskRun {
  private readonly channel = new MessageChannel()
  private readonly taskSwitch = new TaskSwitch(this.channel.port1)
  private readonly termination = new AbortController()
  private outcome: Promise<unknown> = Promise.resolve()
  private stopping = false
  private ended = false
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly dispatch: Dispatch,
    private readonly graceMs: number,
    private readonly onProgress: ((progress: JobProgress) => void) | undefined
  ) {}

  /** To be called once. */
  execute(message: unknown): Promise<unknown> {
    this.outcome = this.carryOut(message)
    return this.outcome
  }

  /** Asks the task to end, and terminates its thread when it has not after the grace. Resolves once it has ended. */
  async stop(): Promise<void> {
    if (!this.stopping && !this.ended) {
      this.stopping = true
      this.taskSwitch.cancel()
      this.timer = setTimeout(() => this.terminate(), this.graceMs)
    }
    await this.outcome.catch(() => undefined)
  }

  /** For when no thread will ever take it. */
  failUnlessStarted(cause: unknown): void {
    if (!this.taskSwitch.started) this.termination.abort(cause)
  }

  private async carryOut(message: unknown): Promise<unknown> {
    const { port1, port2 } = this.channel
    port1.on('message', (progress) => this.onProgress?.(progress))
    port1.unref()
    try {
      const envelope = { message, flags: this.taskSwitch.flags, port: port2 }
      const outcome = await this.dispatch(envelope, this.termination.signal)
      // The result may overtake the last progress: they come by different ports.
      for (let rest = receiveMessageOnPort(port1); rest; rest = receiveMessageOnPort(port1)) {
        this.onProgress?.(rest.message)
      }
      if (!outcome.ok) throw fromPlainProblem(outcome.problem)
      if (this.stopping) throw new Error('the task ended in spite of the request to stop')
      return outcome.result
    } catch (error) {
      throw this.stopping ? new Problem('job_cancelled', 'The job was cancelled.', { cause: error }) : explain(error)
    } finally {
      this.ended = true
      clearTimeout(this.timer)
      port1.close()
    }
  }

  private terminate(): void {
    if (this.taskSwitch.claimTermination()) this.termination.abort()
    else this.timer = setTimeout(() => this.terminate(), RETRY_MS)
  }
}

function explain(error: unknown): Problem {
  if (error instanceof Problem) return error
  const outOfMemory =
    (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    (error instanceof RangeError && /allocation failed|Invalid typed array length/.test(error.message))
  const detail = outOfMemory
    ? 'The training needed more memory than it may have: choose fewer features, a smaller range of k or a shorter window.'
    : 'The training ended unexpectedly. Nothing of it was kept; it may be started again.'
  return new Problem('training_crashed', detail, { cause: error })
}
