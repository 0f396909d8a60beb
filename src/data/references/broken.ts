import { Problem } from '../../errors.ts'

/** A connection that could not be made or did not last: another try may do better. */
export class Broken extends Error {
  override readonly name = 'Broken'

  constructor(
    readonly problem: Problem,
    options?: ErrorOptions
  ) {
    super(problem.message, options)
  }
}

const TIMEOUTS = new Set(['ETIMEDOUT', 'EAI_AGAIN'])
/** How TLS says that it does not trust the other side, or does not understand it. */
const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_PURPOSE|EPROTO)/

/**
 * What the connection, the resolver or TLS threw, as what to do about it: end (Problem, an abort) or try again (Broken).
 * The other side's words are not passed on: they may hold the address with its query.
 */
export function asBroken(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof Problem || error instanceof Broken) return error
  if (signal.aborted) return signal.reason
  const code = codeOf(error)
  if (TLS.test(code)) {
    return new Problem(
      'remote_tls',
      'The certificate of the server is not valid for this address or has expired, or the server does not speak TLS.',
      { cause: new Error(code) }
    )
  }
  const problem = TIMEOUTS.has(code)
    ? new Problem('remote_timeout', 'The server did not answer in time, or stopped sending. Try again later.')
    : new Problem('remote_unavailable', unavailable(code))
  return new Broken(problem, { cause: new Error(code) })
}

/** Of several addresses that all failed, the first speaks for all. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] }
  if (errors?.[0] !== undefined) return codeOf(errors[0])
  if (typeof code === 'string') return code
  return cause === undefined || cause === null ? 'unknown' : codeOf(cause)
}

function unavailable(code: string): string {
  if (code === 'ENOTFOUND' || code === 'ENODATA') return 'No host has the name in the address. Check its spelling.'
  if (code === 'ECONNREFUSED') return 'The server refuses connections. Check the address and the port.'
  return 'The connection to the server could not be made or broke. Try again later.'
}
