import { DEFAULT_TENANT } from '../domain/tenant.ts'
import { SCOPES } from '../domain/vocabulary.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import type { Tools } from './tools.ts'

/** Who calls. A service without keys has one tenant, who may do everything. */
export const authenticate =
  (tools: Tools): Flows['authenticate'] =>
  async (key) => {
    if (tools.authenticate === undefined) return { tenant: DEFAULT_TENANT, scopes: SCOPES, key_id: 'anonymous' }
    const principal = key === undefined ? undefined : await tools.authenticate(key)
    if (principal === undefined) {
      throw new Problem('unauthenticated', 'Send a valid key as Authorization: Bearer <key>.')
    }
    return principal
  }
