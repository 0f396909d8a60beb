import type { Reference, SourceVersion } from '../../domain/records/reference.ts'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import type { Upload, Uploads } from '../uploads.ts'
import { AddressGuard, type GuardOptions } from './address-guard.ts'
import { beginning } from './beginning.ts'
import { Broken } from './broken.ts'
import { type Connection, findConnection } from './connections.ts'
import { checkPath, openPath } from './import-folder.ts'
import { openMysql } from './mysql.ts'
import { openPostgres } from './postgres.ts'
import { checkS3, openS3, type S3Settings } from './s3.ts'
import { type FetchLimits, type OpenedSource, type OpenRequest, StartOver } from './source.ts'
import { openUrl } from './url.ts'

export interface ReferenceSettings {
  remote: GuardOptions
  importDirs: readonly string[]
  s3: S3Settings
  connections: readonly Connection[]
  limits: FetchLimits
  /** Certificates to trust instead of the usual ones. */
  ca?: string | undefined
}

export interface Fetched {
  upload: Upload
  filename: string | null
  version: SourceVersion
}

export interface FetchHooks {
  signal: AbortSignal
  /** Whether to end once there is enough to look at: the beginning of a text, but all of what is read from its end. */
  beginning?: boolean
  onProgress(progress: { bytes: number; total: number | null }): void
}

/** Orders that lie elsewhere. */
export interface References {
  /**
   * Refuses what can be refused without asking anyone.
   * @throws Problem source_not_available, remote_forbidden, path_forbidden
   */
  check(tenant: Tenant, reference: Reference): void
  /**
   * Brings the content into an upload.
   * @param known the version that is known already
   * @returns null when that is still the version; nothing is kept then, nor when this throws
   * @throws Problem remote_*, path_*, source_*, storage_full, file_empty, no_rows, too_many_rows
   */
  fetch(
    tenant: Tenant,
    uploadId: string,
    reference: Reference,
    known: SourceVersion | undefined,
    hooks: FetchHooks
  ): Promise<Fetched | null>
}

/** Times that a content which changes under way is begun from its start. */
const STARTS_MAX = 3

export function openReferences(uploads: Uploads, settings: ReferenceSettings): References {
  const { importDirs, s3, connections, limits, ca } = settings
  const guard = new AddressGuard(settings.remote)

  function open(reference: Reference, request: OpenRequest): Promise<OpenedSource | null> {
    switch (reference.type) {
      case 'url':
        return openUrl(reference.url, request, { guard, limits, ca })
      case 'path':
        return openPath(reference.path, request, { importDirs, limits })
      case 's3':
        return openS3(reference, request, { settings: s3, limits, ca })
      case 'postgres':
        return openPostgres(findConnection(connections, reference, request.tenant), reference.query, request, limits)
      case 'mysql':
        return openMysql(findConnection(connections, reference, request.tenant), reference.query, request, limits)
    }
  }

  async function fetchOnce(
    uploadId: string,
    reference: Reference,
    request: OpenRequest,
    hooks: FetchHooks
  ): Promise<Fetched | null> {
    const source = await open(reference, request)
    if (source === null) return null
    try {
      const content = counted(source, hooks.onProgress)
      const upload = await uploads.receive(request.tenant, uploadId, hooks.beginning ? beginning(content) : content, {
        maxBytes: limits.maxBytes,
        signal: request.signal
      })
      return { upload, filename: source.filename, version: source.version }
    } finally {
      await source.close()
    }
  }

  return {
    check(tenant, reference) {
      if (reference.type === 'url') guard.parse(reference.url)
      else if (reference.type === 'path') checkPath(reference.path, importDirs)
      else if (reference.type === 's3') checkS3(reference, tenant, s3)
      else findConnection(connections, reference, tenant)
    },

    async fetch(tenant, uploadId, reference, known, hooks) {
      const { signal } = hooks
      const deadline = AbortSignal.timeout(limits.totalMs)
      const request = { tenant, known, signal: AbortSignal.any([signal, deadline]) }
      for (let starts = 1; ; starts++) {
        try {
          return await fetchOnce(uploadId, reference, request, hooks)
        } catch (error) {
          signal.throwIfAborted()
          if (deadline.aborted) throw tookTooLong(limits.totalMs)
          const cause = causeOf(error)
          if (!(cause instanceof StartOver)) throw cause instanceof Broken ? cause.problem : cause
          if (starts === STARTS_MAX) throw cause.problem
        }
      }
    }
  }
}

/** The uploads take every failure of a source for a sender that broke off. */
const causeOf = (error: unknown): unknown =>
  error instanceof Problem && error.code === 'upload_aborted' ? (error.cause ?? error) : error

async function* counted(
  { chunks, bytes: total }: OpenedSource,
  onProgress: FetchHooks['onProgress']
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    onProgress({ bytes, total })
    yield chunk
  }
}

const tookTooLong = (totalMs: number): Problem =>
  new Problem(
    'remote_timeout',
    `Fetching took longer than ${totalMs / 1000} s and was ended. Give less, or from nearer.`
  )
