import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { TENANT_PATTERN } from '../../domain/tenant.ts'
import { SCOPES, type Scope } from '../../domain/vocabulary.ts'
import { addKeyToFile, createApiKey } from '../../stores/api-keys.ts'
import { asUsageError, orUsageError, UsageError } from '../usage.ts'

const OPTIONS = {
  tenant: { type: 'string' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  file: { type: 'string', default: 'keys.json' }
} as const

const USAGE = `npm run key -- --tenant acme --name "crm" --scopes read,assign [--expires 2027-01-01] [--file keys.json]`

/** Makes a key, adds what is kept of it to the file, and shows the key itself this once. */
export async function run(args: string[]): Promise<number> {
  const { tenant, name, scopes, expires, file } = orUsageError(() => parseArgs({ args, options: OPTIONS })).values
  if (tenant === undefined || name === undefined || scopes === undefined) throw new UsageError(`Usage: ${USAGE}`)
  if (!TENANT_PATTERN.test(tenant)) {
    throw new UsageError('--tenant must be 1 to 63 lower-case letters, digits or hyphens.')
  }
  const now = new Date()
  const about = { tenant, name, scopes: readScopes(scopes), expires_at: readExpiry(expires, now) }
  const { key, record } = createApiKey(about, randomBytes, now)
  await addKeyToFile(file, record).catch((error) => {
    throw asUsageError(error)
  })

  console.error(`Key ${record.id} for ${tenant}, added to ${file}. It is shown this once and kept nowhere:`)
  console.log(key)
  console.error(
    `Start the service with API_KEYS_FILE=${file}; callers send "Authorization: Bearer ${key.slice(0, 8)}…".`
  )
  return 0
}

function readScopes(text: string): Scope[] {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.filter((word) => !SCOPES.includes(word as Scope))
  if (unknown.length > 0)
    throw new UsageError(`--scopes must be some of ${SCOPES.join(',')}; not ${unknown.join(',')}.`)
  return SCOPES.filter((scope) => words.includes(scope))
}

/** A date counts from its first second in UTC. */
function readExpiry(text: string | undefined, now: Date): string | null {
  if (text === undefined) return null
  const moment = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(text.slice(0, 10))) {
    throw new UsageError('--expires must be a date such as 2027-01-01 or a time such as 2027-01-01T12:00:00Z.')
  }
  if (moment <= now) throw new UsageError('--expires must lie in the future.')
  return moment.toISOString()
}
