import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'

/** A database that callers may query by name. */
export interface Connection {
  name: string
  type: 'postgres' | 'mysql'
  /** With user and password: never logged, never sent. */
  url: string
  /** Who may use it; undefined for everyone. */
  tenants: readonly string[] | undefined
}

const TYPES = { 'postgres:': 'postgres', 'postgresql:': 'postgres', 'mysql:': 'mysql', 'mariadb:': 'mysql' } as const

const File = z.strictObject({
  connections: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 lower-case letters, digits, _ or -'),
      url: z
        .string()
        .refine(
          (url) => URL.canParse(url) && new URL(url).protocol in TYPES,
          'must start with postgres://, mysql:// or mariadb://'
        ),
      tenants: z.array(z.string().min(1)).min(1).exactOptional()
    })
  )
})

/**
 * The connections that CONNECTIONS_FILE names.
 * @throws Error with a sentence for ops, without the values, which are secrets
 */
export async function readConnections(file: string): Promise<Connection[]> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`CONNECTIONS_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it is not JSON'}`)
  }
  const parsed = File.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')} ${message}`)
    throw new Error(`CONNECTIONS_FILE is wrong:\n${faults.join('\n')}`)
  }
  const connections = parsed.data.connections.map(({ name, url, tenants }) => ({
    name,
    type: TYPES[new URL(url).protocol as keyof typeof TYPES],
    url,
    tenants
  }))
  const names = connections.map(({ name }) => name)
  if (new Set(names).size < names.length) throw new Error('CONNECTIONS_FILE names a connection twice')
  return connections
}

/** One that does not exist and one of other tenants answer alike. @throws Problem source_not_available */
export function findConnection(
  connections: readonly Connection[],
  { type, connection }: { type: Connection['type']; connection: string },
  tenant: Tenant
): Connection {
  const found = connections.find(
    ({ name, type: kind, tenants }) =>
      name === connection && kind === type && (tenants === undefined || tenants.includes(tenant))
  )
  if (found !== undefined) return found
  throw new Problem(
    'source_not_available',
    `There is no ${type} connection of this name. CONNECTIONS_FILE names those that may be queried.`
  )
}
