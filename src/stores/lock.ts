import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './durable-file.ts'

interface Holder {
  pid: number
  /** Tells this process from an earlier one of the same pid; null where the system does not say. */
  started: string | null
  token: string
}

const FILE = 'lock'

/**
 * Takes the data folder for this process, so that no second one writes into it.
 *
 * The lock is a file that appears whole (written beside, then linked). One whose process is gone, or whose pid now
 * belongs to another process, is taken over. Processes on other machines or in other pid namespaces cannot be seen:
 * a folder shared between containers is not guarded.
 *
 * @param dataDir made when absent
 * @throws Error that names the process holding the folder
 */
export async function lockDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, FILE)
  const mine: Holder = { pid: process.pid, started: await startOf(process.pid), token: randomUUID() }
  const beside = `${path}.${mine.token}`
  await writeFile(beside, JSON.stringify(mine), { flag: 'wx', mode: 0o600 })
  try {
    while (!(await linked(beside, path))) {
      const holder = await readHolder(path)
      if (holder !== undefined && (await isAlive(holder))) {
        throw new Error(
          `The data folder ${dataDir} is in use by process ${holder.pid}: stop it, or set another DATA_DIR.`
        )
      }
      await clear(path, holder, mine.token)
    }
  } finally {
    await unlink(beside)
  }
  return {
    async release() {
      if ((await readHolder(path))?.token === mine.token) await unlink(path)
    }
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a stale lock. Renaming first lets one of several clearing processes win; what was renamed is looked at again,
 * because the winner's own new lock may already have stood there.
 */
async function clear(path: string, stale: Holder | undefined, token: string): Promise<void> {
  const aside = `${path}.stale.${token}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  if ((await readHolder(aside))?.token !== stale?.token) await linked(aside, path)
  await unlink(aside)
}

/** Undefined when there is no lock or it cannot be understood. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8'))
    return Number.isSafeInteger(holder?.pid) && holder.pid > 0 ? holder : undefined
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
  }
  const now = await startOf(pid)
  return started === null || now === null || started === now
}

/** Boot and clock tick of the process's start, from proc(5): field 22 of stat, counted after the name in parentheses. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return `${boot.trim()}:${fields[19]}`
  } catch {
    return null
  }
}
