import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asTenant } from '../../src/domain/tenant.ts'
import { type MemoryStores, openMemoryStores } from '../../src/stores/memory.ts'
import { openStores } from '../../src/stores/open.ts'
import { storeContract } from './contract.ts'
import { failingFileSystem } from './failing-fs.ts'
import { queuedJob } from './records.ts'

const ANNA = asTenant('anna')
const NOON = '2026-01-01T12:00:00.000Z'
const clock = () => new Date(NOON)

storeContract('memory', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stores-'))
  let stores = await openMemoryStores({ dataDir, clock })
  return {
    stores,
    async reopen() {
      await stores.close()
      stores = await openMemoryStores({ dataDir, clock })
      return stores
    },
    async end() {
      await stores.close()
      await rm(dataDir, { recursive: true })
    }
  }
})

describe('openMemoryStores', () => {
  let dataDir: string
  let logged: string[]
  const open = () =>
    openMemoryStores({ dataDir, clock, logger: { warn: (_details, message) => void logged.push(message) } })
  const jobs = () => join(dataDir, 'tenants/anna/records/jobs')
  const file = (n: number) => join(jobs(), `${queuedJob(n).id}.json`)
  const idsOf = async (stores: MemoryStores) =>
    (await stores.jobs.list(ANNA, { limit: 1000 })).records.map((job) => job.id).sort()

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stores-'))
    logged = []
    const stores = await open()
    for (const n of [1, 2, 3]) await stores.jobs.create(ANNA, queuedJob(n))
    await stores.close()
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  const damages: [string, () => Promise<void>][] = [
    ['truncated', async () => truncate(file(2), 100)],
    ['empty', () => truncate(file(2), 0)],
    [
      'flipped in one bit',
      async () => {
        const bytes = await readFile(file(2))
        bytes[bytes.length - 20]! ^= 1
        await writeFile(file(2), bytes)
      }
    ],
    ["another record's", () => copyFile(file(1), file(2))],
    ['no JSON', () => writeFile(file(2), 'records')],
    ['valid JSON that is no record', () => writeFile(file(2), '{"format":1,"sha256":"","record":null}')]
  ]
  it.each(damages)('sets a file aside that is %s, and loads the others', async (_what, damage) => {
    await damage()
    const stores = await open()
    expect(await idsOf(stores)).toEqual([queuedJob(1).id, queuedJob(3).id])
    expect(stores.quarantined).toBe(1)
    expect(logged).toEqual(['a damaged record was moved to quarantine'])
    expect(await readdir(join(dataDir, 'quarantine/anna/jobs'))).toEqual([`${queuedJob(2).id}.json.${+clock()}`])
    expect(await readdir(jobs())).toHaveLength(2)
  })

  it("sets a file aside that was another tenant's", async () => {
    const other = join(dataDir, 'tenants/bert/records/jobs')
    await mkdir(other, { recursive: true })
    await copyFile(file(1), join(other, `${queuedJob(1).id}.json`))
    const stores = await open()
    expect(stores.quarantined).toBe(1)
    expect(await stores.jobs.get(asTenant('bert'), queuedJob(1).id)).toBeUndefined()
    expect(await stores.tenants()).toEqual(['anna'])
  })

  it('leaves a record of a newer format in place, does not load it and never writes over it', async () => {
    const newer = (await readFile(file(2), 'utf8')).replace('"format":1', '"format":2')
    await writeFile(file(2), newer)
    const stores = await open()
    expect(await idsOf(stores)).toEqual([queuedJob(1).id, queuedJob(3).id])
    expect(stores.quarantined).toBe(0)
    await expect(stores.jobs.create(ANNA, queuedJob(2))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await readFile(file(2), 'utf8')).toBe(newer)
  })

  it('removes what was still being written and leaves foreign files alone', async () => {
    await writeFile(`${file(4)}.99-1.tmp`, '{"format":1')
    await writeFile(join(jobs(), 'README'), 'hello')
    await mkdir(join(dataDir, 'tenants/Not A Tenant'))
    const stores = await open()
    expect(await idsOf(stores)).toHaveLength(3)
    expect((await readdir(jobs())).filter((name) => !name.endsWith('.json'))).toEqual(['README'])
  })

  it('keeps records readable by their owner only', async () => {
    const { statSync } = await import('node:fs')
    expect(statSync(file(1)).mode & 0o077).toBe(0)
  })

  it('gives back numbers that JSON has no word for as it would after a restart', async () => {
    const stores = await open()
    await stores.jobs.create(ANNA, queuedJob(9, { request: { ratio: Number.NaN, absent: undefined } }))
    expect((await stores.jobs.get(ANNA, queuedJob(9).id))?.request).toStrictEqual({ ratio: null })
  })

  it('drops claims whose request died before it had started anything, and keeps those with a job', async () => {
    const stores = await open()
    await stores.idempotency.claim(ANNA, 'bare', NOON)
    await stores.idempotency.claim(ANNA, 'with job', NOON)
    await stores.idempotency.note(ANNA, 'with job', { fingerprint: 'f', job_id: 'job_1' })
    await stores.close()
    const again = await open()
    expect(await again.idempotency.claim(ANNA, 'with job', NOON)).toMatchObject({ state: 'running', job_id: 'job_1' })
    expect(await again.idempotency.claim(ANNA, 'bare', NOON)).toBeUndefined()
  })

  it('forgets expired keys with later claims, in memory and on the disk', async () => {
    const stores = await open()
    for (let n = 0; n < 10; n++) await stores.idempotency.claim(ANNA, `old ${n}`, NOON)
    const folder = join(dataDir, 'tenants/anna/records/idempotency')
    expect(await readdir(folder)).toHaveLength(10)
    for (let n = 0; n < 5; n++) await stores.idempotency.claim(ANNA, `new ${n}`, '2026-01-02T12:00:00.000Z')
    expect(await readdir(folder)).toHaveLength(5)
  })

  it('refuses an id that is no file name, and finds nothing under it', async () => {
    const stores = await open()
    const id = '../../../../escape'
    await expect(stores.jobs.create(ANNA, queuedJob(1, { id }))).rejects.toThrow(RangeError)
    expect(await stores.jobs.get(ANNA, id)).toBeUndefined()
    expect(await stores.jobs.delete(ANNA, id)).toBe(false)
  })

  it('writes nothing once it is closed', async () => {
    const stores = await open()
    await stores.close()
    await expect(stores.jobs.create(ANNA, queuedJob(5))).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(stores.ping()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await readdir(jobs())).toHaveLength(3)
  })

  describe.each([
    ['EIO', 'store_unavailable'],
    ['ENOSPC', 'storage_full'],
    ['EDQUOT', 'storage_full']
  ])('when the n-th call fails with %s', (code, problem) => {
    const changed = (n: number) => queuedJob(n, { status: 'running', attempts: 1 })
    const operations: [string, (stores: MemoryStores) => Promise<unknown>, unknown, unknown][] = [
      ['create', (stores) => stores.jobs.create(ANNA, queuedJob(7)), undefined, queuedJob(7)],
      ['update', (stores) => stores.jobs.update(ANNA, queuedJob(7).id, () => changed(7)), queuedJob(7), changed(7)],
      ['delete', (stores) => stores.jobs.delete(ANNA, queuedJob(7).id), queuedJob(7), undefined]
    ]

    it.each(operations)(
      '%s leaves the old record or the new one, and the others',
      async (name, operate, old, young) => {
        const { id } = queuedJob(7)
        const leftAsOld: boolean[] = []
        for (let n = 1; ; n++) {
          const base = await open()
          await base.jobs.delete(ANNA, id)
          if (old !== undefined) await base.jobs.create(ANNA, queuedJob(7))
          await base.close()

          const fs = failingFileSystem()
          const stores = await openMemoryStores({ dataDir, clock, fs })
          fs.failAt(n, code)
          const outcome = await operate(stores).then(
            () => 'done',
            (error) => error.code
          )
          const reached = fs.failed
          fs.failAt(0, code)
          // A failure must be reported, unless it struck where nothing was at stake any more; memory then follows it.
          expect(outcome).toBe(reached ? problem : 'done')
          expect(await stores.jobs.get(ANNA, id)).toEqual(reached ? old : young)
          await stores.close()

          const reopened = await open()
          const found = await reopened.jobs.get(ANNA, id)
          expect([old, young]).toContainEqual(found)
          leftAsOld.push(JSON.stringify(found) === JSON.stringify(old))
          expect(reopened.quarantined).toBe(0)
          expect(await idsOf(reopened)).toEqual([1, 2, 3].map((k) => queuedJob(k).id).concat(found ? [id] : []))
          expect((await readdir(jobs())).filter((file) => !file.endsWith('.json'))).toEqual([])
          await reopened.close()
          if (!reached) break
        }
        // A refused create leaves nothing behind; the last, unhindered run always leaves the new record.
        if (name === 'create') expect(leftAsOld.slice(0, -1)).toEqual(leftAsOld.slice(0, -1).fill(true))
        expect(leftAsOld.at(-1)).toBe(false)
        expect(leftAsOld.length).toBeGreaterThan(3)
      }
    )
  })
})

describe('openStores', () => {
  it('says at start that redis has to wait', async () => {
    await expect(openStores({ store: 'redis', dataDir: '/nonexistent' })).rejects.toThrow(
      'STORE=redis is not available in this version: set STORE=memory'
    )
  })
})
