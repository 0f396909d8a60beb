import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApiKeyRecord } from '../../src/domain/records/principal.ts'
import { addKeyToFile, createApiKey, openApiKeys } from '../../src/stores/api-keys.ts'

const START = Date.UTC(2026, 0, 1)
const ABOUT = { tenant: 'shop-1', name: 'CRM', scopes: ['read', 'assign'] as const, expires_at: null }

describe('api keys', () => {
  let folder: string
  let file: string
  let now: number
  let logged: string[]
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keys-'))
    file = join(folder, 'keys.json')
    now = START
    logged = []
  })
  afterEach(() => rm(folder, { recursive: true }))

  const clock = () => new Date(now)
  const open = () => openApiKeys({ file, clock, logger: { warn: (_details, message) => void logged.push(message) } })
  const make = (changes: Partial<{ expires_at: string | null; tenant: string }> = {}) =>
    createApiKey({ ...ABOUT, scopes: [...ABOUT.scopes], ...changes }, randomBytes, clock())
  const write = (keys: object[]) => writeFile(file, JSON.stringify({ keys }))

  describe('createApiKey', () => {
    it('gives a key whose secret is nowhere in the record', () => {
      const { key, record } = make()
      const [, id, secret] = /^tsr_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(key) ?? []
      expect(record).toEqual({
        id,
        ...ABOUT,
        secret_sha256: createHash('sha256').update(secret!).digest('hex'),
        created_at: '2026-01-01T00:00:00.000Z'
      })
      expect(JSON.stringify(record)).not.toContain(secret)
    })

    it('takes all of its chance from the source it is given', () => {
      const fixed = (bytes: number) => new Uint8Array(bytes).fill(7)
      expect(createApiKey({ ...ABOUT, scopes: ['read'] }, fixed).key).toBe(
        createApiKey({ ...ABOUT, scopes: ['read'] }, fixed).key
      )
      expect(make().key).not.toBe(make().key)
    })
  })

  describe('authenticate', () => {
    it('knows the owner of each key, also when the secret holds an underscore', async () => {
      // 0xff bytes encode to underscores in base64url.
      const odd = createApiKey({ ...ABOUT, tenant: 'shop-2', scopes: ['admin'] }, (n) => new Uint8Array(n).fill(0xff))
      const plain = make()
      await write([plain.record, odd.record])
      const keys = await open()
      expect(keys.authenticate(plain.key)).toEqual({
        tenant: 'shop-1',
        scopes: ['read', 'assign'],
        key_id: plain.record.id
      })
      expect(keys.authenticate(odd.key)).toMatchObject({ tenant: 'shop-2', scopes: ['admin'] })
    })

    it('knows nobody by a wrong secret, an unknown id, another form or the hash itself', async () => {
      const { key, record } = make()
      await write([record])
      const keys = await open()
      const secret = key.slice(-43)
      const wrong = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`
      const attempts = [
        `tsr_${record.id}_${wrong}`,
        `tsr_${'0'.repeat(16)}_${secret}`,
        `tsr_${record.id}_${record.secret_sha256}`,
        `tsr_${record.id}_${secret.slice(1)}`,
        `tsr_${record.id}`,
        `TSR_${record.id}_${secret}`,
        `${key} `,
        `${key}\n`,
        `${key}\u0000`,
        key + 'x'.repeat(10_000),
        '',
        '__proto__'
      ]
      for (const attempt of attempts) expect(keys.authenticate(attempt), JSON.stringify(attempt)).toBeUndefined()
      expect(keys.authenticate(key)).toBeDefined()
    })

    it('ends with the instant of expiry', async () => {
      const { key, record } = make({ expires_at: new Date(START + 60_000).toISOString() })
      await write([record])
      const keys = await open()
      now = START + 59_999
      expect(keys.authenticate(key)).toBeDefined()
      now = START + 60_000
      expect(keys.authenticate(key)).toBeUndefined()
    })

    it('learns of new and removed keys a second after the last look', async () => {
      const old = make()
      const young = make()
      await write([old.record])
      const keys = await open()
      await write([young.record, young.record].slice(1))
      now += 999
      expect(keys.authenticate(old.key)).toBeDefined()
      now += 1
      expect(keys.authenticate(old.key)).toBeUndefined()
      expect(keys.authenticate(young.key)).toBeDefined()
    })

    it.each([
      ['broken', () => writeFile(file, '{"keys":[')],
      ['wrong', () => write([{ id: 'short' }])],
      ['gone', () => rm(file)]
    ])('keeps the keys and logs when the file is %s, and takes the next good one', async (_how, spoil) => {
      const { key, record } = make()
      await write([record])
      const keys = await open()
      await spoil()
      now += 1000
      expect(keys.authenticate(key)).toBeDefined()
      expect(logged).toEqual(['the file of API keys cannot be used: the keys stay as they were'])
      const next = make()
      await write([next.record, make().record])
      now += 1000
      expect(keys.authenticate(key)).toBeUndefined()
      expect(keys.authenticate(next.key)).toBeDefined()
    })
  })

  describe('openApiKeys', () => {
    it('names everything that is wrong at once, and no hash', async () => {
      const { record } = make()
      await write([
        { ...record, tenant: 'Not A Tenant' },
        { ...record, scopes: ['root'], expires_at: 'soon' },
        { ...record, secret: 'plain' }
      ])
      const error = await open().catch((cause: Error) => cause)
      const text = (error as Error).message
      for (const part of ['/keys/0/tenant', '/keys/1/scopes/0', '/keys/1/expires_at', '/keys/2', '"secret"']) {
        expect(text).toContain(part)
      }
      expect(text).not.toContain(record.secret_sha256)
    })

    it('refuses two keys of one id', async () => {
      const { record } = make()
      await write([record, record])
      await expect(open()).rejects.toThrow('/keys/1/id is there twice')
    })

    it('refuses a file that is absent or no JSON without quoting it', async () => {
      await expect(open()).rejects.toThrow('is not there')
      await writeFile(file, 'tsr_secret')
      await expect(open()).rejects.toThrow(/is not valid JSON$/)
    })
  })

  describe('addKeyToFile', () => {
    it('makes the file, readable by its owner only, and adds to it', async () => {
      const first = make()
      const second = make()
      await addKeyToFile(file, first.record)
      await addKeyToFile(file, second.record)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const keys = await open()
      expect(keys.authenticate(first.key)).toBeDefined()
      expect(keys.authenticate(second.key)).toBeDefined()
      expect(await readdir(folder)).toEqual(['keys.json'])
    })

    it('leaves the file as it was when the key or the file is wrong', async () => {
      const { record } = make()
      await addKeyToFile(file, record)
      const before = await readFile(file, 'utf8')
      await expect(addKeyToFile(file, record)).rejects.toThrow('is there twice')
      await expect(addKeyToFile(file, { ...make().record, tenant: '' } as ApiKeyRecord)).rejects.toThrow('tenant')
      expect(await readFile(file, 'utf8')).toBe(before)
      await writeFile(file, '[]')
      await expect(addKeyToFile(file, record)).rejects.toThrow('is wrong')
      expect(await readFile(file, 'utf8')).toBe('[]')
    })
  })
})
