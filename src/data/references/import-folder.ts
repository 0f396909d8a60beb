import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import { type FetchLimits, type OpenedSource, type OpenRequest, StartOver, tooLarge } from './source.ts'

const CHUNK_BYTES = 1024 * 1024

export interface FolderOptions {
  /** Absolute; `{tenant}` stands for the caller's tenant. */
  importDirs: readonly string[]
  limits: FetchLimits
}

/** What can be refused by the words alone. @throws Problem source_not_available, path_forbidden */
export function checkPath(path: string, importDirs: readonly string[]): void {
  if (importDirs.length === 0) {
    throw new Problem(
      'source_not_available',
      'Files of the host cannot be read here: IMPORT_DIRS names no folder. Upload the file instead.'
    )
  }
  const parts = path.split('/')
  if (/[\\\p{Cc}]/u.test(path) || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw forbidden()
  }
}

/**
 * A regular file below one of the folders, the first that has it. Read from one handle: what is checked is what is read,
 * whoever swaps names meanwhile.
 * @throws Problem source_not_available, path_forbidden, path_not_found, remote_too_large
 */
export async function openPath(
  path: string,
  { tenant, known }: OpenRequest,
  { importDirs, limits }: FolderOptions
): Promise<OpenedSource | null> {
  checkPath(path, importDirs)
  const handle = await find(path, tenant, importDirs)
  try {
    const about = await handle.stat()
    if (!about.isFile()) throw forbidden()
    if (about.size > limits.maxBytes) throw tooLarge(limits.maxBytes)
    const stamp = await stampOf(handle)
    if (known?.stamp === stamp) {
      await handle.close()
      return null
    }
    return {
      filename: basename(path).slice(0, 200),
      version: { stamp },
      bytes: about.size,
      chunks: contentOf(handle, stamp, limits),
      close: () => handle.close()
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function find(path: string, tenant: Tenant, importDirs: readonly string[]): Promise<FileHandle> {
  for (const dir of importDirs) {
    const root = await realpath(dir.replaceAll('{tenant}', tenant)).catch(absent)
    const handle = root && (await openBelow(root, path))
    if (handle) return handle
  }
  throw new Problem('path_not_found', 'There is no such file below the folders of IMPORT_DIRS. Check its path.')
}

/**
 * The name is resolved, judged, opened without following a link, and resolved again: a link that leads elsewhere inside
 * the folder is fine, and one that is swapped in between names another file than the one that was opened.
 * @returns null when there is none
 */
async function openBelow(root: string, path: string): Promise<FileHandle | null> {
  const name = join(root, path)
  const real = await realpath(name).catch(absent)
  if (real === null && !(await leadsOut(name, root))) return null
  if (real === null || !isBelow(real, root)) throw forbidden()
  // Not blocking: a pipe without a writer would hold the open for ever.
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(absent)
  if (handle === null) return null
  try {
    const still = await realpath(name)
    const [opened, there] = await Promise.all([handle.stat(), stat(still)])
    if (!isBelow(still, root) || !isSame(opened, there)) throw forbidden()
    return handle
  } catch {
    await handle.close()
    throw forbidden()
  }
}

/** Whether a folder on the way to what does not exist is a link out: then not even that may be told. */
async function leadsOut(name: string, root: string): Promise<boolean> {
  for (let folder = dirname(name); folder.length > root.length; folder = dirname(folder)) {
    const real = await realpath(folder).catch(absent)
    if (real !== null) return real !== root && !isBelow(real, root)
  }
  return false
}

const isBelow = (path: string, root: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep)

const isSame = (one: Stats, other: Stats): boolean => one.ino === other.ino && one.dev === other.dev

async function stampOf(handle: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs } = await handle.stat({ bigint: true })
  return `${dev}-${ino}-${size}-${mtimeNs}`
}

async function* contentOf(handle: FileHandle, stamp: string, { maxBytes }: FetchLimits): AsyncGenerator<Uint8Array> {
  let position = 0
  while (true) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
    if (bytesRead === 0) break
    position += bytesRead
    if (position > maxBytes) throw tooLarge(maxBytes)
    yield buffer.subarray(0, bytesRead)
  }
  if ((await stampOf(handle)) !== stamp) {
    throw new StartOver(
      new Problem('remote_incomplete', 'The file kept changing while it was read. Send the request when it is whole.')
    )
  }
}

/** @returns null for what is not there. @throws Problem path_forbidden for what may not be opened */
function absent(error: unknown): null {
  const code = String((error as NodeJS.ErrnoException).code)
  if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)) return null
  // ELOOP: the name is a link. ENXIO: a socket.
  if (['ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'EISDIR'].includes(code)) throw forbidden()
  throw error
}

const forbidden = (): Problem =>
  new Problem(
    'path_forbidden',
    'The path must name a readable file below an import folder: relative, without . or .., and no link that leads out.'
  )
