import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { openDoor } from '../helpers/door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(async () => await door.close())

const json = { 'content-type': 'application/json' }
const post = (url: string, payload: string | Buffer, headers: Record<string, string> = json): InjectOptions => ({
  method: 'POST',
  url,
  payload,
  headers
})
const model = (fields: object) => post('/models', JSON.stringify({ dataset_id: 'ds_1', ...fields }))
const rawModel = (fields: string) => post('/models', `{"dataset_id":"ds_1",${fields}}`)
const source = (source: object) => post('/datasets', JSON.stringify({ source }))
const named = (name: string) => model({ name })
const assign = (...customers: unknown[]) => post('/assign', JSON.stringify({ customers }))
const features = { recency_days: 1 }
const order = { order_id: 'A', ordered_at: '2024-02-29', lines: [{ quantity: 1, unit_price: 1 }] }
const deep = '['.repeat(30_000) + ']'.repeat(30_000)
const manyKeys = JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 1])))

// name, request, code, and where it matters the pointer of the first error
const CASES: [string, InjectOptions, ProblemCode, string?][] = [
  // Addresses and methods
  ['unknown route', { url: '/nothing' }, 'route_not_found'],
  ['double slash', { url: '//models/x' }, 'route_not_found'],
  ['wrong method', { method: 'PATCH', url: '/models' }, 'method_not_allowed'],
  ['OPTIONS', { method: 'OPTIONS', url: '/models' }, 'method_not_allowed'],
  ['bad percent-encoding', { url: '/models/%zz' }, 'bad_url'],
  ['percent-encoded bytes that are no UTF-8', { url: '/models/%ff' }, 'bad_url'],
  ['param of 201 characters', { url: `/customers/${'x'.repeat(201)}` }, 'param_too_long'],
  ['param of 2,001 characters', { url: `/customers/${'x'.repeat(2001)}` }, 'param_too_long'],
  ['address of 5 KiB', { url: `/datasets?cursor=${'x'.repeat(5000)}` }, 'param_too_long'],
  ['id that climbs', { url: '/datasets/..%2f..%2fetc%2fpasswd' }, 'dataset_not_found'],
  ['id with NUL', { url: '/models/%00' }, 'model_not_found'],
  ['id of a device', { url: '/jobs/CON' }, 'job_not_found'],
  ['id of 65 characters', { url: `/segments/${'s'.repeat(65)}` }, 'segment_not_found'],
  ['customer id with NUL', { url: '/customers/a%00b' }, 'customer_not_found'],
  ['200 query parameters', { url: `/models?${'a=1&'.repeat(200)}` }, 'validation_failed'],
  ['unknown query parameter', { url: '/models?sort=name;drop%20table' }, 'validation_failed', '/query/sort'],
  ['query where none is taken', { url: '/models/champion?x=1' }, 'validation_failed', '/query/x'],
  ['Accept of an image', { url: '/models', headers: { accept: 'image/png' } }, 'not_acceptable'],
  ['Accept of CSV where there is none', { url: '/models', headers: { accept: 'text/csv' } }, 'not_acceptable'],
  ['no champion yet', { url: '/segments' }, 'champion_not_found'],

  // Pages
  ...['0', '1001', 'abc', '', '0x10', '%205', '1&limit=2', '1e2', '-1', '5.0'].map(
    (limit): [string, InjectOptions, ProblemCode, string] => [
      `limit=${limit}`,
      { url: `/datasets?limit=${limit}` },
      'validation_failed',
      '/query/limit'
    ]
  ),
  ['cursor that is garbage', { url: '/datasets?cursor=garbage' }, 'invalid_cursor'],
  ['cursor of 513 characters', { url: `/jobs?cursor=${'x'.repeat(513)}` }, 'validation_failed', '/query/cursor'],

  // JSON
  ['empty body', post('/models', ''), 'body_required'],
  ['spaces for a body', post('/models', '   '), 'body_required'],
  ['no body and no type', { method: 'POST', url: '/models' }, 'body_required'],
  ['open brace', post('/models', '{'), 'invalid_json'],
  ['trailing bytes', post('/models', '{"dataset_id":"ds_1"} x'), 'invalid_json'],
  ['__proto__', rawModel('"__proto__":{"a":1}'), 'invalid_json'],
  ['__proto__ inside', rawModel('"outliers":{"__proto__":{"a":1}}'), 'invalid_json'],
  ['constructor.prototype', rawModel('"constructor":{"prototype":{}}'), 'invalid_json'],
  ['null', post('/models', 'null'), 'validation_failed', ''],
  ['array', post('/models', '[]'), 'validation_failed', ''],
  ['text', post('/models', '"x"'), 'validation_failed', ''],
  ['30,000-deep array', post('/models', deep), 'validation_failed', ''],
  ['50,000 unknown keys', post('/models', manyKeys), 'validation_failed'],
  ['body over the limit', post('/models', JSON.stringify({ name: 'x'.repeat(1_048_577) })), 'body_too_large'],
  ['bytes that are no UTF-8', post('/models', Buffer.from([0x22, 0xff, 0x22])), 'invalid_json'],
  ['UTF-16', post('/models', '{}', { 'content-type': 'application/json; charset=utf-16' }), 'unsupported_media_type'],
  ['no content type', post('/models', '{}', {}), 'unsupported_media_type'],
  ['text/plain', post('/models', '{}', { 'content-type': 'text/plain' }), 'unsupported_media_type'],
  ['XML', post('/models', '<a/>', { 'content-type': 'application/xml' }), 'unsupported_media_type'],
  ['type with a tail', post('/models', '{}', { 'content-type': 'application/json garbage' }), 'unsupported_media_type'],
  ['type with a tab', post('/models', '{}', { 'content-type': 'application/json\t;x=1' }), 'unsupported_media_type'],
  [
    'form on a JSON route',
    post('/models', 'a=1', { 'content-type': 'multipart/form-data; boundary=x' }),
    'unsupported_media_type'
  ],
  [
    'urlencoded form',
    post('/models', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
    'unsupported_media_type'
  ],
  ...['br', 'gzip', 'zstd', 'gzip, gzip'].map((encoding): [string, InjectOptions, ProblemCode] => [
    `Content-Encoding: ${encoding}`,
    post('/models', '{}', { ...json, 'content-encoding': encoding }),
    'unsupported_encoding'
  ]),

  // Training
  ['unknown key', model({ K: 3 }), 'validation_failed', '/K'],
  ['unknown key inside', model({ outliers: { policy: 'keep', polcy: 1 } }), 'validation_failed', '/outliers/polcy'],
  ['server-side key', model({ tenant: 'other' }), 'validation_failed', '/tenant'],
  ['k as text', model({ k: '3' }), 'validation_failed', '/k'],
  ...[
    '2.5',
    '1',
    '51',
    '-1',
    '1e309',
    '9007199254740993',
    'null',
    'true',
    '{"min":1,"max":3}',
    '{"min":5,"max":3}',
    '{"min":2}'
  ].map((k): [string, InjectOptions, ProblemCode] => [`k ${k}`, rawModel(`"k":${k}`), 'validation_failed']),
  ['k NaN', rawModel('"k":NaN'), 'invalid_json'],
  ['seed −1', model({ seed: -1 }), 'validation_failed', '/seed'],
  ['seed 2^32', model({ seed: 2 ** 32 }), 'validation_failed', '/seed'],
  ['seed as text', model({ seed: 'x' }), 'validation_failed', '/seed'],
  ['restarts 101', model({ restarts: 101 }), 'validation_failed', '/restarts'],
  ['max_iterations 0', model({ max_iterations: 0 }), 'validation_failed', '/max_iterations'],
  ['min_segment_share 0.6', model({ min_segment_share: 0.6 }), 'validation_failed', '/min_segment_share'],
  ['min_segment_size 1', model({ min_segment_size: 1 }), 'validation_failed', '/min_segment_size'],
  ['min_segment_size 2.5', model({ min_segment_size: 2.5 }), 'validation_failed', '/min_segment_size'],
  ['factor 11', model({ outliers: { factor: 11 } }), 'validation_failed', '/outliers/factor'],
  ['window_days 0', model({ window_days: 0 }), 'validation_failed', '/window_days'],
  ['no feature', model({ features: [] }), 'validation_failed', '/features'],
  ['51 features', model({ features: Array.from({ length: 51 }, (_, i) => `f${i}`) }), 'validation_failed', '/features'],
  ['a feature twice', model({ features: ['frequency', 'frequency'] }), 'validation_failed', '/features'],
  ['no dataset', post('/models', '{}'), 'validation_failed', '/dataset_id'],
  ['dataset id that climbs', post('/models', '{"dataset_id":"../x"}'), 'validation_failed', '/dataset_id'],
  ['30 February', model({ reference_date: '2024-02-30' }), 'validation_failed', '/reference_date'],
  ['29 February of no leap year', model({ reference_date: '2023-02-29' }), 'validation_failed', '/reference_date'],
  ['year of seven digits', model({ reference_date: '9999999-01-01' }), 'validation_failed', '/reference_date'],
  [
    'instant without its offset',
    model({ reference_date: '2024-01-01T10:00:00' }),
    'validation_failed',
    '/reference_date'
  ],
  ['date as a number', model({ reference_date: 20240101 }), 'validation_failed', '/reference_date'],
  ['one own name', model({ vocabulary: { names: [{ name: 'a' }] } }), 'validation_failed'],

  // Text
  ['NUL in a name', named('a\u0000b'), 'validation_failed', '/name'],
  ['lone surrogate in a name', rawModel('"name":"a\\ud800"'), 'validation_failed', '/name'],
  ['control character in a name', named('a\u0007'), 'validation_failed', '/name'],
  ['line feed in a name', named('a\r\nX-Injected: 1'), 'validation_failed', '/name'],
  ['empty name', named(''), 'validation_failed', '/name'],
  ['name of spaces', named('  \u00a0'), 'validation_failed', '/name'],
  ['zero-width name', named('\u200b\u200d\ufeff'), 'validation_failed', '/name'],
  ['name drawn as nothing', named('\u3164'), 'validation_failed', '/name'],
  ['direction override', named('a\u202eb'), 'validation_failed', '/name'],
  ['name of 201 characters', named('x'.repeat(201)), 'validation_failed', '/name'],

  // Assign
  ['no customers', assign(), 'validation_failed', '/customers'],
  [
    '10,001 customers',
    assign(...Array.from({ length: 10_001 }, (_, index) => ({ customer_id: `${index}`, features }))),
    'validation_failed',
    '/customers'
  ],
  [
    'feature as text',
    assign({ customer_id: 'a', features }, { customer_id: 'b', features: { recency_days: '1' } }),
    'validation_failed',
    '/customers/1/features/recency_days'
  ],
  [
    'infinite feature',
    post('/assign', '{"customers":[{"customer_id":"a","features":{"f":1e400}}]}'),
    'validation_failed',
    '/customers/0/features/f'
  ],
  ['neither features nor orders', assign({ customer_id: 'a' }), 'validation_failed', '/customers/0'],
  [
    'both features and orders',
    assign({ customer_id: 'a', features, orders: [order] }),
    'validation_failed',
    '/customers/0'
  ],
  ['customer id as a number', assign({ customer_id: 1, features }), 'validation_failed', '/customers/0/customer_id'],
  [
    'order on 30 February',
    assign({ customer_id: 'a', orders: [{ ...order, ordered_at: '2024-02-30' }] }),
    'validation_failed',
    '/customers/0/orders/0/ordered_at'
  ],
  [
    'order without lines',
    assign({ customer_id: 'a', orders: [{ ...order, lines: [] }] }),
    'validation_failed',
    '/customers/0/orders/0/lines'
  ],
  [
    'feature with a slash in its name',
    assign({ customer_id: 'a', features: { 'a/b~c': 'x' } }),
    'validation_failed',
    '/customers/0/features/a~1b~0c'
  ],

  // Segments and champion
  ['empty edit', { method: 'PATCH', url: '/segments/seg_1', payload: {} }, 'validation_failed', ''],
  ['edit of a size', { method: 'PATCH', url: '/segments/seg_1', payload: { size: 3 } }, 'validation_failed', '/size'],
  [
    'colour by name',
    { method: 'PATCH', url: '/segments/seg_1', payload: { color: 'red' } },
    'validation_failed',
    '/color'
  ],
  ['edit of no segment', { method: 'PATCH', url: '/segments/seg_1', payload: { name: 'A' } }, 'segment_not_found'],
  [
    'champion without a model',
    { method: 'PUT', url: '/models/champion', payload: {} },
    'validation_failed',
    '/model_id'
  ],
  [
    'champion of no model',
    { method: 'PUT', url: '/models/champion', payload: { model_id: 'mdl_1' } },
    'model_not_found'
  ],

  // Datasets
  ['unknown source', post('/datasets', '{"source":{"type":"ftp"}}'), 'validation_failed', '/source/type'],
  ['source by an address that is none', source({ type: 'url', url: 'orders' }), 'validation_failed', '/source/url'],
  ['source by a private address', source({ type: 'url', url: 'https://10.0.0.1/a.csv' }), 'remote_forbidden'],
  ['source by path', source({ type: 'path', path: 'orders.csv' }), 'source_not_available'],
  ['source by an object of S3', source({ type: 's3', bucket: 'shop', key: 'orders.csv' }), 'source_not_available'],
  [
    'source by an object of S3 elsewhere',
    source({ type: 's3', bucket: 'shop', key: 'a', endpoint: 'https://10.0.0.1' }),
    'validation_failed',
    '/source/endpoint'
  ],
  [
    'source by a query',
    source({ type: 'postgres', connection: 'warehouse', query: 'select 1' }),
    'source_not_available'
  ],
  ['refresh of no dataset', { method: 'POST', url: '/datasets/ds_1/refresh' }, 'dataset_not_found'],
  ['refresh with a body', post('/datasets/ds_1/refresh', '{"options":{}}'), 'validation_failed', '/options'],
  ['no orders', post('/datasets', '{"source":{"type":"inline","orders":[]}}'), 'validation_failed', '/source/orders'],
  [
    'order with an object in a cell',
    post('/datasets', '{"source":{"type":"inline","orders":[{"a":{}}]}}'),
    'validation_failed',
    '/source/orders/0/a'
  ],
  [
    'mapping of no field of ours',
    post('/datasets', '{"source":{"type":"inline","orders":[{"a":1}]},"options":{"mapping":{"sku":"a"}}}'),
    'validation_failed',
    '/options/mapping/sku'
  ],
  [
    'pattern of 501 characters',
    post(
      '/datasets',
      JSON.stringify({ source: { type: 'inline', orders: [{ a: 1 }] }, options: { order_id_pattern: 'x'.repeat(501) } })
    ),
    'validation_failed',
    '/options/order_id_pattern'
  ],

  // Idempotency
  [
    'Idempotency-Key that is empty',
    post('/models', '{"dataset_id":"ds_1"}', { ...json, 'idempotency-key': '' }),
    'invalid_idempotency_key'
  ],
  [
    'Idempotency-Key of 256 characters',
    post('/models', '{"dataset_id":"ds_1"}', { ...json, 'idempotency-key': 'k'.repeat(256) }),
    'invalid_idempotency_key'
  ],
  [
    'Idempotency-Key with a space',
    post('/models', '{"dataset_id":"ds_1"}', { ...json, 'idempotency-key': 'a b' }),
    'invalid_idempotency_key'
  ],

  // Explanations
  ['problem that does not exist', { url: '/problems/nonsense' }, 'route_not_found']
]

describe('the door', () => {
  test.each(CASES)('refuses: %s', async (_name, request, code, pointer) => {
    const answer = await door.app.inject(request)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json(; charset=utf-8)?$/)
    const problem = answer.json()
    expect(problem).toMatchObject({
      type: `/problems/${code}`,
      code,
      status: PROBLEMS[code].status,
      title: PROBLEMS[code].title,
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/)
    })
    expect(answer.statusCode).toBe(PROBLEMS[code].status)
    expect(answer.headers['x-request-id']).toBe(problem.request_id)
    if (pointer !== undefined) expect(problem.errors[0].pointer).toBe(pointer)
    expect(answer.body.length).toBeLessThan(20_000)
    expect(answer.body).not.toMatch(/node_modules|\bat .*\.(ts|js):\d|SELECT|\/tmp\//)
  })

  test('405 says what the address takes', async () => {
    const allow = async (method: 'PATCH' | 'POST', url: string) =>
      (await door.app.inject({ method, url })).headers.allow
    expect(await allow('PATCH', '/models')).toBe('GET, HEAD, POST')
    expect(await allow('POST', '/models/champion')).toBe('DELETE, GET, HEAD, PUT')
    expect(await allow('POST', '/jobs/job_1/events')).toBe('GET')
  })

  test('unknown keys are reported each, a hundred at most', async () => {
    const { errors } = (await door.app.inject(post('/models', manyKeys))).json()
    expect(errors).toHaveLength(100)
    const two = (await door.app.inject(model({ a: 1, b: 2 }))).json()
    expect(two.errors).toEqual([
      { pointer: '/a', code: 'unknown_field', message: 'is not known here' },
      { pointer: '/b', code: 'unknown_field', message: 'is not known here' }
    ])
  })

  test('a harmless X-Request-Id is kept, another is replaced', async () => {
    const ask = async (id: string) =>
      (await door.app.inject({ url: '/nothing', headers: { 'x-request-id': id } })).headers['x-request-id']
    expect(await ask('trace-0123.abc')).toBe('trace-0123.abc')
    for (const id of ['short', 'x'.repeat(65), '<script>alert(1)</script>', 'a b c d e f g']) {
      expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('a query stays out of the problem and out of the log', async () => {
    const seen = await openDoor({ environment: { LOG_LEVEL: 'debug' } })
    try {
      const answer = await seen.app.inject({
        url: '/datasets?limit=5&cursor=hunter2',
        headers: { authorization: 'Bearer hunter3' }
      })
      expect(answer.json().instance).toBe('/datasets')
      const text = JSON.stringify(seen.logged())
      expect(text).not.toContain('hunter')
      expect(seen.logged().find((line) => line.msg === 'request')).toMatchObject({
        request_id: answer.headers['x-request-id'],
        tenant: 'default',
        method: 'GET',
        route: '/datasets',
        status: 400,
        ms: expect.any(Number)
      })
    } finally {
      await seen.close()
    }
  })

  test('what fails inside is told in a fixed sentence, its cause logged', async () => {
    const seen = await openDoor({ environment: { LOG_LEVEL: 'error' } })
    try {
      // The door of this test has no threads: training is a failure of ours.
      const answer = await seen.app.inject(model({}))
      expect(answer.statusCode).toBe(500)
      expect(answer.json()).toMatchObject({ code: 'internal_error' })
      expect(answer.body).not.toContain('trainModel')
      expect(JSON.stringify(seen.logged())).toContain('no story trainModel')
    } finally {
      await seen.close()
    }
  })

  test('HEAD answers as GET without a body', async () => {
    const head = await door.app.inject({ method: 'HEAD', url: '/features' })
    const get = await door.app.inject({ url: '/features' })
    expect(head.statusCode).toBe(200)
    expect(head.body).toBe('')
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
  })

  test('every answer carries the headers that keep browsers from guessing', async () => {
    const { headers } = await door.app.inject({ url: '/datasets' })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'no-store'
    })
    expect(headers['x-powered-by']).toBeUndefined()
  })
})
