import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inlineOrders } from '../helpers/inline-orders.ts'
import { buildKeyedApp, otherKey, shopKey } from '../helpers/keyed-app.ts'

const ORDERS = inlineOrders(60, (c) => (c === 7 ? '=c7' : `c${c}`))
const CSV = [
  'order_id,customer_id,product_id,quantity,unit_price,ordered_at',
  ...ORDERS.map((line) => Object.values(line).join(','))
].join('\n')

const inline = { source: { type: 'inline', orders: ORDERS } }

interface Page {
  data: { id?: string; customer_id?: string }[]
  next_cursor: string | null
}

let service: Awaited<ReturnType<typeof buildKeyedApp>>
let dataset: { id: string; counts: object }
let model: { id: string; segments: { id: string; name: string; size: number }[] }

const ask = (options: InjectOptions | string) =>
  service.app.inject(
    typeof options === 'string'
      ? { url: options, headers: shopKey }
      : { ...options, headers: { ...shopKey, ...options.headers } }
  )
const post = (path: string, payload: object, more: Record<string, string> = {}) =>
  ask({ method: 'POST', url: path, payload, headers: more })

async function made<Resource>(sent: ReturnType<typeof post>): Promise<Resource> {
  const answer = await sent
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

beforeAll(async () => {
  service = await buildKeyedApp({ DOCS_UI: 'true' })
  dataset = await made(post('/datasets', inline))
  model = await made(post('/models', { dataset_id: dataset.id, k: 3 }))
})
afterAll(async () => await service.close())

describe('datasets', () => {
  test('are the same however the lines come', async () => {
    const send = () => supertest(service.url).post('/datasets').set(shopKey)
    const options = JSON.stringify({ currency: 'EUR' })
    for (const request of [
      send().attach('file', Buffer.from(CSV), 'orders.csv'),
      send().field('options', options).attach('file', Buffer.from(CSV), 'orders.csv'),
      send().attach('file', gzipSync(CSV), 'whatever.bin').field('options', options),
      send()
        .attach('options', Buffer.from(options), { filename: 'options.json', contentType: 'application/json' })
        .attach('file', Buffer.from(CSV), 'orders.csv')
    ]) {
      const answer = await request
      expect(answer.status, answer.text).toBe(201)
      expect(answer.body.counts).toEqual(dataset.counts)
      expect(answer.headers.location).toBe(`/datasets/${answer.body.id}`)
    }
  })

  test('keep the options that came after the file', async () => {
    const { body } = await supertest(service.url)
      .post('/datasets')
      .set(shopKey)
      .attach('file', Buffer.from(CSV), 'orders.csv')
      .field('options', '{"currency":"GBP","name":"After"}')
    expect(body).toMatchObject({ currency: 'GBP', name: 'After', source: { filename: 'orders.csv', type: 'upload' } })
  })

  test('that fail answer with the problem of the job', async () => {
    const answer = await supertest(service.url)
      .post('/datasets')
      .set(shopKey)
      .attach('file', Buffer.alloc(0), 'empty.csv')
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ code: 'file_empty', request_id: answer.headers['x-request-id'] })
    const image = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
    const png = await supertest(service.url).post('/datasets').set(shopKey).attach('file', image, 'orders.csv')
    expect(png.status).toBe(415)
    expect(png.body).toMatchObject({ code: 'content_mismatch' })
  })

  test('that arrived otherwise than their digest says are refused', async () => {
    const sha256 = createHash('sha256').update(CSV).digest('hex')
    const send = (expected: unknown, text: string) =>
      supertest(service.url)
        .post('/datasets')
        .set(shopKey)
        .field('options', JSON.stringify({ sha256: expected }))
        .attach('file', Buffer.from(text), 'orders.csv')
    expect((await send(sha256, CSV)).status).toBe(201)
    for (const answer of [await send(sha256, CSV.slice(0, -1)), await send([sha256, sha256], CSV)]) {
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({ code: 'digest_mismatch' })
    }
    expect((await send('abc', CSV)).status).toBe(400)
  })

  test('that models rest on stay', async () => {
    const answer = await ask({ method: 'DELETE', url: `/datasets/${dataset.id}` })
    expect(answer.statusCode).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'dataset_in_use' })
  })

  test('are listed page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Page = (await ask(`/datasets?limit=2${cursor ? `&cursor=${cursor}` : ''}`)).json()
      seen.push(...page.data.map(({ id }) => id!))
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toContain(dataset.id)
  })
})

