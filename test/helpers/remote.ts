import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Folders } from '../../src/data/folders.ts'
import type { Lookup } from '../../src/data/references/address-guard.ts'
import { openReferences, type ReferenceSettings } from '../../src/data/references/references.ts'
import { type FetchLimits, USUAL_LIMITS } from '../../src/data/references/source.ts'
import { Uploads } from '../../src/data/uploads.ts'
import type { Reference, SourceVersion } from '../../src/domain/records/reference.ts'
import { asTenant } from '../../src/domain/tenant.ts'

const certificate = (name: string) => readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url), 'utf8')

/** Signs the certificates of the test servers; nobody else trusts it. */
export const AUTHORITY = certificate('authority.pem')

export interface RemoteServer {
  port: number
  /** Every request, in order. */
  requests: { method: string; path: string; headers: IncomingMessage['headers'] }[]
  /** Connections made, whether or not they became a request. */
  connections: () => number
  close(): Promise<void>
}

/** A real server on loopback that counts who comes. @param tls name of its certificate; plain http without */
export async function openServer(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  tls?: 'valid' | 'expired' | 'other-host'
): Promise<RemoteServer> {
  const requests: RemoteServer['requests'] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const listener: RequestListener = (request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    answer(request, response, requests.length)
  }
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ key: certificate('server.key'), cert: certificate(`${tls}.pem`) }, listener)
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

/** Waits briefly before it tries again; as long for a whole fetch as a slow machine needs for the largest. */
export const TEST_LIMITS: FetchLimits = {
  ...USUAL_LIMITS,
  maxBytes: 10_000_000,
  rowsMax: 1_000_000,
  totalMs: 150_000,
  backoffMs: 1
}

export interface FetcherOptions extends Omit<Partial<ReferenceSettings>, 'remote' | 'limits'> {
  allow?: string[]
  ports?: number[]
  lookup?: Lookup
  limits?: Partial<FetchLimits>
}

export const TENANT = asTenant('shop')

/** References on a folder of their own, and what came of a fetch as bytes. */
export async function openFetcher({ allow = [], ports = [443, 8443], lookup, limits, ...more }: FetcherOptions = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-references-'))
  const folders = new Folders(dataDir)
  const references = openReferences(new Uploads(folders), {
    remote: { allow, ports, lookup },
    importDirs: [],
    s3: {
      endpoint: undefined,
      region: 'us-east-1',
      buckets: [],
      pathStyle: true,
      accessKeyId: undefined,
      secretAccessKey: undefined,
      sessionToken: undefined
    },
    connections: [],
    ca: AUTHORITY,
    ...more,
    limits: { ...TEST_LIMITS, ...limits }
  })
  let count = 0
  return {
    references,
    /** Null where nothing has changed. */
    async fetch(
      source: Reference,
      options: {
        known?: SourceVersion | undefined
        signal?: AbortSignal
        beginning?: boolean
        onProgress?(progress: { bytes: number; total: number | null }): void
      } = {}
    ) {
      const fetched = await references.fetch(TENANT, `upl_${count++}`, source, options.known, {
        signal: options.signal ?? new AbortController().signal,
        beginning: options.beginning ?? false,
        onProgress: options.onProgress ?? (() => {})
      })
      return fetched && { ...fetched, content: await readFile(folders.upload(TENANT, fetched.upload.id)) }
    },
    /** Whole and partial. */
    uploadsLeft: () => folders.listUploads(TENANT),
    close: () => rm(dataDir, { recursive: true, force: true })
  }
}
