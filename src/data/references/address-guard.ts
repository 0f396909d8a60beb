import type { LookupAddress } from 'node:dns'
import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Problem } from '../../errors.ts'

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<LookupAddress[]>

export interface GuardOptions {
  /** Host names, addresses and CIDR ranges that may be private and may speak plain http. */
  allow: readonly string[]
  ports: readonly number[]
  lookup?: Lookup | undefined
}

/** Where a request may go: to exactly these addresses, whatever the name stands for a moment later. */
export interface CheckedTarget {
  url: URL
  addresses: LookupAddress[]
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** What global unicast addresses of IPv6 begin with; all else is for use inside some network. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Keeps requests that callers ask for on the public internet: a service that fetches any address is a door into its own network.
 *
 * Names are resolved here and once; every address must be public, the one written in the URL as well, since resolvers
 * are not asked about those.
 */
export class AddressGuard {
  private readonly hosts: ReadonlySet<string>
  private readonly ranges: readonly Range[]
  private readonly ports: ReadonlySet<number>
  private readonly lookup: Lookup

  /** @throws Error when an allowed range cannot be read */
  constructor({ allow, ports, lookup }: GuardOptions) {
    const isRange = (entry: string) => entry.includes('/') || isIP(entry) !== 0
    this.hosts = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()))
    this.ranges = allow.filter(isRange).map(rangeOf)
    this.ports = new Set(ports)
    this.lookup = lookup ?? ((host) => dnsLookup(host, { all: true, verbatim: true }))
  }

  /**
   * All that can be said of an address without asking a resolver.
   * @param base for the relative address of a redirect
   * @throws Problem remote_forbidden
   */
  parse(text: string, base?: URL): URL {
    // Parsers disagree about these, and what two of them read differently can be checked by one and requested by the other.
    if (/[\p{Cc}\s\\#]/u.test(text)) throw forbidden('it contains spaces, control characters, # or a backslash')
    const written = /^[a-z][a-z0-9+.-]*:(\/\/[^/?])?/i.exec(text)
    const vague = written === null ? base === undefined : written[1] === undefined
    if (vague || !URL.canParse(text, base?.href)) throw forbidden('it cannot be read as an https address')
    const url = new URL(text, base)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.allowsAny)) throw forbidden('it is not https')
    if (/^[^/?]*\/\/[^/?]*@/.test(text) || url.username !== '' || url.password !== '') {
      throw forbidden('it carries a user name or password')
    }
    if (!this.ports.has(portOf(url))) throw forbidden('its port is not one of those allowed')
    const literal = hostOf(url)
    if (isIP(literal) !== 0) this.check(url, [literal])
    return url
  }

  /** Resolves the name. @throws Problem remote_forbidden; what the resolver throws */
  async resolve(url: URL): Promise<CheckedTarget> {
    const host = hostOf(url)
    const family = isIP(host)
    const addresses = family !== 0 ? [{ address: host, family }] : await this.lookup(host)
    this.check(
      url,
      addresses.map(({ address }) => address)
    )
    return { url, addresses }
  }

  private get allowsAny(): boolean {
    return this.hosts.size + this.ranges.length > 0
  }

  private check(url: URL, addresses: string[]): void {
    if (this.hosts.has(hostOf(url))) return
    const allowed = addresses.length > 0 && addresses.every((address) => this.isListed(address))
    if (allowed) return
    if (url.protocol !== 'https:') throw forbidden('it is not https')
    if (addresses.length === 0 || !addresses.every(isPublic)) throw forbidden('it does not lie on the public internet')
  }

  private isListed(text: string): boolean {
    const address = addressOf(text)
    return (
      address !== null &&
      this.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match([range, bits] as never))
    )
  }
}

/** Without the brackets of IPv6 and the dot at the end of a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

export const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)

const forbidden = (why: string): Problem =>
  new Problem('remote_forbidden', `The address is not requested: ${why}. Give a public https address.`)

/** IPv4 inside IPv6 counts as what it stands for; null for what is no address. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(text) && !text.includes('%') ? ipaddr.process(text) : null
}

function isPublic(text: string): boolean {
  const address = addressOf(text)
  if (address === null || address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6)
}

function rangeOf(entry: string): Range {
  try {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry)
    const address = ipaddr.process(entry)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch (cause) {
    throw new Error(`REMOTE_ALLOW: ${entry} is not a CIDR range`, { cause })
  }
}