describe('jobs', () => {
  test('are answered at once with respond-async, and lead to the resource', async () => {
    const answer = await post('/models', { dataset_id: dataset.id, k: 2, promote: false }, { prefer: 'respond-async' })
    expect(answer.statusCode).toBe(202)
    const job = answer.json()
    expect(answer.headers).toMatchObject({ location: `/jobs/${job.id}`, 'preference-applied': 'respond-async' })
    expect(job).not.toHaveProperty('request')

    const events = await ask({ url: `/jobs/${job.id}/events`, headers: { accept: 'text/event-stream' } })
    expect(events.headers['content-type']).toMatch(/^text\/event-stream/)
    const types = [...events.body.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type)
    expect(types.at(-1)).toBe('done')
    expect(types.slice(0, -1).every((type) => type === 'progress')).toBe(true)

    const done = (await ask(`/jobs/${job.id}`)).json()
    expect(done).toMatchObject({ status: 'succeeded', result: { type: 'model' } })
    expect((await ask(`/models/${done.result.id}`)).json()).toMatchObject({ k: 2, champion: false })
    const cancel = await ask({ method: 'DELETE', url: `/jobs/${job.id}` })
    expect(cancel.json()).toMatchObject({ code: 'job_finished', status: 409 })
  })
})

describe('an Idempotency-Key', () => {
  test('gives the first answer again, to the same request alone', async () => {
    const key = { 'idempotency-key': 'train-1' }
    const body = { dataset_id: dataset.id, k: 2, promote: false }
    const first = await post('/models', body, key)
    const second = await post('/models', { promote: false, k: 2, dataset_id: dataset.id }, key)
    expect(first.statusCode).toBe(201)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(second.statusCode).toBe(201)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(second.headers.location).toBe(first.headers.location)
    expect(second.body).toBe(first.body)

    const other = await post('/models', { ...body, k: 3 }, key)
    expect(other.json()).toMatchObject({ code: 'idempotency_mismatch', status: 422 })
    const foreign = await post('/models', body, { ...key, ...otherKey })
    expect(foreign.json()).toMatchObject({ code: 'dataset_not_found' })
  })

  test('keeps a refusal too', async () => {
    const key = { 'idempotency-key': 'train-2' }
    const first = await post('/models', { dataset_id: 'ds_none' }, key)
    const second = await post('/models', { dataset_id: 'ds_none' }, key)
    expect(first.json().code).toBe('dataset_not_found')
    expect(second.statusCode).toBe(404)
    expect(second.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(second.body).toBe(first.body)
  })

  test('makes one dataset of many uploads at once', async () => {
    const before = (await ask('/datasets?limit=1000')).json().data.length
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        supertest(service.url)
          .post('/datasets')
          .set(shopKey)
          .set('Idempotency-Key', 'up-1')
          .attach('file', Buffer.from(CSV), 'o.csv')
      )
    )
    for (const { status } of answers) expect([201, 202, 409]).toContain(status)
    expect(answers.some(({ status }) => status === 201)).toBe(true)
    expect((await ask('/datasets?limit=1000')).json().data.length).toBe(before + 1)
  })
})

