import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import { asStorageProblem, fsync } from './durable.ts'
import { type Folders, PARTIAL } from './folders.ts'

export interface Upload {
  id: string
  bytes: number
  /** Hex, of the bytes as they came. */
  sha256: string
}

export interface UploadLimits {
  maxBytes: number
  signal?: AbortSignal
}

/** Files that have arrived and wait to be read. Durable once a method has resolved; nothing is left when it rejects. */
export class Uploads {
  constructor(private readonly folders: Folders) {}

  /**
   * Streams a file to disk, never more than a chunk of it in memory.
   * @throws Problem upload_too_large, upload_aborted, storage_full, file_empty
   */
  async receive(tenant: Tenant, id: string, source: AsyncIterable<Uint8Array>, limits: UploadLimits): Promise<Upload> {
    const final = this.folders.upload(tenant, id)
    const partial = final + PARTIAL
    await mkdir(dirname(final), { recursive: true }).catch(rethrow)
    try {
      const handle = await open(partial, 'w')
      try {
        const received = await copy(source, handle, limits)
        await handle.sync()
        await handle.close()
        await rename(partial, final)
        await fsync(dirname(final))
        return { id, ...received }
      } finally {
        await handle.close().catch(() => {})
      }
    } catch (error) {
      await rm(partial, { force: true })
      throw asStorageProblem(error)
    }
  }

  /**
   * Keeps orders that came inline as a file of NDJSON, to be read like any other.
   * @throws Problem storage_full, file_empty
   */
  receiveOrders(tenant: Tenant, id: string, orders: readonly Record<string, unknown>[]): Promise<Upload> {
    return this.receive(tenant, id, ndjson(orders), { maxBytes: Number.MAX_SAFE_INTEGER })
  }

  async discard(tenant: Tenant, id: string): Promise<void> {
    await rm(this.folders.upload(tenant, id), { force: true })
  }
}

async function copy(
  source: AsyncIterable<Uint8Array>,
  target: FileHandle,
  { maxBytes, signal }: UploadLimits
): Promise<Pick<Upload, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of arriving(source, signal)) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new Problem(
        'upload_too_large',
        `The file is larger than the ${maxBytes} bytes allowed; split it or gzip it.`
      )
    }
    const written = target.writev([chunk])
    // While the disk takes it.
    hash.update(chunk)
    await written
  }
  if (bytes === 0) throw new Problem('file_empty', 'The file has no content; send the order lines.')
  return { bytes, sha256: hash.digest('hex') }
}

/** Tells an error of the sender (the connection broke, the caller gave up) from one of our disk. */
async function* arriving(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  let giveUp: (reason: unknown) => void = () => {}
  const abort = () => giveUp(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    while (true) {
      // A promise for each chunk: Promise.race against one for all would keep every chunk until the end.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        giveUp = reject
        if (signal?.aborted) reject(signal.reason)
        else iterator.next().then(resolve, reject)
      }).catch((cause) => {
        if (cause instanceof Problem) throw cause
        throw new Problem('upload_aborted', 'The upload ended before it was complete; send it again.', { cause })
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    // A source that never answers again must not hold us: it is told to end and not awaited.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

async function* ndjson(orders: readonly Record<string, unknown>[]): AsyncGenerator<Uint8Array> {
  const BATCH = 1000
  for (let from = 0; from < orders.length; from += BATCH) {
    const lines = orders.slice(from, from + BATCH).map((order) => `${JSON.stringify(order)}\n`)
    yield Buffer.from(lines.join(''))
  }
}

function rethrow(error: unknown): never {
  throw asStorageProblem(error)
}
