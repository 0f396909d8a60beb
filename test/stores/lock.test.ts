import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entryPoint } from '../../src/entry.ts'
import { lockDataDir } from '../../src/stores/lock.ts'

const HOLDER = join(import.meta.dirname, 'fixtures/holder.mjs')

describe('lockDataDir', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'lock-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  /** Another process that tries for the lock, and the first line it says. */
  async function contend() {
    const child = spawn(process.execPath, [HOLDER, entryPoint('stores/lock.ts'), dataDir])
    const [said] = await once(child.stdout, 'data')
    return { child, said: String(said).trim() }
  }

  it('refuses a second process and names the first', async () => {
    const { child, said } = await contend()
    expect(said).toBe('held')
    await expect(lockDataDir(dataDir)).rejects.toThrow(`in use by process ${child.pid}:`)
    child.stdin.write('go')
    await once(child, 'exit')
    await (await lockDataDir(dataDir)).release()
  })

  it('refuses a second holder in the same process', async () => {
    const lock = await lockDataDir(dataDir)
    await expect(lockDataDir(dataDir)).rejects.toThrow(`process ${process.pid}:`)
    await lock.release()
  })

  it('takes over from a process that was killed', async () => {
    const { child } = await contend()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await lockDataDir(dataDir)
    expect(JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')).pid).toBe(process.pid)
    await lock.release()
  })

  it.skipIf(process.platform !== 'linux')('takes over when the pid now belongs to another process', async () => {
    // Our parent is alive, but it did not start at this moment.
    await writeFile(join(dataDir, 'lock'), JSON.stringify({ pid: process.ppid, started: 'boot:1', token: 'old' }))
    await (await lockDataDir(dataDir)).release()
  })

  it.each(['', '{"pid"', '{"pid":-1}', 'null'])(
    'takes over from a lock that cannot be understood: %j',
    async (text) => {
      await writeFile(join(dataDir, 'lock'), text)
      await (await lockDataDir(dataDir)).release()
    }
  )

  it('of several processes that find a stale lock exactly one gets it', async () => {
    const { child } = await contend()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const contenders = await Promise.all(Array.from({ length: 6 }, contend))
    const holders = contenders.filter(({ said }) => said === 'held')
    expect(holders).toHaveLength(1)
    const holder = holders[0]!.child
    for (const { said } of contenders) expect(said === 'held' || said.includes(`process ${holder.pid}:`)).toBe(true)
    holder.stdin.write('go')
    await once(holder, 'exit')
  })

  it('of many at once exactly one gets a stale lock, whatever a process left that died while it took one over', async () => {
    const dead = (token: string) => JSON.stringify({ pid: process.ppid, started: 'boot:1', token })
    for (let round = 0; round < 40; round++) {
      await writeFile(join(dataDir, 'lock'), round % 4 === 3 ? '{"pid"' : dead('first'))
      if (round % 2 === 1) await writeFile(join(dataDir, 'lock.after.first'), dead('heir'))
      if (round % 4 === 1) await writeFile(join(dataDir, 'lock.after.first.after.heir'), dead('second-heir'))
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataDir(dataDir)))
      const got = outcomes.filter((each) => each.status === 'fulfilled')
      expect(got).toHaveLength(1)
      for (const each of outcomes) {
        if (each.status === 'rejected') expect(String(each.reason)).toContain(`in use by process ${process.pid}:`)
      }
      await got[0]!.value.release()
      expect(await readdir(dataDir)).toEqual([])
    }
  })

  it('leaves nothing behind once released, and releases only its own', async () => {
    const lock = await lockDataDir(dataDir)
    await lock.release()
    expect(await readdir(dataDir)).toEqual([])
    const other = await lockDataDir(dataDir)
    await lock.release()
    expect(await readdir(dataDir)).toEqual(['lock'])
    await other.release()
  })
})