describe('models and segments', () => {
  test('say 304 to who has them, until something changes', async () => {
    const paths = [
      `/models/${model.id}`,
      '/models/champion',
      `/models/${model.id}/metrics`,
      `/models/${model.id}/projection`,
      `/models/${model.id}/explanation`,
      '/segments',
      `/segments/${model.segments[0]!.id}`,
      `/segments/${model.segments[0]!.id}/customers`,
      '/customers/c1'
    ]
    const etags = new Map<string, string>()
    for (const path of paths) {
      const { etag } = (await ask(path)).headers
      expect(etag, path).toMatch(/^"[^"]+"$/)
      etags.set(path, String(etag))
      const again = await ask({ url: path, headers: { 'if-none-match': `"x", W/${etag}` } })
      expect(again.statusCode, path).toBe(304)
      expect(again.body).toBe('')
    }
    const edit = await ask({
      method: 'PATCH',
      url: `/segments/${model.segments[0]!.id}`,
      payload: { note: 'Call them.' }
    })
    expect(edit.json()).toMatchObject({ note: 'Call them.', edited: ['note'] })
    for (const path of paths) {
      const again = await ask({ url: path, headers: { 'if-none-match': etags.get(path)! } })
      expect(again.statusCode, path).toBe(200)
    }
  })

  test('refuse an edit of what has changed', async () => {
    const path = `/segments/${model.segments[1]!.id}`
    const { etag } = (await ask(path)).headers
    const patch = (name: string) =>
      ask({ method: 'PATCH', url: path, payload: { name }, headers: { 'if-match': String(etag) } })
    const answers = await Promise.all([patch('Our best'), patch('Our worst')])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412])
    const refused = answers.find(({ statusCode }) => statusCode === 412)!
    expect(refused.json()).toMatchObject({ code: 'revision_mismatch' })
    expect(refused.headers.etag).toBeUndefined()
  })

  test('name segments by id in metrics and projection', async () => {
    const ids = model.segments.map(({ id }) => id)
    const metrics = (await ask(`/models/${model.id}/metrics`)).json()
    expect(metrics.segments.map(({ segment_id }: { segment_id: string }) => segment_id)).toEqual(ids)
    const { points, centroids } = (await ask(`/models/${model.id}/projection`)).json()
    for (const point of [...points, ...centroids]) expect(ids).toContain(point.segment_id)
  })

  test('keep what is ours inside', async () => {
    const body = (await ask(`/models/${model.id}`)).json()
    for (const inner of ['fit', 'revision', 'projection']) expect(body).not.toHaveProperty(inner)
  })

  test('keep their champion', async () => {
    const answer = await ask({ method: 'DELETE', url: `/models/${model.id}` })
    expect(answer.json()).toMatchObject({ code: 'champion_in_use', status: 409 })
  })
})

