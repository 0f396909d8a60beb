import { type ChildProcess, fork } from 'node:child_process'
import { entryPoint } from '../../entry.ts'

/** JavaScript's own heap: a few megabytes are used, the rows are DuckDB's. */
const HEAP_MIB = 256
/** The service starts, and answers what has just been read, before it prepares for the next file. */
const REST_MS = 1000

/**
 * A process for reading a file that is there before the file is: Node started, DuckDB loaded. Each is used once. While
 * it waits it knows nothing of any file, and holds neither the service nor its event loop.
 */
export class Spare {
  private waiting: ChildProcess | undefined
  private timer: NodeJS.Timeout | undefined
  private closed = false

  /** @param kept whether to keep one at all; without, each process is started when it is asked for */
  constructor(private readonly kept: boolean) {
    this.renew()
  }

  /** A process that nobody else has or will get. */
  take(): ChildProcess {
    const spare = this.waiting
    this.waiting = undefined
    if (spare?.connected !== true || spare.exitCode !== null || spare.signalCode !== null) return start()
    spare.removeAllListeners()
    spare.ref()
    spare.channel?.ref()
    return spare
  }

  /** Prepares the next, a moment later. */
  renew(): void {
    if (!this.kept || this.closed || this.waiting !== undefined || this.timer !== undefined) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.waiting ??= this.prepared()
    }, REST_MS)
    this.timer.unref()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.waiting?.kill('SIGKILL')
    this.waiting = undefined
  }

  private prepared(): ChildProcess {
    const child = start()
    const gone = () => {
      if (this.waiting !== child) return
      this.waiting = undefined
      this.renew()
    }
    child.once('error', gone)
    child.once('exit', gone)
    child.unref()
    child.channel?.unref()
    return child
  }
}

/** Nothing of our environment goes along: a file that takes the process over finds no secrets in it. */
function start(): ChildProcess {
  return fork(entryPoint('data/intake/child.ts'), {
    cwd: '/',
    env: { TZ: 'UTC', UV_THREADPOOL_SIZE: '4' },
    execArgv: [`--max-old-space-size=${HEAP_MIB}`, '--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc']
  })
}
