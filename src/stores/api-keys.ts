import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ApiKeyRecord, Principal } from '../domain/records/principal.ts'
import { asTenant, TENANT_PATTERN } from '../domain/tenant.ts'
import { SCOPES, type Scope } from '../domain/vocabulary.ts'
import { errorCode, realFileSystem, writeDurably } from './durable-file.ts'
import { deepFreeze } from './freeze.ts'
import type { Logger } from './record-files.ts'

const keyRecord = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9]{8,32}$/, 'must be 8 to 32 letters and digits'),
  tenant: z.string().regex(TENANT_PATTERN, 'must be 1 to 63 lower-case letters, digits or hyphens'),
  name: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  scopes: z.array(z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`)).min(1, 'must name at least one scope'),
  secret_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  created_at: z.iso.datetime('must be an RFC 3339 time in UTC'),
  expires_at: z.iso.datetime('must be an RFC 3339 time in UTC or null').nullable()
})

const keysFile = z.strictObject({ keys: z.array(keyRecord) }).superRefine(({ keys }, context) => {
  const seen = new Set<string>()
  for (const [index, { id }] of keys.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: ['keys', index, 'id'], message: 'is there twice' })
    seen.add(id)
  }
})

const KEY = /^tsr_([A-Za-z0-9]{8,32})_([A-Za-z0-9_-]{43})$/
const LONGEST_KEY = 200
const SECRET_BYTES = 32
const CHECK_EVERY_MS = 1000
/** Stands in for the hash of an unknown id, so that it costs the same comparison. */
const NO_HASH = Buffer.alloc(32)

export interface ApiKeysOptions {
  file: string
  clock: () => Date
  logger: Logger
}

export interface ApiKeys {
  /**
   * Whose key this is; undefined when it is unknown, wrong or expired.
   * A changed file counts after a second at the latest; one that cannot be read leaves the keys as they were.
   */
  authenticate(key: string): Principal | undefined
}

interface KnownKey {
  hash: Buffer
  expiresAt: number
  principal: Principal
}

/** @throws Error that names everything that is wrong with the file */
export async function openApiKeys({ file, clock, logger }: ApiKeysOptions): Promise<ApiKeys> {
  let version = versionOf(file)
  let known = index(readKeys(file))
  let checkedAt = clock().getTime()

  // Synchronous on purpose: a revoked key must not pass while its removal is being read.
  const reloadWhenChanged = (now: number) => {
    if (Math.abs(now - checkedAt) < CHECK_EVERY_MS) return
    checkedAt = now
    try {
      const current = versionOf(file)
      if (current === version) return
      version = current
      known = index(readKeys(file))
    } catch (error) {
      logger.warn({ err: error }, 'the file of API keys cannot be used: the keys stay as they were')
    }
  }

  return {
    authenticate(key) {
      if (key.length > LONGEST_KEY) return undefined
      const now = clock().getTime()
      reloadWhenChanged(now)
      const [, id, secret] = KEY.exec(key) ?? []
      if (id === undefined || secret === undefined) return undefined
      const found = known.get(id)
      const fits = timingSafeEqual(sha256(secret), found?.hash ?? NO_HASH)
      return fits && found !== undefined && now < found.expiresAt ? found.principal : undefined
    }
  }
}

/**
 * A new key and what is kept of it. The key is not kept anywhere: it must be shown to its owner now.
 * @param random so many cryptographically random bytes
 */
export function createApiKey(
  about: { tenant: string; name: string; scopes: Scope[]; expires_at: string | null },
  random: (bytes: number) => Uint8Array,
  now: Date = new Date()
): { key: string; record: ApiKeyRecord } {
  const id = Buffer.from(random(8)).toString('hex')
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url')
  const { tenant, name, scopes, expires_at } = about
  const record = {
    id,
    tenant,
    name,
    scopes,
    secret_sha256: sha256(secret).toString('hex'),
    created_at: now.toISOString()
  }
  return { key: `tsr_${id}_${secret}`, record: { ...record, expires_at } }
}

/**
 * Adds a key to the file, which is made when absent, readable by its owner only and replaced as a whole.
 * @throws Error that names everything that is wrong with the file or the key
 */
export async function addKeyToFile(file: string, record: ApiKeyRecord): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (errorCode(error) === 'ENOENT') return '{"keys":[]}'
    throw error
  })
  const keys = { keys: [...parseKeys(text, file), record] }
  const after = `${JSON.stringify(keys, null, 2)}\n`
  parseKeys(after, file)
  await writeDurably(realFileSystem, file, after)
}

function readKeys(file: string): ApiKeyRecord[] {
  return parseKeys(readFileSync(file, 'utf8'), file)
}

function parseKeys(text: string, file: string): ApiKeyRecord[] {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    // JSON.parse quotes the text around the error, which may hold a hash.
    throw new Error(`API_KEYS_FILE ${file} is not valid JSON`)
  }
  const parsed = keysFile.safeParse(content)
  if (parsed.success) return parsed.data.keys
  const problems = parsed.error.issues.map((issue) => `  ${['', ...issue.path].join('/') || '/'} ${issue.message}`)
  throw new Error(`API_KEYS_FILE ${file} is wrong:\n${problems.join('\n')}`)
}

function index(keys: readonly ApiKeyRecord[]): ReadonlyMap<string, KnownKey> {
  return new Map(
    keys.map((key) => [
      key.id,
      {
        hash: Buffer.from(key.secret_sha256, 'hex'),
        expiresAt: key.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(key.expires_at),
        principal: deepFreeze({ tenant: asTenant(key.tenant), scopes: key.scopes, key_id: key.id })
      }
    ])
  )
}

/** Changes with every replacement of the file, also within one tick of its clock. */
function versionOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new Error(`API_KEYS_FILE ${file} is not there: make a key with npm run key`)
  return `${found.mtimeMs} ${found.size} ${found.ino}`
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
