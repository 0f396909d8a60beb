import * as nodeFs from 'node:fs/promises'
import { dirname } from 'node:path'

/** What the stores need of a file system: node:fs/promises, or one that a test makes fail at a chosen call. */
export type FileSystem = Pick<typeof nodeFs, 'open' | 'rename' | 'unlink' | 'mkdir' | 'readdir' | 'readFile'>

export const realFileSystem: FileSystem = nodeFs

/** Ends the name of a file that is still being written; one found at boot was never acknowledged. */
export const TEMPORARY = '.tmp'

let written = 0

/**
 * Replaces a file as a whole: after a crash at any moment it holds the old text or the new one.
 *
 * The text is written beside, synced and renamed, then the folder is synced: a rename that is only in the page cache
 * would be lost with the power. A failure leaves no file beside; whether the rename happened is then undecided.
 */
export async function writeDurably(fs: FileSystem, path: string, text: string, mode = 0o600): Promise<void> {
  const beside = `${path}.${process.pid}-${++written}${TEMPORARY}`
  try {
    const handle = await fs.open(beside, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(beside, path)
  } catch (error) {
    await fs.unlink(beside).catch(() => undefined)
    throw error
  }
  await syncFolder(fs, dirname(path))
}

/** Removes a file so that it stays removed. An absent one is as good as removed. */
export async function removeDurably(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.unlink(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  await syncFolder(fs, dirname(path))
}

/**
 * Makes a folder and those between it and `root`, which must hold it, and syncs each name into the folder above.
 * Existing ones are synced too: an earlier try may have made them and failed to sync.
 */
export async function makeFolderDurably(fs: FileSystem, folder: string, root: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true })
  for (let made = folder; made.length > root.length; made = dirname(made)) await syncFolder(fs, dirname(made))
}

export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `ENOENT`, `ENOSPC`, …; undefined for what is no system error. */
export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code
