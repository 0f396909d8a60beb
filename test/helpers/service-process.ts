import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../scripts/free-port.mjs'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** The built service as a process of its own, as an operator would start it. */
export class ServiceProcess {
  private log = ''

  private constructor(
    readonly child: ChildProcess,
    readonly base: string
  ) {
    child.stdout?.on('data', (text) => {
      this.log += text
    })
    child.stderr?.on('data', (text) => {
      this.log += text
    })
  }

  /** Starts on a free port and waits until it is ready. @throws Error with its log when it ends before */
  static async start(dataDir: string, environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const port = await freePort()
    const usual = { UV_THREADPOOL_SIZE: '16', LOG_LEVEL: 'warn', TRAINING_REHEARSAL: 'false', INTAKE_SPARE: 'false' }
    const env = { PATH: process.env.PATH ?? '', ...usual, ...environment }
    const child = spawn(process.execPath, [main], { env: { ...env, DATA_DIR: dataDir, PORT: String(port) } })
    const service = new ServiceProcess(child, `http://127.0.0.1:${port}`)
    while (!(await service.ready())) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the service ended:\n${service.log}`)
      await sleep(25)
    }
    return service
  }

  ready(): Promise<boolean> {
    return fetch(`${this.base}/health/ready`).then(
      ({ ok }) => ok,
      () => false
    )
  }

  async get<Answer>(path: string): Promise<Answer> {
    const answer = await fetch(this.base + path)
    const body = await answer.json()
    if (!answer.ok) throw new Error(`GET ${path}: ${JSON.stringify(body)}`)
    return body as Answer
  }

  post(path: string, body: FormData | object, headers: Record<string, string> = {}): Promise<Response> {
    const isForm = body instanceof FormData
    return fetch(this.base + path, {
      method: 'POST',
      headers: { ...headers, ...(!isForm && { 'content-type': 'application/json' }) },
      body: isForm ? body : JSON.stringify(body)
    })
  }

  /** All items of a list, page by page. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { data: Item[]; next_cursor: string | null } = await this.get(`${path}?limit=1000${query}`)
      items.push(...page.data)
      cursor = page.next_cursor
    }
    return items
  }

  /** As a power cut ends it. */
  async kill9(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended()
  }

  /** As an operator ends it. @returns the exit code */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM')
    await this.ended()
    return this.child.exitCode
  }

  private async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
  }
}
