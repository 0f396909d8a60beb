import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { asTenant, type Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import {
  errorCode,
  type FileSystem,
  makeFolderDurably,
  removeDurably,
  TEMPORARY,
  writeDurably
} from './durable-file.ts'

export const RECORD_KINDS = ['datasets', 'models', 'jobs', 'assign_files', 'champions', 'idempotency'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

export interface Logger {
  warn(details: object, message: string): void
}

export interface StoredRecord {
  tenant: Tenant
  kind: RecordKind
  id: string
  record: unknown
}

const FORMAT = 1
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/
const ENVELOPE = /^\{"format":(\d{1,9}),/
const HEAD = /^\{"format":1,"sha256":"([0-9a-f]{64})","record":/
const READS_AT_ONCE = 32

/**
 * One JSON file per record: `<dataDir>/tenants/<tenant>/records/<kind>/<id>.json`.
 *
 * The file is `{"format":1,"sha256":…,"record":…}`. The checksum covers the record's text and its place, so that a file
 * moved to another tenant, kind or id is as wrong as one with a flipped bit.
 */
export class RecordFiles {
  /** Files found damaged at boot and set aside. */
  quarantined = 0
  private readonly folders = new Set<string>()
  /** Written by a later version of the service: not understood here, so never overwritten either. */
  private readonly newer = new Set<string>()
  private closed = false

  constructor(
    private readonly dataDir: string,
    private readonly fs: FileSystem,
    private readonly logger: Logger,
    private readonly clock: () => Date
  ) {}

  /**
   * Resolves when the record is on the disk.
   * @param body the record as JSON text
   * @throws Problem storage_full, store_unavailable; the file then holds the old or the new record
   */
  async write(tenant: Tenant, kind: RecordKind, id: string, body: string): Promise<void> {
    const folder = this.folder(tenant, kind)
    const path = this.writablePath(tenant, kind, id)
    try {
      if (!this.folders.has(folder)) await makeFolderDurably(this.fs, folder, this.dataDir)
      this.folders.add(folder)
      await writeDurably(
        this.fs,
        path,
        `{"format":${FORMAT},"sha256":"${checksum(tenant, kind, id, body)}","record":${body}}`
      )
    } catch (error) {
      throw asProblem(error)
    }
  }

  /** @throws Problem storage_full, store_unavailable; the file is then there or gone */
  async remove(tenant: Tenant, kind: RecordKind, id: string): Promise<void> {
    const path = this.writablePath(tenant, kind, id)
    try {
      await removeDurably(this.fs, path)
    } catch (error) {
      throw asProblem(error)
    }
  }

  /** Every record on the disk. What cannot be trusted is set aside, logged and counted; it never stops the service. */
  async load(): Promise<StoredRecord[]> {
    const found: StoredRecord[] = []
    for (const { tenant, kind } of await this.places()) {
      const names = await this.names(this.folder(tenant, kind))
      for (let start = 0; start < names.length; start += READS_AT_ONCE) {
        const batch = names.slice(start, start + READS_AT_ONCE)
        const records = await Promise.all(batch.map((name) => this.loadOne(tenant, kind, name)))
        found.push(...records.filter((record) => record !== undefined))
      }
    }
    return found
  }

  /** Moves a file whose content cannot be trusted out of the way and counts it. Never rejects. */
  async quarantine({ tenant, kind, id }: Omit<StoredRecord, 'record'>, cause: unknown): Promise<void> {
    this.quarantined += 1
    const about = { tenant, kind, id }
    const folder = join(this.dataDir, 'quarantine', tenant, kind)
    const aside = `${fileName(id)}.${this.clock().getTime()}`
    try {
      await this.fs.mkdir(folder, { recursive: true })
      await this.fs.rename(join(this.folder(tenant, kind), fileName(id)), join(folder, aside))
      this.logger.warn({ ...about, aside, err: cause }, 'a damaged record was moved to quarantine')
    } catch (error) {
      this.logger.warn({ ...about, err: error, cause }, 'a damaged record was not loaded and could not be moved')
    }
  }

  /** Rejects when the folder cannot be reached. */
  async ping(): Promise<void> {
    this.requireOpen()
    try {
      await (await this.fs.open(this.dataDir, 'r')).close()
    } catch (error) {
      throw asProblem(error)
    }
  }

  /** From now on nothing is written: the folder may soon belong to another process. */
  close(): void {
    this.closed = true
  }

  private async places(): Promise<{ tenant: Tenant; kind: RecordKind }[]> {
    const places = []
    for (const name of await this.names(join(this.dataDir, 'tenants'))) {
      try {
        const tenant = asTenant(name)
        for (const kind of RECORD_KINDS) places.push({ tenant, kind })
      } catch {
        this.logger.warn({ folder: name }, 'a folder of tenants has a name that is no tenant: ignored')
      }
    }
    return places
  }

  private async names(folder: string): Promise<string[]> {
    try {
      return (await this.fs.readdir(folder)).sort()
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  private async loadOne(tenant: Tenant, kind: RecordKind, name: string): Promise<StoredRecord | undefined> {
    const path = join(this.folder(tenant, kind), name)
    const about = { tenant, kind, file: name }
    if (name.endsWith(TEMPORARY)) {
      await this.fs.unlink(path).catch((error) => this.logger.warn({ ...about, err: error }, 'a leftover file stays'))
      return undefined
    }
    const id = name.slice(0, -'.json'.length)
    if (fileNameOrNone(id) !== name) {
      this.logger.warn(about, 'a file among the records is none of ours: ignored')
      return undefined
    }
    try {
      const text = await this.fs.readFile(path, 'utf8')
      if (Number(ENVELOPE.exec(text)?.[1] ?? 0) > FORMAT) {
        this.newer.add(path)
        this.logger.warn(about, 'a record was written by a newer version of the service: left in place, not loaded')
        return undefined
      }
      return { tenant, kind, id, record: openEnvelope(text, tenant, kind, id) }
    } catch (error) {
      await this.quarantine({ tenant, kind, id }, error)
      return undefined
    }
  }

  private writablePath(tenant: Tenant, kind: RecordKind, id: string): string {
    this.requireOpen()
    const path = join(this.folder(tenant, kind), fileName(id))
    if (!this.newer.has(path)) return path
    throw new Problem('store_unavailable', 'The record was written by a newer version of the service.')
  }

  private requireOpen(): void {
    if (this.closed) throw new Problem('store_unavailable', 'The store is closed.')
  }

  private folder(tenant: Tenant, kind: RecordKind): string {
    return join(this.dataDir, 'tenants', tenant, 'records', kind)
  }
}

function openEnvelope(text: string, tenant: Tenant, kind: RecordKind, id: string): unknown {
  const head = HEAD.exec(text)
  if (head === null || !text.endsWith('}')) throw new Error('the file is not a whole record')
  const body = text.slice(head[0].length, -1)
  if (checksum(tenant, kind, id, body) !== head[1]) throw new Error('the checksum does not fit')
  return JSON.parse(body)
}

const checksum = (tenant: Tenant, kind: RecordKind, id: string, body: string): string =>
  createHash('sha256').update(`${tenant}/${kind}/${id}\n`).update(body).digest('hex')

const fileNameOrNone = (id: string): string | undefined => (SAFE_ID.test(id) ? `${id}.json` : undefined)

function fileName(id: string): string {
  const name = fileNameOrNone(id)
  if (name === undefined) throw new RangeError('an id is 1 to 128 letters, digits, hyphens or underscores')
  return name
}

function asProblem(error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined) return error
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new Problem(
        'storage_full',
        'The disk of the service is full; nothing was changed. Delete datasets or try later.',
        {
          cause: error
        }
      )
    : new Problem('store_unavailable', 'The record could not be read or written. Try again later.', {
        cause: error
      })
}