describe('members', () => {
  test('come in pages of JSON or all as CSV, the same customers', async () => {
    for (const segment of model.segments) {
      const path = `/segments/${segment.id}/customers`
      const ids: string[] = []
      let cursor: string | null = null
      do {
        const page: Page = (await ask(`${path}?limit=7${cursor ? `&cursor=${cursor}` : ''}`)).json()
        ids.push(...page.data.map(({ customer_id }) => customer_id!))
        cursor = page.next_cursor
      } while (cursor !== null)
      expect(ids).toHaveLength(segment.size)

      const csv = await ask({ url: path, headers: { accept: 'text/csv' } })
      expect(csv.headers).toMatchObject({
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="${segment.id}.csv"`,
        'cache-control': 'private, no-store',
        vary: 'accept'
      })
      const rows = csv.body.trimEnd().split('\r\n').slice(1)
      // The one id that starts a formula comes with an apostrophe before it.
      expect(rows.map((row) => row.split(',')[0])).toEqual(ids.map((id) => (id === '=c7' ? "'=c7" : id)))
    }
  })

  test('are not read for HEAD, and come in no other form', async () => {
    const path = `/segments/${model.segments[0]!.id}/customers`
    const head = await ask({ method: 'HEAD', url: path, headers: { accept: 'text/csv' } })
    expect(head.statusCode).toBe(200)
    expect(head.headers['content-type']).toMatch(/^text\/csv/)
    expect(head.body).toBe('')
    const excel = await ask({ url: path, headers: { accept: 'application/vnd.ms-excel' } })
    expect(excel.json()).toMatchObject({ code: 'not_acceptable', status: 406 })
  })

  test('have cursors that fit their own list alone', async () => {
    const [first, second] = model.segments.filter(({ size }) => size > 1)
    const { next_cursor } = (await ask(`/segments/${first!.id}/customers?limit=1`)).json()
    const other = await ask(`/segments/${second!.id}/customers?limit=1&cursor=${next_cursor}`)
    expect(other.json()).toMatchObject({ code: 'invalid_cursor', status: 400 })
  })
})

describe('assign', () => {
  test('gives a customer of the training its segment, from features and from orders', async () => {
    const known = (await ask('/customers/c3')).json()
    const { recency_days, frequency, monetary_value } = known.features
    const orders = ORDERS.filter(({ customer_id }) => customer_id === 'c3').map(
      ({ order_id, ordered_at, product_id, quantity, unit_price }) => ({
        order_id,
        ordered_at,
        lines: [{ product_id, quantity, unit_price }]
      })
    )
    const answer = await post('/assign', {
      customers: [
        { customer_id: 'by-features', features: { recency_days, frequency, monetary_value } },
        { customer_id: 'by-orders', orders }
      ]
    })
    expect(answer.statusCode, answer.body).toBe(200)
    for (const assignment of answer.json().data) expect(assignment.segment_id).toBe(known.segment_id)
  })

  test('names each customer that cannot be assigned by its index', async () => {
    const answer = await post('/assign', {
      customers: [
        { customer_id: 'a', features: { recency_days: 1, frequency: 1, monetary_value: 1 } },
        { customer_id: 'b', features: { recency_days: 1 } }
      ]
    })
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'feature_missing' })
    for (const { pointer } of answer.json().errors) expect(pointer).toMatch(/^\/customers\/1\//)
  })
})

describe('another tenant', () => {
  test('sees nothing of it: the same 404 as for what does not exist', async () => {
    const segment = model.segments[0]!.id
    for (const [path, none] of [
      [`/datasets/${dataset.id}`, '/datasets/ds_none'],
      [`/models/${model.id}`, '/models/mdl_none'],
      [`/segments/${segment}`, '/segments/seg_none'],
      [`/segments/${segment}/customers`, '/segments/seg_none/customers']
    ] as const) {
      const foreign = await ask({ url: path, headers: otherKey })
      const missing = await ask({ url: none, headers: otherKey })
      expect(foreign.statusCode, path).toBe(404)
      expect(foreign.json().code).toBe(missing.json().code)
    }
    for (const path of ['/datasets', '/models', '/jobs']) {
      expect((await ask({ url: path, headers: otherKey })).json().data).toEqual([])
    }
    expect((await ask({ url: '/customers/c1', headers: otherKey })).statusCode).toBe(404)
  })
})

describe('operations', () => {
  test('health tells the champion to who may know it', async () => {
    expect((await ask('/health')).json()).toMatchObject({
      status: 'ok',
      version: '0.0.0-test',
      store: { type: 'memory', status: 'ok' },
      workers: { size: 1 },
      champion: { model_id: model.id }
    })
    expect((await service.app.inject('/health')).json()).toMatchObject({ status: 'ok', champion: null })
    expect((await service.app.inject('/health/ready')).json()).toEqual({ ready: true, reasons: [] })
  })

  test('metrics name routes by their pattern', async () => {
    const { body } = await ask('/metrics')
    expect(body).toContain('http_request_duration_seconds_count{method="GET",route="/models/:id",status="200"}')
    expect(body).not.toContain(model.id)
    expect(body).toMatch(/^tessera_workers 1$/m)
    expect(body).toMatch(/^tessera_store_up 1$/m)
    expect(body).toMatch(/^nodejs_eventloop_lag_seconds /m)
  })

  test('the docs page may run its own scripts and no others', async () => {
    const page = await service.app.inject('/docs/')
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self'/)
    expect(page.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-inline/)
  })
})
