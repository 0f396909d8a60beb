import type { Tenant } from '../tenant.ts'
import type { Scope } from '../vocabulary.ts'

/** Who calls: the tenant, what the caller may do, and the key's id for limits and logs (never the secret). */
export interface Principal {
  tenant: Tenant
  scopes: readonly Scope[]
  key_id: string
}

/** One API key as kept in API_KEYS_FILE: the secret itself is never stored. */
export interface ApiKeyRecord {
  id: string
  tenant: string
  name: string
  scopes: Scope[]
  /** Hex SHA-256 of the secret. */
  secret_sha256: string
  created_at: string
  expires_at: string | null
}
