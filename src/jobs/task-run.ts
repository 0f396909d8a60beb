import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { JobProgress } from '../domain/records/job.ts'
import { fromPlainProblem, Problem, type ProblemCode } from '../errors.ts'
import { type TaskEnvelope, type TaskOutcome, TaskSwitch } from './task-control.ts'
import type { TaskName } from './tasks.ts'

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
    private readonly onProgress: ((progress: JobProgress) => void) | undefined,
    private readonly name: TaskName
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
      throw this.stopping
        ? new Problem('job_cancelled', 'The job was cancelled.', { cause: error })
        : explain(error, this.name)
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

/** What a task that broke is called, and how it is asked for less. */
const CRASHES = {
  train: {
    code: 'training_crashed',
    noun: 'training',
    advice: 'choose fewer features, a smaller range of k or a shorter window'
  },
  assign: { code: 'assignment_crashed', noun: 'assignment', advice: 'split the file' },
  profile: { code: 'profile_crashed', noun: 'analysis', advice: 'send orders of a shorter period' }
} as const satisfies Record<TaskName, { code: ProblemCode; noun: string; advice: string }>

function explain(error: unknown, name: TaskName): Problem {
  if (error instanceof Problem) return error
  const { code, noun, advice } = CRASHES[name]
  const outOfMemory =
    (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    (error instanceof RangeError && /allocation failed|Invalid typed array length/.test(error.message))
  const detail = outOfMemory
    ? `The ${noun} needed more memory than it may have: ${advice}.`
    : `The ${noun} ended unexpectedly. Nothing of it was kept; it may be started again.`
  return new Problem(code, detail, { cause: error })
}
