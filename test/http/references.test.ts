import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildApp } from '../helpers/build-app.ts'
import { openServer, type RemoteServer } from '../helpers/remote.ts'

const SECRET = 'X-Amz-Signature=s3cr3t'

function ordersOf(customers: number): string {
  const lines = Array.from(
    { length: customers },
    (_, i) => `A${i},c-${i},MUG,2,9.90,2024-05-${10 + (i % 20)}T10:00:00Z`
  )
  return `order_id,customer_id,product_id,quantity,unit_price,ordered_at\n${lines.join('\n')}\n`
}

let service: Awaited<ReturnType<typeof buildApp>>
let remote: RemoteServer
let imports: string
let answer: (response: ServerResponse, headers: Record<string, unknown>) => void

beforeAll(async () => {
  imports = await mkdtemp(join(tmpdir(), 'tessera-imports-'))
  remote = await openServer((request, response) => answer(response, request.headers))
  service = await buildApp({
    REMOTE_ALLOW: '127.0.0.1',
    REMOTE_PORTS: String(remote.port),
    IMPORT_DIRS: imports,
    UPLOAD_MAX_BYTES: '1000000'
  })
})
afterAll(async () => {
  await service.close()
  await remote.close()
  await rm(imports, { recursive: true, force: true })
})

const send = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  service.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) } as InjectOptions)
const url = () => `http://127.0.0.1:${remote.port}/exports/orders.csv?${SECRET}`
const register = (source: object, headers?: Record<string, string>) => send('/datasets', { source }, headers)
const get = async (path: string) => (await service.app.inject(path)).json()

