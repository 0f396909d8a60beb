import { createHash } from 'node:crypto'
import type { Scope } from '../../src/domain/vocabulary.ts'

const secretOf = (id: string) => id.padEnd(43, 's')

/** The key that `keyRecord(id, …)` lets in. */
export const keyText = (id: string) => `tsr_${id}_${secretOf(id)}`

/** A record of API_KEYS_FILE: the SHA-256 of the secret, as the command that makes keys writes it. */
export const keyRecord = (id: string, scopes: readonly Scope[], more: object = {}) => ({
  id,
  tenant: 'shop',
  name: id,
  scopes,
  secret_sha256: createHash('sha256').update(secretOf(id)).digest('hex'),
  created_at: '2024-01-01T00:00:00Z',
  expires_at: null,
  ...more
})
