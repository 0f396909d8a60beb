import type { Tenant } from '../../domain/tenant.ts'

export interface FirstAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface IdempotencyFlow {
  /**
   * Claims the key for a request to `route`.
   * @returns a claim to finish or release, or the first answer when there is one; the caller checks the fingerprint
   *   through `claim.replay` once it knows the request's
   * @throws Problem idempotency_in_progress
   */
  begin(tenant: Tenant, route: string, key: string): Promise<IdempotencyClaim>
}

export interface IdempotencyClaim {
  /** True when the key has been used: then `replay` is to be called instead of doing the work. */
  readonly used: boolean
  /** The first answer. @throws Problem idempotency_mismatch when the request is another one */
  replay(fingerprint: string): Promise<FirstAnswer>
  /** Before the work is acknowledged: what the request is and which job it started. */
  note(fingerprint: string, jobId: string | null): Promise<void>
  finish(fingerprint: string, answer: FirstAnswer): Promise<void>
  release(): Promise<void>
}
