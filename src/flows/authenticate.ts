import type { Principal } from '../domain/records/principal.ts'
import { DEFAULT_TENANT } from '../domain/tenant.ts'
import { SCOPES } from '../domain/vocabulary.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import type { Tools } from './tools.ts'

const ANONYMOUS: Principal = Object.freeze({ tenant: DEFAULT_TENANT, scopes: SCOPES, key_id: 'anonymous' })

/** Who calls. A service without keys has one tenant, who may do everything. */
export const authenticate =
  (tools: Tools): Flows['authenticate'] =>
  (key) => {
    if (tools.authenticate === undefined) return ANONYMOUS
    const principal = key === undefined ? undefined : tools.authenticate(key)
    if (principal === undefined) {
      throw new Problem('unauthenticated', 'Send a valid key as Authorization: Bearer <key>.')
    }
    return principal
  }
