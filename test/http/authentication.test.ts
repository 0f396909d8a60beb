import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCOPES, type Scope } from '../../src/domain/vocabulary.ts'
import { openDoor } from '../helpers/door.ts'
import { keyRecord, keyText } from '../helpers/keys.ts'

const KEYS = [
  ...SCOPES.map((scope) => keyRecord(`only${scope}`.padEnd(10, '0'), [scope])),
  keyRecord('expired000', ['admin'], { expires_at: '2024-01-02T00:00:00Z' })
]
const idFor = (scope: Scope) => `only${scope}`.padEnd(10, '0')
const bearer = (id: string) => ({ authorization: `Bearer ${keyText(id)}` })

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor({ keys: KEYS, environment: { DOCS_UI: 'true' } })
})
afterAll(async () => await door.close())

/** Every address of the contract, with the scope it needs. */
const ROUTES: [string, Scope | null][] = [
  ['GET /health', null],
  ['GET /health/live', null],
  ['GET /health/ready', null],
  ['GET /metrics', 'admin'],
  ['GET /openapi.json', null],
  ['GET /openapi.yaml', null],
  ['GET /problems/{code}', null],
  ['GET /features', 'read'],
  ['POST /datasets', 'write'],
  ['POST /datasets/preview', 'write'],
  ['POST /datasets/{id}/refresh', 'write'],
  ['GET /datasets', 'read'],
  ['GET /datasets/{id}', 'read'],
  ['GET /datasets/{id}/quality', 'read'],
  ['GET /datasets/{id}/profile', 'read'],
  ['GET /datasets/{id}/rejected', 'export'],
  ['DELETE /datasets/{id}', 'write'],
  ['POST /models', 'write'],
  ['GET /models', 'read'],
  ['GET /models/champion', 'read'],
  ['PUT /models/champion', 'write'],
  ['GET /models/{id}', 'read'],
  ['GET /models/{id}/explanation', 'read'],
  ['GET /models/{id}/metrics', 'read'],
  ['GET /models/{id}/projection', 'read'],
  ['DELETE /models/{id}', 'write'],
  ['GET /segments', 'read'],
  ['GET /segments/{id}', 'read'],
  ['PATCH /segments/{id}', 'write'],
  ['GET /segments/{id}/customers', 'export'],
  ['POST /assign', 'assign'],
  ['POST /assign/files', 'assign'],
  ['GET /assign/files', 'assign'],
  ['GET /assign/files/{id}', 'assign'],
  ['GET /assign/files/{id}/content', 'assign'],
  ['DELETE /assign/files/{id}', 'assign'],
  ['GET /customers/{id}', 'read'],
  ['GET /customers/{id}/explanation', 'read'],
  ['GET /jobs', 'read'],
  ['GET /jobs/{id}', 'read'],
  ['DELETE /jobs/{id}', 'write'],
  ['GET /jobs/{id}/events', 'read']
]

function request(route: string, headers: Record<string, string>): InjectOptions {
  const [method, path] = route.split(' ') as ['GET', string]
  const accept = path.endsWith('/events') ? { accept: 'text/event-stream' } : {}
  return { method, url: path.replace('{id}', 'nope').replace('{code}', 'draining'), headers: { ...headers, ...accept } }
}

const codeOf = (body: string) => (body.startsWith('{') ? (JSON.parse(body).code ?? null) : null)

