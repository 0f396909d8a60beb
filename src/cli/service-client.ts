import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../domain/records/job.ts'

/** The service as its callers see it: over HTTP. */
export class ServiceClient {
  constructor(private readonly base: string) {}

  /** @throws Error with the problem's detail when the answer is no success */
  async get<Answer>(path: string): Promise<Answer> {
    return this.read(await fetch(this.base + path))
  }

  /** Starts long work without waiting for it. @throws Error as `get` */
  async start(path: string, body: FormData | object): Promise<Job> {
    const isForm = body instanceof FormData
    const answer = await fetch(this.base + path, {
      method: 'POST',
      headers: { prefer: 'respond-async', ...(!isForm && { 'content-type': 'application/json' }) },
      body: isForm ? body : JSON.stringify(body)
    })
    return this.read(answer)
  }

  /**
   * Asks until the job has ended.
   * @param show called with every answer on the way
   * @returns the id of what it made
   * @throws Error with the job's problem when it made nothing
   */
  async finish(job: Job, show: (job: Job) => void): Promise<string> {
    for (let now = job; ; now = await this.get<Job>(`/jobs/${job.id}`)) {
      show(now)
      if (now.result !== null) return now.result.id
      if (now.status === 'failed' || now.status === 'cancelled') {
        throw new Error(now.error?.detail ?? `The job was ${now.status}.`)
      }
      await sleep(200)
    }
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.base}/health/ready`).then(
      ({ ok }) => ok,
      () => false
    )
  }

  private async read<Answer>(answer: Response): Promise<Answer> {
    const body = (await answer.json()) as Answer & { detail?: string; title?: string }
    if (answer.ok) return body
    throw new Error(`${answer.status} ${body.title ?? ''}: ${body.detail ?? ''}`)
  }
}
