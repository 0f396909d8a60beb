import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type CheckedTarget, hostOf, portOf } from './address-guard.ts'
import { asBroken } from './broken.ts'
import type { FetchLimits } from './source.ts'

/** A reply whose body has not been read. */
export interface Reply {
  status: number
  /** By lower-case name; a header that came twice is joined by commas or has its first value. */
  headers: ReadonlyMap<string, string>
  /** Throws Broken. Can be gone through once. */
  body: AsyncIterable<Uint8Array>
  /** Ends the connection, whether or not the body was read. */
  close(): void
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
 * a stranger goes into a Brotli decoder), uses no proxy, and connects to the addresses that were checked and to no other.
 *
 * By node:http and not by undici, whose version for this Node ends the process when a server closes while its reply is
 * not taken as fast as it comes (nodejs/undici#5360).
 * @throws Broken, Problem remote_tls
 */
export async function request(target: CheckedTarget, options: RequestOptions): Promise<Reply> {
  const { limits, signal } = options
  const sent = start(target, options)
  try {
    const response = await answerOf(sent, limits)
    return {
      status: response.statusCode as number,
      headers: joined(response.headers),
      body: told(response, limits.stallMs, signal),
      close: () => void sent.destroy()
    }
  } catch (error) {
    sent.destroy()
    throw asBroken(error, signal)
  }
}

function start({ url, addresses }: CheckedTarget, { headers, ca, signal }: RequestOptions): ClientRequest {
  const host = hostOf(url)
  const common = {
    method: 'GET',
    host,
    port: portOf(url),
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'tessera',
      ...headers
    },
    agent: false,
    // The name is not asked for again: who answers for it could by now say something else.
    lookup: pinnedTo(addresses),
    autoSelectFamily: true,
    maxHeaderSize: HEADER_BYTES_MAX,
    signal
  } as const
  if (url.protocol === 'http:') return httpRequest(common)
  // Certificates name hosts; an address has no place in SNI.
  const servername = /^[\d.]+$|:/.test(host) ? '' : host
  return httpsRequest({ ...common, servername, rejectUnauthorized: true, ...(ca !== undefined && { ca }) })
}

/** The reply's headers, or what went wrong on the way to them. */
function answerOf(sent: ClientRequest, { connectMs, headersMs }: RequestOptions['limits']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const end = () => sent.destroy(timeout())
    let timer = setTimeout(end, connectMs)
    sent.once('socket', (socket) =>
      socket.once('connect', () => {
        clearTimeout(timer)
        timer = setTimeout(end, headersMs)
      })
    )
    sent.once('response', (response) => {
      clearTimeout(timer)
      // Errors are told by the iteration; a body that nobody reads must not end the process.
      response.on('error', () => {})
      resolve(response)
    })
    sent.on('error', reject)
    // Some replies, such as an upgrade, end the connection without a word.
    sent.once('close', () => {
      clearTimeout(timer)
      reject(Object.assign(new Error('closed without a reply'), { code: 'ECONNRESET' }))
    })
    sent.end()
  })
}

/** The time that the taker needs does not count as the server's. */
async function* told(response: IncomingMessage, stallMs: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  try {
    while (true) {
      const timer = setTimeout(() => response.destroy(timeout()), stallMs)
      const next = await chunks.next().finally(() => clearTimeout(timer))
      if (next.done) return
      yield next.value
    }
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

const timeout = () => Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })

const joined = (headers: IncomingMessage['headers']): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]]
    )
  )
