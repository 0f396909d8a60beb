import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceVersion } from '../../domain/records/reference.ts'
import { Problem } from '../../errors.ts'
import { Broken } from './broken.ts'
import type { Reply } from './guarded-request.ts'
import { type FetchLimits, type OpenedSource, StartOver, tooLarge } from './source.ts'

/** Asks for the resource with these headers; throws Broken and Problems. */
export type Ask = (headers: Record<string, string>) => Promise<Reply>

export interface DownloadOptions {
  known: SourceVersion | undefined
  limits: FetchLimits
  signal: AbortSignal
}

/** Ended by the server's own trouble: asking again may help. */
const PASSING = new Set([408, 429, 500, 502, 503, 504])

/**
 * A resource over HTTP as one stream of its bytes, continued by Range where a connection breaks.
 *
 * Continuing needs a validator that is strong (RFC 9110, 13.1.5), so that bytes of two versions are never put together;
 * without one a broken transfer starts over. A reply that gives neither length nor chunks is refused: its end could
 * not be told from a cut.
 * @returns null when the known version is still the one
 * @throws Problem remote_*
 */
export async function download(ask: Ask, options: DownloadOptions): Promise<Omit<OpenedSource, 'filename'> | null> {
  const { limits, known } = options
  const conditions = conditionsOf(known)
  const first = await persist(options, () => ask(conditions))
  try {
    if (first.status === 304 && Object.keys(conditions).length > 0) {
      first.close()
      return null
    }
    if (first.status !== 200) throw refusal(first.status)
    checkEncoding(first)
    const bytes = lengthOf(first)
    if (bytes !== null && bytes > limits.maxBytes) throw tooLarge(limits.maxBytes)
    const transfer = new Transfer(ask, first, bytes, options)
    return { version: versionOf(first), bytes, chunks: transfer.chunks(), close: async () => transfer.close() }
  } catch (error) {
    first.close()
    throw error
  }
}

class Transfer {
  private received = 0
  private failures = 0
  private readonly validator: string | null

  constructor(
    private readonly ask: Ask,
    private reply: Reply,
    private readonly bytes: number | null,
    private readonly options: DownloadOptions
  ) {
    this.validator = strongValidator(reply)
  }

  close(): void {
    this.reply.close()
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const { maxBytes } = this.options.limits
    let skip = 0
    while (true) {
      try {
        for await (const chunk of this.reply.body) {
          const fresh = chunk.subarray(Math.min(skip, chunk.byteLength))
          skip -= chunk.byteLength - fresh.byteLength
          if (fresh.byteLength === 0) continue
          this.received += fresh.byteLength
          this.failures = 0
          if (this.received > maxBytes) throw tooLarge(maxBytes)
          yield fresh
        }
        if (skip > 0 || (this.bytes !== null && this.received !== this.bytes)) throw new Broken(incomplete())
        return
      } catch (error) {
        if (!(error instanceof Broken)) throw error
        skip = await this.continue(error)
      }
    }
  }

  /** @returns how many bytes of the new reply are known already */
  private async continue(broken: Broken): Promise<number> {
    const { limits, signal } = this.options
    this.reply.close()
    if (this.validator === null) throw new StartOver(broken.problem)
    if (++this.failures > limits.retries) throw broken.problem
    await sleep(limits.backoffMs * 2 ** (this.failures - 1), undefined, { signal })
    const headers = { range: `bytes=${this.received}-`, 'if-range': this.validator }
    try {
      this.reply = await this.ask(headers)
    } catch (error) {
      if (error instanceof Broken) return this.continue(error)
      throw error
    }
    return this.positionOf(this.reply)
  }

  private async positionOf(reply: Reply): Promise<number> {
    const changed = () => new StartOver(new Problem('remote_incomplete', 'The file changed while it was fetched.'))
    if (PASSING.has(reply.status)) return this.continue(new Broken(refusal(reply.status)))
    if (reply.status === 200 && strongValidator(reply) === this.validator && lengthOf(reply) === this.bytes) {
      checkEncoding(reply)
      return this.received
    }
    if (reply.status === 200 || reply.status === 416) throw changed()
    if (reply.status !== 206) throw refusal(reply.status)
    checkEncoding(reply)
    const [, from, , whole] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(reply.headers.get('content-range') ?? '') ?? []
    const same = strongValidator(reply) === this.validator || reply.headers.get('etag') === undefined
    const fits = whole === '*' || this.bytes === null || Number(whole) === this.bytes
    if (Number(from) !== this.received || !same || !fits) throw changed()
    return 0
  }
}

/** Asks until there is a reply that is not a passing trouble. */
async function persist({ limits, signal }: DownloadOptions, ask: () => Promise<Reply>): Promise<Reply> {
  for (let failures = 0; ; failures++) {
    let problem: Problem
    try {
      const reply = await ask()
      if (!PASSING.has(reply.status)) return reply
      reply.close()
      problem = refusal(reply.status)
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      problem = error.problem
    }
    // Who is silent once is mostly silent again: a wait of that length is not repeated.
    if (failures >= Math.min(limits.retries, 2) || problem.code === 'remote_timeout') throw problem
    await sleep(limits.backoffMs * 2 ** failures, undefined, { signal })
  }
}

const conditionsOf = (known: SourceVersion | undefined): Record<string, string> => ({
  ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
  ...(known?.last_modified !== undefined && { 'if-modified-since': known.last_modified })
})

function versionOf({ headers }: Reply): SourceVersion {
  const etag = headers.get('etag')
  const modified = headers.get('last-modified')
  return { ...(etag !== undefined && { etag }), ...(modified !== undefined && { last_modified: modified }) }
}

/** An ETag that is not weak, or a time of change a minute before the reply's own (RFC 9110, 8.8.2.2). */
function strongValidator({ headers }: Reply): string | null {
  const etag = headers.get('etag')
  if (etag?.startsWith('"')) return etag
  const modified = headers.get('last-modified')
  const age = Date.parse(headers.get('date') ?? '') - Date.parse(modified ?? '')
  return etag === undefined && modified !== undefined && age >= 60_000 ? modified : null
}

/** Null where the body comes in chunks, which tell their own end. */
function lengthOf({ headers }: Reply): number | null {
  const length = headers.get('content-length')
  if (length !== undefined) return Number(length)
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return null
  throw new Problem(
    'remote_incomplete',
    'The server does not say how long its reply is, so a part could pass for the whole. Let it send Content-Length.'
  )
}

/** Gzip is kept as it came and unpacked later, under the limits for files. */
function checkEncoding({ headers }: Reply): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (['identity', 'gzip', 'x-gzip', ''].includes(encoding)) return
  throw new Problem(
    'remote_encoding',
    'The server encodes its reply in a way that is not read here. Let it send the file as it is, or gzipped.'
  )
}

/** @param status of a reply that is no content; the sentence has nothing else of it */
export function refusal(status: number): Problem {
  if (status === 401 || status === 403) {
    return new Problem('remote_denied', `The server answered ${status}: it lets nobody in without other credentials.`)
  }
  if (status === 404 || status === 410) {
    return new Problem('remote_not_found', `The server answered ${status}: there is nothing at this address.`)
  }
  return new Problem('remote_unavailable', `The server answered ${status} instead of the file. Try again later.`)
}

const incomplete = (): Problem =>
  new Problem('remote_incomplete', 'The connection kept breaking before the file was whole. Try again later.')
