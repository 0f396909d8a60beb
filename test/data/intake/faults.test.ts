import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Folders } from '../../../src/data/folders.ts'
import { openIntake } from '../../../src/data/intake/intake.ts'
import { DEFAULT_TENANT } from '../../../src/domain/tenant.ts'
import { Problem } from '../../../src/errors.ts'
import { csv, temporaryFolder } from '../../helpers/read-file.ts'
import { canMount, mountSmallDisk } from '../../helpers/small-disk.ts'

const MIB = 1024 * 1024
const SMALL = csv('A1,P1,2,3.50,2024-01-05,C1,Spain')

/** Lines in which nothing repeats: what is made of them is as large as they are. */
function large(lines: number): string {
  const ids = randomBytes(12 * lines).toString('hex')
  const idOf = (at: number) => ids.slice(24 * at, 24 * at + 24)
  const rows = Array.from(
    { length: lines },
    (_, at) => `${idOf(at)},P1,2,3.50,2024-01-05,${idOf(lines - 1 - at)},Spain`
  )
  return csv(rows.join('\n'))
}

/** An intake on a folder, which reads a content as the upload of a job. */
function openIn(folder: string) {
  const folders = new Folders(folder)
  const limits = {
    processes: 1,
    memoryBytes: 256 * MIB,
    decompressedMaxBytes: 1024 * MIB,
    rowsMax: 1e9,
    badRowsMaxShare: 0.2
  }
  const intake = openIntake(folders, limits)
  onTestFinished(() => intake.close())
  const read = (name: string, content: string, onProgress: () => void = () => {}) => {
    const upload = folders.upload(DEFAULT_TENANT, `upl_${name}`)
    mkdirSync(dirname(upload), { recursive: true })
    if (!existsSync(upload)) writeFileSync(upload, content)
    return intake.read(
      DEFAULT_TENANT,
      { uploads: [{ id: `upl_${name}`, filename: null }], datasetId: `ds_${name}`, jobId: `job_${name}`, options: {} },
      { signal: new AbortController().signal, onProgress }
    )
  }
  const nothingLeft = (name: string) => {
    expect(existsSync(folders.dataset(DEFAULT_TENANT, `ds_${name}`))).toBe(false)
    expect(existsSync(folders.work(DEFAULT_TENANT, `job_${name}`))).toBe(false)
    expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
  }
  return { folders, read, nothingLeft }
}

test.skipIf(!canMount)(
  `a disk that fills at any moment of a reading is told so, keeps nothing half-made, and serves the next file${canMount ? '' : ' (skipped: no right to mount)'}`,
  { timeout: 120_000 },
  async () => {
    const disk = mountSmallDisk(32 * MIB)
    onTestFinished(() => disk.unmount())
    const { read, nothingLeft, folders } = openIn(disk.folder)
    const content = large(20_000)
    const ballast = join(disk.folder, 'ballast')
    const outcomes: string[] = []
    // 20,000 lines of 80 bytes are 1.6 MB; what is staged and published of them needs about twice as much.
    for (const free of [0.1, 0.8, 1.5, 1.8, 12]) {
      const name = `free${String(free).replace('.', '_')}`
      const upload = folders.upload(DEFAULT_TENANT, `upl_${name}`)
      mkdirSync(dirname(upload), { recursive: true })
      writeFileSync(ballast, '')
      writeFileSync(upload, content)
      const { bavail, bsize } = statfsSync(disk.folder)
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - Math.round(free * MIB))))
      const outcome = await read(name, content).then(
        ({ counts }) => `kept ${counts.rows_kept}`,
        (error: unknown) => (error instanceof Problem ? `${error.status} ${error.code}` : String(error))
      )
      outcomes.push(outcome)
      if (outcome !== 'kept 20000') nothingLeft(name)
      rmSync(upload)
    }
    expect(outcomes[0]).toBe('507 storage_full')
    expect(outcomes.at(-1)).toBe('kept 20000')
    expect(new Set(outcomes)).toEqual(new Set(['507 storage_full', 'kept 20000']))
    expect((await read('small', SMALL)).counts.rows_kept).toBe(1)
  }
)

const GROUPS = '/sys/fs/cgroup/memory'
const ownGroup = () => {
  try {
    const path = /:memory:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))![1]!
    return [join(GROUPS, path), GROUPS].find((each) => existsSync(join(each, 'memory.limit_in_bytes')))
  } catch {
    return undefined
  }
}

/** A group of processes that may have so many bytes together; undefined where the machine lets us make none. */
function memoryGroup(bytes: number): { add(pid: number): void; remove(): void } | undefined {
  const group = join(ownGroup() ?? GROUPS, `tessera-test-${process.pid}`)
  try {
    mkdirSync(group)
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(bytes))
  } catch {
    return undefined
  }
  return { add: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)), remove: () => rmdirSync(group) }
}

const groups = memoryGroup(16 * MIB)
groups?.remove()

test.skipIf(groups === undefined)(
  `a process that the kernel ends for want of memory is told from one that crashed, and the next file is read${groups === undefined ? ' (skipped: no right to limit memory)' : ''}`,
  { timeout: 60_000 },
  async () => {
    const group = memoryGroup(8 * MIB)!
    onTestFinished(async () => {
      await expect.poll(childrenOf).toEqual([])
      group.remove()
    })
    const { read, nothingLeft } = openIn(temporaryFolder())
    const reading = read('large', large(400_000), () => {
      for (const pid of childrenOf()) group.add(pid)
    })
    await expect(reading).rejects.toMatchObject({ code: 'intake_memory', status: 413 })
    await expect(reading).rejects.toThrow('memory of the machine ran out')
    nothingLeft('large')
    expect((await read('small', SMALL)).counts.rows_kept).toBe(1)
  }
)

/** Processes for files that this one has started. */
function childrenOf(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('intake/child')
      } catch {
        return false
      }
    })
    .map(Number)
}