describe('keys', () => {
  test('the table above is the contract', async () => {
    const { paths } = (await door.app.inject('/openapi.json')).json() as {
      paths: Record<string, Record<string, { description?: string }>>
    }
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { description }]) => [
        `${method.toUpperCase()} ${path}`,
        /Scope: `(\w+)`/.exec(description ?? '')?.[1] ?? null
      ])
    )
    expect(documented.sort()).toEqual([...ROUTES].sort())
  })

  for (const [route, scope] of ROUTES) {
    if (scope === null) {
      test(`${route} needs no key`, async () => {
        const answer = await door.app.inject(request(route, {}))
        expect([401, 403]).not.toContain(answer.statusCode)
      })
      continue
    }
    test(`${route} without a key is 401`, async () => {
      const answer = await door.app.inject(request(route, {}))
      expect(answer.statusCode).toBe(401)
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
      expect(answer.json()).toMatchObject({ code: 'unauthenticated' })
    })
    test.each(SCOPES)(`${route} with the scope %s alone`, async (given) => {
      const answer = await door.app.inject(request(route, bearer(idFor(given))))
      const allowed = given === scope || given === 'admin'
      if (allowed) expect([401, 403]).not.toContain(answer.statusCode)
      else {
        expect(answer.statusCode).toBe(403)
        expect(codeOf(answer.body)).toBe('insufficient_scope')
      }
    })
  }

  test.each<[string, Record<string, string>]>([
    ['wrong secret', { authorization: `Bearer ${keyText('onlyread00').slice(0, -1)}x` }],
    ['wrong scheme', { authorization: `Basic ${keyText('onlyread00')}` }],
    ['no scheme', { authorization: keyText('onlyread00') }],
    ['expired', bearer('expired000')],
    ['10 KB', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
    ['both headers', { ...bearer('onlyread00'), 'x-api-key': keyText('onlyread00') }],
    ['empty', { 'x-api-key': '' }]
  ])('a key that is wrong: %s', async (_name, headers) => {
    const answer = await door.app.inject({ url: '/datasets', headers })
    expect(answer.statusCode).toBe(401)
    expect(answer.json().code).toBe('unauthenticated')
  })

  test('a key in the query is none', async () => {
    expect((await door.app.inject(`/datasets?api_key=${keyText('onlyread00')}`)).statusCode).toBe(401)
  })

  test('a key in X-API-Key is one', async () => {
    const answer = await door.app.inject({ url: '/datasets', headers: { 'x-api-key': keyText('onlyread00') } })
    expect(answer.statusCode).toBe(200)
  })

  test('the docs page needs none', async () => {
    const page = await door.app.inject('/docs/')
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-type']).toMatch(/^text\/html/)
  })

  test('a route without a scope does not boot', async () => {
    const other = await openDoor()
    other.app.get('/forgotten', async () => ({}))
    await expect(other.app.ready()).rejects.toThrow('Routes without a scope: GET /forgotten, HEAD /forgotten')
    await other.close().catch(() => {})
  })
})

describe('limits', () => {
  test('the 101st wrong key in a minute is 429, and a right key still works', async () => {
    const fresh = await openDoor({ keys: KEYS })
    try {
      const statuses: number[] = []
      for (let index = 0; index < 102; index++) {
        statuses.push((await fresh.app.inject({ url: '/datasets', headers: { 'x-api-key': 'wrong' } })).statusCode)
      }
      expect(statuses.slice(0, 100).every((status) => status === 401)).toBe(true)
      expect(statuses.slice(100)).toEqual([429, 429])
      const right = await fresh.app.inject({ url: '/datasets', headers: bearer('onlyread00') })
      expect(right.statusCode).toBe(200)
    } finally {
      await fresh.close()
    }
  })

  test('a key has its own budget, told in headers, and probes have none', async () => {
    const fresh = await openDoor({ keys: KEYS, environment: { RATE_LIMIT_PER_MINUTE: '2' } })
    try {
      const ask = (id: string) => fresh.app.inject({ url: '/datasets', headers: bearer(id) })
      const first = await ask('onlyread00')
      expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' })
      await ask('onlyread00')
      const third = await ask('onlyread00')
      expect(third.statusCode).toBe(429)
      expect(third.json()).toMatchObject({ code: 'rate_limited' })
      expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
      expect((await ask('onlyadmin0')).statusCode).toBe(200)
      for (let index = 0; index < 5; index++) {
        expect((await fresh.app.inject('/health/live')).statusCode).toBe(200)
      }
    } finally {
      await fresh.close()
    }
  })
})