/** All that is written below the data folder, by path. */
async function filesWith(text: string): Promise<string[]> {
  const entries = await readdir(service.dataDir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(files.map((file) => readFile(file)))
  return files.filter((_, at) => contents[at]?.includes(text))
}

async function uploadsLeft(): Promise<string[]> {
  return await readdir(join(service.dataDir, 'tenants/default/uploads')).catch(() => [])
}

describe('an address', () => {
  const tagged = (etag: string, content: string) => (response: ServerResponse, headers: Record<string, unknown>) =>
    headers['if-none-match'] === etag
      ? response.writeHead(304).end()
      : response.writeHead(200, { etag, 'content-length': content.length }).end(content)

  beforeEach(() => {
    answer = tagged('"1"', ordersOf(20))
  })

  test('becomes a dataset like an upload, and its query is shown to nobody', async () => {
    const made = await register({ type: 'url', url: url() })
    expect(made.statusCode, made.body).toBe(201)
    expect(made.json()).toMatchObject({
      name: 'orders.csv',
      counts: { customers: 20 },
      source: {
        type: 'url',
        filename: 'orders.csv',
        location: `http://127.0.0.1:${remote.port}/exports/orders.csv?…`,
        bytes: ordersOf(20).length,
        format: 'csv'
      }
    })
    const { id } = made.json()
    const jobs = await get('/jobs')
    expect(jobs.data[0]).toMatchObject({ kind: 'fetch', status: 'succeeded', result: { type: 'dataset', id } })
    const events = await service.app.inject({
      url: `/jobs/${jobs.data[0].id}/events`,
      headers: { accept: 'text/event-stream' }
    })
    const shown = [made.body, jobs, await get(`/datasets/${id}`), await get('/datasets'), events.body]
    expect(JSON.stringify(shown)).not.toContain('s3cr3t')
    // It is kept for the refresh, where only the service's own user may read.
    const files = await filesWith('s3cr3t')
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect((await stat(file)).mode & 0o077, file).toBe(0)
    expect(await uploadsLeft()).toEqual([])
  })

  test('is fetched again by a refresh: the same dataset while nothing changed, then a new one', async () => {
    const first = (await register({ type: 'url', url: url() }, { 'idempotency-key': 'first' })).json()
    remote.requests.length = 0
    const same = await send(`/datasets/${first.id}/refresh`)
    expect(same.statusCode, same.body).toBe(200)
    expect(same.headers.location).toBe(`/datasets/${first.id}`)
    expect(same.json()).toEqual(first)
    expect(remote.requests).toMatchObject([{ headers: { 'if-none-match': '"1"' } }])

    answer = tagged('"2"', ordersOf(20))
    const sameBytes = await send(`/datasets/${first.id}/refresh`)
    expect(sameBytes.statusCode).toBe(200)
    expect(sameBytes.json()).toEqual(first)

    answer = tagged('"3"', ordersOf(30))
    const refreshed = await send(`/datasets/${first.id}/refresh`, undefined, { 'idempotency-key': 'again' })
    expect(refreshed.statusCode, refreshed.body).toBe(201)
    expect(refreshed.json()).toMatchObject({ refreshed_from: first.id, counts: { customers: 30 } })
    expect(refreshed.json().id).not.toBe(first.id)
    expect(await get(`/datasets/${first.id}`)).toEqual(first)

    const replayed = await send(`/datasets/${first.id}/refresh`, undefined, { 'idempotency-key': 'again' })
    expect(replayed.headers['idempotent-replayed']).toBe('true')
    expect(replayed.body).toBe(refreshed.body)
    const other = await send(`/datasets/${refreshed.json().id}/refresh`, undefined, { 'idempotency-key': 'again' })
    expect(other.json().code).toBe('idempotency_mismatch')
    expect(await uploadsLeft()).toEqual([])
  })

  test('is answered with its job where nobody waits', async () => {
    const started = await register({ type: 'url', url: url() }, { prefer: 'respond-async' })
    expect(started.statusCode).toBe(202)
    expect(started.json()).toMatchObject({ kind: 'fetch', status: 'queued' })
    expect(started.headers.location).toBe(`/jobs/${started.json().id}`)
    await expect.poll(async () => (await get(`/jobs/${started.json().id}`)).status).toBe('succeeded')
  })

  test('answers the same request once', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await register({ type: 'url', url: url() }, headers)
    remote.requests.length = 0
    expect((await register({ type: 'url', url: url() }, headers)).body).toBe(first.body)
    expect(remote.requests).toEqual([])
    expect((await register({ type: 'url', url: `${url()}2` }, headers)).json().code).toBe('idempotency_mismatch')
  })

  test('tells its progress in bytes, and can be cancelled', async () => {
    let ended = false
    answer = (response) => {
      response.on('close', () => {
        ended = true
      })
      response.writeHead(200, { 'content-length': 900_000 }).write(Buffer.alloc(450_000, 'x'))
    }
    const { id } = (await register({ type: 'url', url: url() }, { prefer: 'respond-async' })).json()
    await expect
      .poll(async () => (await get(`/jobs/${id}`)).progress)
      .toEqual({ stage: 'fetching', fraction: 0.2, message: '0.4 of 0.9 MiB fetched.' })
    const cancelled = await service.app.inject({ method: 'DELETE', url: `/jobs/${id}` })
    expect(cancelled.json()).toMatchObject({ status: 'cancelled' })
    await expect.poll(() => ended).toBe(true)
    expect(await uploadsLeft()).toEqual([])
  })

  test.each([
    ['a login page', '<!DOCTYPE html><html><form>Sign in</form></html>', 415, 'content_mismatch'],
    ['nothing', '', 422, 'file_empty'],
    ['a header only', 'order_id,customer_id,product_id,quantity,unit_price,ordered_at\n', 422, 'no_rows'],
    ['more than an upload may be', 'x'.repeat(1_000_001), 422, 'remote_too_large']
  ])('that gives %s is refused', async (_what, content, status, code) => {
    answer = (response) => response.writeHead(200, { 'content-length': content.length }).end(content)
    const refused = await register({ type: 'url', url: url() })
    expect(refused.statusCode).toBe(status)
    expect(refused.json()).toMatchObject({ code, instance: '/datasets' })
    expect(refused.body).not.toContain('s3cr3t')
    expect(await uploadsLeft()).toEqual([])
  })

  test('that may not be requested is refused before there is a job', async () => {
    const before = (await get('/jobs?limit=1')).data[0]?.id
    const refused = await register({ type: 'url', url: 'https://169.254.169.254/' }, { prefer: 'respond-async' })
    expect(refused.json()).toMatchObject({ code: 'remote_forbidden', status: 422 })
    expect((await get('/jobs?limit=1')).data[0]?.id).toBe(before)
  })

  test('leaves uploads their place, however slow it is', async () => {
    answer = () => {}
    const slow = await Promise.all(
      Array.from({ length: 4 }, () => register({ type: 'url', url: url() }, { prefer: 'respond-async' }))
    )
    await expect.poll(() => remote.requests.length >= 4).toBe(true)
    const inline = await send('/datasets', {
      source: {
        type: 'inline',
        orders: [
          { order_id: 'A', customer_id: 'c', product_id: 'M', quantity: 1, unit_price: 1, ordered_at: '2024-01-01' }
        ]
      }
    })
    expect(inline.statusCode, inline.body).toBe(201)
    for (const { id } of slow.map((job) => job.json())) {
      await service.app.inject({ method: 'DELETE', url: `/jobs/${id}` })
    }
  })
})

describe('a path', () => {
  test('becomes a dataset, and a new one when the file has changed', async () => {
    await mkdir(join(imports, 'daily'))
    await writeFile(join(imports, 'daily/orders.csv'), ordersOf(5))
    const made = await register({ type: 'path', path: 'daily/orders.csv' })
    expect(made.statusCode, made.body).toBe(201)
    expect(made.json().source).toMatchObject({ type: 'path', location: 'daily/orders.csv' })
    expect(made.body).not.toContain(imports)
    expect((await send(`/datasets/${made.json().id}/refresh`)).statusCode).toBe(200)
    await sleep(5)
    await writeFile(join(imports, 'daily/orders.csv'), ordersOf(6))
    expect((await send(`/datasets/${made.json().id}/refresh`)).json()).toMatchObject({ counts: { customers: 6 } })
    await rm(join(imports, 'daily/orders.csv'))
    expect((await send(`/datasets/${made.json().id}/refresh`)).json()).toMatchObject({ code: 'path_not_found' })
  })
})

test('orders that came inline or by upload cannot be refreshed', async () => {
  const orders = [
    { order_id: 'A', customer_id: 'c', product_id: 'M', quantity: 1, unit_price: 1, ordered_at: '2024-01-01' }
  ]
  const made = await send('/datasets', { source: { type: 'inline', orders } })
  const refused = await send(`/datasets/${made.json().id}/refresh`)
  expect(refused.json()).toMatchObject({ code: 'source_not_refreshable', status: 422 })
})
