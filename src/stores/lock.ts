import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './durable-file.ts'

interface Holder {
  pid: number
  /** Tells this process from an earlier one of the same pid; null where the system does not say. */
  started: string | null
  token: string
}

const FILE = 'lock'
const ABSENT = 'absent'
const UNREADABLE = 'unreadable'
/** Fit for a file's name. */
const TOKEN = /^[\w-]{1,64}$/
/** Before the token of the stale lock that whoever has this file may replace. */
const SUCCESSION = '.after.'

/**
 * Takes the data folder for this process, so that no second one writes into it.
 *
 * The lock is a file that appears whole (written beside, then linked). One whose process is gone, or whose pid now
 * belongs to another process, is replaced by whoever holds the succession to just this one, which is a lock like it.
 * Nothing is ever removed to make room: between the removal and the new lock a third process could step in.
 * Processes on other machines or in other pid namespaces cannot be seen: a folder shared between containers is not guarded.
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
    const other = await take(path, beside)
    if (other !== undefined) {
      throw new Error(`The data folder ${dataDir} is in use by process ${other.pid}: stop it, or set another DATA_DIR.`)
    }
    await forgetSuccessions(dataDir)
  } finally {
    await unlink(beside)
  }
  return {
    async release() {
      if (nameOf(await read(path)) === mine.token) await unlink(path)
    }
  }
}

/**
 * @param beside this process's own lock, ready to be linked
 * @returns the living process that has the lock, undefined when this one has it now
 */
async function take(path: string, beside: string): Promise<Holder | undefined> {
  while (!(await linked(beside, path))) {
    const found = await read(path)
    if (found === ABSENT) continue
    if (found !== UNREADABLE && (await isAlive(found))) return found
    const succession = path + SUCCESSION + nameOf(found)
    const heir = await take(succession, beside)
    const stands = nameOf(await read(path)) === nameOf(found)
    if (heir !== undefined) {
      if (stands) return heir
      continue
    }
    if (stands) {
      await link(beside, `${beside}.new`)
      await rename(`${beside}.new`, path)
    }
    await rm(succession, { force: true })
    if (stands) return undefined
  }
  return undefined
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

/** Of locks that are no more: whoever still comes by such a right finds that out. */
async function forgetSuccessions(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(FILE + SUCCESSION))
  for (const name of names) await rm(join(dataDir, name), { force: true })
}

async function read(path: string): Promise<Holder | typeof ABSENT | typeof UNREADABLE> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8'))
    const whole = Number.isSafeInteger(holder?.pid) && holder.pid > 0 && TOKEN.test(holder.token)
    return whole ? holder : UNREADABLE
  } catch (error) {
    if (error instanceof SyntaxError) return UNREADABLE
    if (errorCode(error) === 'ENOENT') return ABSENT
    throw error
  }
}

const nameOf = (found: Awaited<ReturnType<typeof read>>): string => (typeof found === 'string' ? found : found.token)

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
