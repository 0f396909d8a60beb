import type { MessagePort } from 'node:worker_threads'
import type { JobProgress } from '../domain/records/job.ts'
import { type PlainProblem, Problem, toPlainProblem } from '../errors.ts'

/*
 * A thread that is inside a DuckDB query must not be terminated: that aborts the whole process. So a task is asked to
 * end, and two flags that both threads see decide whether it may be terminated when it does not:
 *
 *   pool                                   worker
 *   CANCELLED := 1, message "cancel"  →    polls cancelled(); interrupts the query it is in
 *   after a grace, NATIVE: 0 → -1          enterNative, NATIVE: 0 → 1; a thread that finds -1 waits for its end
 *     succeeds: terminate
 *     finds 1: wait and try again          leaveNative, NATIVE: 1 → 0
 */
const CANCELLED = 0
const NATIVE = 1
const STARTED = 2
const FLAGS = 3

const OUTSIDE = 0
const INSIDE = 1
const TERMINATING = -1

const PROGRESS_EVERY_MS = 50
/** An interrupt that comes before the query has begun is lost, so it is repeated until the query has ended. */
const INTERRUPT_EVERY_MS = 25

/** What a task is started with. */
export interface TaskEnvelope<Message> {
  message: Message
  flags: Int32Array
  port: MessagePort
}

/** A Problem loses its class on the way between threads, so it travels as data. */
export type TaskOutcome<Result> = { ok: true; result: Result } | { ok: false; problem: PlainProblem }

/** The pool's side of a running task. */
export class TaskSwitch {
  readonly flags = new Int32Array(new SharedArrayBuffer(FLAGS * Int32Array.BYTES_PER_ELEMENT))

  constructor(private readonly port: MessagePort) {}

  /** Asks the task to end. */
  cancel(): void {
    Atomics.store(this.flags, CANCELLED, 1)
    this.port.postMessage('cancel')
  }

  /** Whether a thread has begun the task. */
  get started(): boolean {
    return Atomics.load(this.flags, STARTED) === 1
  }

  /** True when the thread may be terminated now and will not enter a query any more. */
  claimTermination(): boolean {
    return Atomics.compareExchange(this.flags, NATIVE, OUTSIDE, TERMINATING) !== INSIDE
  }
}

/** The task's side: what the work in a worker thread can ask and tell. */
export class TaskControl {
  private interrupting: NodeJS.Timeout | undefined
  private interrupt: (() => void) | undefined
  private sentAt = Number.NEGATIVE_INFINITY
  private unsent: JobProgress | undefined

  constructor(
    private readonly flags: Int32Array,
    private readonly port: MessagePort
  ) {
    Atomics.store(flags, STARTED, 1)
    port.on('message', () => this.interruptQuery())
  }

  /** To be asked at least every few hundred milliseconds of computing; then the work throws to end. */
  cancelled(): boolean {
    return Atomics.load(this.flags, CANCELLED) === 1
  }

  /**
   * From here to leaveNative the thread may be inside native code that does not survive its termination.
   * @param interrupt ends the native call early; called again and again once the task is cancelled
   */
  enterNative(interrupt: () => void): void {
    if (Atomics.compareExchange(this.flags, NATIVE, OUTSIDE, INSIDE) === TERMINATING) {
      Atomics.wait(this.flags, NATIVE, TERMINATING)
    }
    this.interrupt = interrupt
    if (this.cancelled()) this.interruptQuery()
  }

  leaveNative(): void {
    this.interrupt = undefined
    clearInterval(this.interrupting)
    this.interrupting = undefined
    Atomics.compareExchange(this.flags, NATIVE, INSIDE, OUTSIDE)
  }

  /** Cheap: what follows within 50 ms of the last is held back, the newest of it is sent later. */
  progress(progress: JobProgress): void {
    this.unsent = progress
    if (performance.now() - this.sentAt >= PROGRESS_EVERY_MS) this.flush()
  }

  /** Sends what was held back and closes the line. */
  end(): void {
    this.flush()
    this.leaveNative()
    this.port.close()
  }

  private flush(): void {
    if (this.unsent === undefined) return
    this.port.postMessage(this.unsent)
    this.unsent = undefined
    this.sentAt = performance.now()
  }

  private interruptQuery(): void {
    if (this.interrupt === undefined || this.interrupting !== undefined) return
    this.interrupt()
    this.interrupting = setInterval(() => this.interrupt?.(), INTERRUPT_EVERY_MS)
  }
}

/**
 * What a worker file exports by default: its work, with the control of the run.
 * A Problem that the work throws reaches the pool's caller as it is; anything else counts as a crash of the task.
 */
export const runTask =
  <Message, Result>(work: (message: Message, control: TaskControl) => Promise<Result>) =>
  async ({ message, flags, port }: TaskEnvelope<Message>): Promise<TaskOutcome<Result>> => {
    const control = new TaskControl(flags, port)
    try {
      if (control.cancelled()) throw new Problem('job_cancelled', 'The job was cancelled before it began.')
      return { ok: true, result: await work(message, control) }
    } catch (error) {
      if (error instanceof Problem) return { ok: false, problem: toPlainProblem(error) }
      throw error
    } finally {
      control.end()
    }
  }
