import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { ServiceClient } from './service-client.ts'
import { UsageError } from './usage.ts'

/** The service as a process of its own, with the settings of this one. */
export class ServiceProcess {
  readonly client: ServiceClient
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>

  private constructor(
    private readonly process: ChildProcess,
    readonly base: string
  ) {
    this.client = new ServiceClient(base)
    this.ended = new Promise((resolve) => process.once('exit', () => resolve()))
  }

  /**
   * Starts the service and waits until it is ready.
   * @param logFile takes its log
   * @throws UsageError when the port is taken, or with the service's own reason when it does not start
   */
  static async start({ HOST, PORT }: Config, logFile: string): Promise<ServiceProcess> {
    await assertFree(HOST, PORT)
    const log = openSync(logFile, 'w')
    const main = fileURLToPath(new URL('../main.js', import.meta.url))
    // In a process group of its own: Ctrl-C in a terminal reaches only this process, which passes it on once.
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      detached: true,
      stdio: ['ignore', log, 'inherit']
    })
    const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST
    const service = new ServiceProcess(child, `http://${host}:${PORT}`)
    while (!(await service.client.isReady())) {
      if (child.exitCode !== null || child.signalCode !== null) throw new UsageError(lastMessage(logFile))
      await sleep(100)
    }
    return service
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** Lets the service finish what it does; `ended` tells when it has. */
  stop(): void {
    if (this.running) this.process.kill('SIGTERM')
  }
}

/** Another service on the port would answer the health check in place of ours. */
async function assertFree(host: string, port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is in use. Stop the program that listens there, or take another port: PORT=${port + 1} npm run demo`
          : `Cannot listen on ${host} port ${port}: ${error.message}`
      reject(new UsageError(sentence))
    })
    server.listen(port, host, resolve)
  })
  await new Promise((resolve) => server.close(resolve))
}

/** What the service said last: the reason why it ended. */
function lastMessage(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n')
  try {
    const { msg } = JSON.parse(lines.at(-1) ?? '') as { msg?: string }
    return `The service did not start: ${msg}`
  } catch {
    return `The service did not start; see ${logFile}.`
  }
}
