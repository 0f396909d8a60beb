import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Job, JobEvent } from '../../../src/domain/records/job.ts'
import type { Tenant } from '../../../src/domain/tenant.ts'
import { Problem } from '../../../src/errors.ts'
import { EventStreams, eventText, lastEventId } from '../../../src/http/answers/event-stream.ts'

const job = (fraction: number): Job =>
  Object.freeze({
    id: 'job_1',
    kind: 'train',
    status: fraction === 1 ? 'succeeded' : 'running',
    created_at: '2024-01-01T00:00:00Z',
    started_at: '2024-01-01T00:00:01Z',
    finished_at: null,
    attempts: 1,
    progress: { stage: 'clustering', fraction, message: 'Two\nlines.' },
    result: null,
    error: null,
    request: { secret: 'ours' }
  })

const EVENTS: JobEvent[] = [
  { type: 'progress', id: 1, job: job(0) },
  { type: 'progress', id: 2, job: job(0.5) },
  { type: 'done', id: 3, job: job(1) }
]

async function* replayed(after: number, signal: AbortSignal, forever: boolean): AsyncGenerator<JobEvent> {
  for (const event of EVENTS) if (event.id > after) yield event
  if (forever) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

let app: FastifyInstance
let url: string
let ended = 0
beforeEach(async () => {
  ended = 0
  const streams = new EventStreams()
  app = Fastify()
  app.decorateRequest('principal', null as never)
  app.addHook('onRequest', async (request) => {
    request.principal = { tenant: 'shop' as Tenant, scopes: ['read'], key_id: 'k' }
  })
  app.addHook('preClose', async () => streams.closeAll())
  app.setErrorHandler((error, _request, reply) => reply.code(error instanceof Problem ? error.status : 500).send())
  for (const forever of [false, true]) {
    app.get(forever ? '/forever' : '/events', async (request, reply) => {
      await streams.send(request, reply, async (signal) => replayed(lastEventId(request), signal, forever))
      ended++
    })
  }
  app.get('/missing', async (request, reply) => {
    await streams.send(request, reply, async () => {
      throw new Problem('job_not_found', 'There is no such job.')
    })
  })
  url = await app.listen({ port: 0 })
})
afterEach(async () => await app.close())

describe('eventText', () => {
  test('keeps the data on one line and our own request inside', () => {
    const text = eventText(EVENTS[0]!)
    expect(text.split('\n')).toHaveLength(5)
    expect(text).toMatch(/^id: 1\nevent: progress\ndata: \{.*\}\n\n$/)
    expect(text).not.toContain('secret')
  })
})

describe('EventStreams', () => {
  test('sends the events and ends with the last', async () => {
    const answer = await fetch(`${url}/events`)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    expect(await answer.text()).toBe(`retry: 3000\n\n${EVENTS.map(eventText).join('')}`)
  })

  test('goes on behind Last-Event-ID', async () => {
    const answer = await fetch(`${url}/events`, { headers: { 'last-event-id': '2' } })
    expect(await answer.text()).toBe(`retry: 3000\n\n${eventText(EVENTS[2]!)}`)
  })

  test.each(['-1', 'x', '1e3', ''])('takes Last-Event-ID %j for none', async (id) => {
    const answer = await fetch(`${url}/events`, { headers: { 'last-event-id': id } })
    expect(await answer.text()).toContain('id: 1\n')
  })

  test('leaves a problem to the error handler as long as nothing was sent', async () => {
    expect((await fetch(`${url}/missing`)).status).toBe(404)
  })

  test('takes five at a time for a tenant, and again when one is gone', async () => {
    const callers = Array.from({ length: 5 }, () => new AbortController())
    for (const { signal } of callers) expect((await fetch(`${url}/forever`, { signal })).status).toBe(200)
    expect((await fetch(`${url}/forever`)).status).toBe(429)

    callers[0]!.abort()
    while (ended === 0) await sleep(5)
    const last = new AbortController()
    expect((await fetch(`${url}/forever`, { signal: last.signal })).status).toBe(200)
    for (const caller of [...callers, last]) caller.abort()
  })

  test('ends all streams before the server closes', async () => {
    const answer = await fetch(`${url}/forever`)
    const text = answer.text()
    await app.close()
    expect(await text).toContain('event: done')
    expect(ended).toBe(1)
  })
})
