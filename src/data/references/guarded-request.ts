import type { LookupFunction } from 'node:net'
import { Client } from 'undici'
import { type CheckedTarget, hostOf } from './address-guard.ts'
import { asBroken } from './broken.ts'
import type { FetchLimits } from './source.ts'

/** A reply whose body has not been read. */
export interface Reply {
  status: number
  /** By lower-case name; a header that came twice is joined by commas. */
  headers: ReadonlyMap<string, string>
  /** Throws Broken. Can be gone through once. */
  body: AsyncIterable<Uint8Array>
  /** Ends the connection, whether or not the body was read. */
  close(): Promise<void>
}

export interface RequestOptions {
  headers: Record<string, string>
  limits: Pick<FetchLimits, 'connectMs' | 'headersMs' | 'stallMs'>
  /** Certificates to trust instead of the usual ones. */
  ca?: string | undefined
  signal: AbortSignal
}

const HEADER_BYTES_MAX = 16 * 1024

/**
 * One GET to a checked target over a connection of its own. Never follows a redirect, never decodes a body (no byte of
 * a stranger goes into a Brotli decoder), and connects to the addresses that were checked and to no other.
 * @throws Broken, Problem remote_tls
 */
export async function request(target: CheckedTarget, options: RequestOptions): Promise<Reply> {
  const { url, addresses } = target
  const { limits } = options
  const client = new Client(url.origin, {
    connect: {
      // The name is not asked for again: who answers for it could by now say something else.
      lookup: pinnedTo(addresses),
      timeout: limits.connectMs,
      autoSelectFamily: true,
      rejectUnauthorized: true,
      ...(options.ca !== undefined && { ca: options.ca }),
      ...(url.protocol === 'https:' && { servername: servernameOf(url) })
    },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.stallMs,
    maxHeaderSize: HEADER_BYTES_MAX,
    pipelining: 0,
    allowH2: false
  })
  const close = () => client.destroy()
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tessera', ...options.headers },
      signal: options.signal
    })
    // Errors are told by the iteration; a body that nobody reads must not end the process.
    body.on('error', () => {})
    return { status: statusCode, headers: joined(headers), body: told(body, options.signal), close }
  } catch (error) {
    await close()
    throw asBroken(error, options.signal)
  }
}

async function* told(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw asBroken(error, signal)
  }
}

function pinnedTo(addresses: CheckedTarget['addresses']): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses
    if (options.all) callback(null, addresses)
    else callback(null, first!.address, first!.family)
  }
}

/** Certificates name hosts; an address has no place in SNI. */
const servernameOf = (url: URL): string => (/^[\d.]+$|:/.test(hostOf(url)) ? '' : hostOf(url))

const joined = (headers: Record<string, string | string[] | undefined>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]]
    )
  )
