import { Problem } from '../../errors.ts'
import type { AddressGuard } from './address-guard.ts'
import { asBroken } from './broken.ts'
import { download } from './download.ts'
import { type Reply, request } from './guarded-request.ts'
import type { FetchLimits, OpenedSource, OpenRequest } from './source.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const HOPS_MAX = 3

export interface UrlOptions {
  guard: AddressGuard
  limits: FetchLimits
  ca?: string | undefined
}

/** @throws Problem remote_* */
export async function openUrl(
  address: string,
  { known, signal }: OpenRequest,
  options: UrlOptions
): Promise<OpenedSource | null> {
  const opened = await download((headers) => follow(address, headers, signal, options), {
    known,
    limits: options.limits,
    signal
  })
  return opened && { ...opened, filename: nameOf(address) }
}

/** Every hop is checked like the first; the headers hold nothing that only the first host may see. */
async function follow(
  address: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  { guard, limits, ca }: UrlOptions
): Promise<Reply> {
  let url = guard.parse(address)
  for (let hops = 0; ; hops++) {
    const target = await guard.resolve(url).catch((error: unknown) => {
      throw asBroken(error, signal)
    })
    signal.throwIfAborted()
    const reply = await request(target, { headers, limits, ca, signal })
    const location = reply.headers.get('location')
    if (!REDIRECTS.has(reply.status) || location === undefined) return reply
    reply.close()
    if (hops === HOPS_MAX) {
      throw new Problem('remote_forbidden', `The address redirects more than ${HOPS_MAX} times. Give the last address.`)
    }
    url = guard.parse(location, url)
  }
}

/** The last part of the path, as a label. */
function nameOf(address: string): string | null {
  const last = new URL(address).pathname.split('/').at(-1) ?? ''
  try {
    return (
      decodeURIComponent(last)
        .replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '')
        .slice(0, 200) || null
    )
  } catch {
    return last.slice(0, 200) || null
  }
}
