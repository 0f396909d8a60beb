import type { SourceVersion } from '../../domain/records/reference.ts'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'

/** What holds for any fetching. Milliseconds. */
export interface FetchLimits {
  maxBytes: number
  rowsMax: number
  /** From the request to the last byte. */
  totalMs: number
  connectMs: number
  /** Until the headers of a reply, or the first rows of a query's connection, are there. */
  headersMs: number
  /** Without a byte. */
  stallMs: number
  /** Tries in a row that bring no byte. */
  retries: number
  /** Before the second try; doubled for each further one. */
  backoffMs: number
}

export const USUAL_LIMITS: Omit<FetchLimits, 'maxBytes' | 'rowsMax' | 'totalMs'> = {
  connectMs: 10_000,
  headersMs: 30_000,
  stallMs: 30_000,
  retries: 5,
  backoffMs: 500
}

export interface OpenRequest {
  tenant: Tenant
  /** The version that is known already: then its content need not be sent again. */
  known: SourceVersion | undefined
  signal: AbortSignal
}

/** A source whose content is about to flow. */
export interface OpenedSource {
  /** A label for people. */
  filename: string | null
  version: SourceVersion
  /** Where the source says beforehand how much it is. */
  bytes: number | null
  /** To be gone through once. Throws Problems, and StartOver. */
  chunks: AsyncIterable<Uint8Array>
  /** Lets go of everything, whether or not the chunks were gone through. */
  close(): Promise<void>
}

/** The content changed, or cannot be continued where it broke off: what has come is of no use. */
export class StartOver extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
  }
}

export const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    'remote_too_large',
    `The source gives more than the ${maxBytes} bytes allowed: gzip it, split it, or narrow what it gives.`
  )
