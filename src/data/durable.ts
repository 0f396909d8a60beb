import { open } from 'node:fs/promises'
import { Problem } from '../errors.ts'

/** Forces a file's bytes, or a folder's list of names, onto the disk. */
export async function fsync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT'])

/** A full disk as its Problem; every other error as it is. */
export function asStorageProblem(error: unknown): unknown {
  if (!FULL.has(String((error as NodeJS.ErrnoException | undefined)?.code))) return error
  return new Problem('storage_full', 'The disk of the service is full; try again when space has been freed.', {
    cause: error
  })
}
