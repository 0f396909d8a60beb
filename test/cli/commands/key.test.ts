import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openApiKeys } from '../../../src/stores/api-keys.ts'
import { runCli } from '../../helpers/run-cli.ts'

const logger = { warn: () => undefined, info: () => undefined, error: () => undefined }
let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-'))
  file = join(folder, 'keys.json')
})
afterEach(() => rm(folder, { recursive: true }))

const makeKey = (...more: string[]) =>
  runCli(['key', '--tenant', 'acme', '--name', 'crm', '--scopes', 'assign,read', '--file', file, ...more])

test('key shows a key that the service then knows', async () => {
  const { code, stdout } = await makeKey()
  expect(code).toBe(0)
  const keys = await openApiKeys({ file, clock: () => new Date(), logger })
  expect(keys.authenticate(stdout.trim())).toMatchObject({ tenant: 'acme', scopes: ['read', 'assign'] })
  expect(keys.authenticate(`${stdout.trim().slice(0, -1)}~`)).toBeUndefined()
})

test('key keeps the hash and not the secret, for the owner only', async () => {
  const { stdout } = await makeKey()
  const secret = stdout.trim().split('_').slice(2).join('_')
  const text = await readFile(file, 'utf8')
  expect(text).not.toContain(secret)
  expect(text).toContain(createHash('sha256').update(secret).digest('hex'))
  expect((await stat(file)).mode & 0o077).toBe(0)
})

test('key adds to the keys that are there', async () => {
  const first = (await makeKey()).stdout.trim()
  const second = (await makeKey('--expires', '2999-01-01')).stdout.trim()
  const keys = await openApiKeys({ file, clock: () => new Date(), logger })
  expect(keys.authenticate(first)).toBeDefined()
  expect(keys.authenticate(second)).toBeDefined()
  const expired = await openApiKeys({ file, clock: () => new Date('2999-01-01T00:00:00Z'), logger })
  expect(expired.authenticate(first)).toBeDefined()
  expect(expired.authenticate(second)).toBeUndefined()
})

test.each([
  [['--tenant', 'Acme Inc'], '--tenant must be'],
  [['--scopes', 'read,root'], 'not root'],
  [['--scopes', ''], '--scopes must be'],
  [['--expires', '2999-02-30'], '--expires must be a date'],
  [['--expires', '1999-01-01'], 'must lie in the future']
])('key refuses %j and writes nothing', async (args, message) => {
  const { code, stdout, stderr } = await makeKey(...args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

test('key leaves a damaged file as it is', async () => {
  await writeFile(file, '{"keys": [')
  const { code, stdout, stderr } = await makeKey()
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('not valid JSON')
  expect(await readFile(file, 'utf8')).toBe('{"keys": [')
})

test('key shows its usage when something is missing', async () => {
  const { code, stderr } = await runCli(['key', '--tenant', 'acme'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Usage: npm run key -- --tenant/)
})
