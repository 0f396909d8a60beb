import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Folders } from '../../../src/data/folders.ts'
import { type IntakeLimits, openIntake } from '../../../src/data/intake/intake.ts'
import { verifyFolder } from '../../../src/data/published-folder.ts'
import { DEFAULT_TENANT } from '../../../src/domain/tenant.ts'
import { csv, temporaryFolder } from '../../helpers/read-file.ts'

const LIMITS: IntakeLimits = {
  processes: 1,
  memoryBytes: 256 * 1024 * 1024,
  decompressedMaxBytes: 1024 ** 3,
  rowsMax: 1e9,
  badRowsMaxShare: 0.2
}
const GOOD = csv(...Array.from({ length: 100 }, (_, at) => `A${at},P1,2,3.50,2024-01-05T10:00:00Z,C${at % 7},Spain`))
/** Large enough to be under way for a while. */
const large = () => csv('A1,P1,2,3.50,2024-01-05,C1,Spain\n'.repeat(1_500_000).trimEnd())

function opened(content: string, limits: Partial<IntakeLimits> = {}) {
  const folders = new Folders(temporaryFolder())
  const upload = folders.upload(DEFAULT_TENANT, 'up_1')
  mkdirSync(dirname(upload), { recursive: true })
  writeFileSync(upload, content)
  const intake = openIntake(folders, { ...LIMITS, ...limits })
  onTestFinished(() => intake.close())
  const abort = new AbortController()
  const stages: string[] = []
  let begun: () => void
  const underWay = new Promise<void>((resolve) => {
    begun = resolve
  })
  const read = (datasetId = 'ds_1') =>
    intake.read(
      DEFAULT_TENANT,
      { uploads: [{ id: 'up_1', filename: null }], datasetId, jobId: `job_${datasetId}`, options: {} },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          stages.push(progress.stage)
          begun()
        }
      }
    )
  const nothingLeft = () => {
    expect(existsSync(folders.dataset(DEFAULT_TENANT, 'ds_1'))).toBe(false)
    expect(existsSync(folders.work(DEFAULT_TENANT, 'job_ds_1'))).toBe(false)
    expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
  }
  return { folders, intake, abort, stages, read, underWay, nothingLeft }
}

/** Processes that this one has started and that still run. */
function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
        return (
          rest!.split(' ')[1] === String(process.pid) &&
          rest![0] !== 'Z' &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('intake/child')
        )
      } catch {
        return false
      }
    })
    .map(Number)
}

describe('Intake.read', () => {
  test('publishes the dataset, reports progress and clears its work folder', async () => {
    const { folders, read, stages, intake } = opened(GOOD)
    const summary = await read()
    expect(summary.counts).toMatchObject({ rows_read: 100, rows_kept: 100, customers: 7 })
    expect(stages).toContain('cleansing')
    await verifyFolder(folders.dataset(DEFAULT_TENANT, 'ds_1'))
    expect(readdirSync(folders.dataset(DEFAULT_TENANT, 'ds_1')).sort()).toEqual([
      'manifest.json',
      'orders.parquet',
      'rejected.parquet',
      'returns.parquet'
    ])
    expect(existsSync(folders.work(DEFAULT_TENANT, 'job_ds_1'))).toBe(false)
    expect(existsSync(folders.upload(DEFAULT_TENANT, 'up_1'))).toBe(true)
    expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
  })

  test('hands over the Problem of the child with its report', async () => {
    const { read, nothingLeft } = opened(csv('A1,P1,2,3.50,2024-01-05,,Spain'))
    await expect(read()).rejects.toMatchObject({
      code: 'no_rows_kept',
      extensions: { quality: { rows_read: 1, rules: [{ rule: 'missing_customer_id' }] } }
    })
    nothingLeft()
  })

  test('replaces what an attempt before has left', async () => {
    const { folders, read } = opened(GOOD)
    for (const folder of [folders.dataset(DEFAULT_TENANT, 'ds_1'), folders.work(DEFAULT_TENANT, 'job_ds_1')]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${folder}/stale`, 'x')
    }
    await read()
    expect(existsSync(`${folders.dataset(DEFAULT_TENANT, 'ds_1')}/stale`)).toBe(false)
  })

  test('reads as many files at a time as it has places, the others in turn', async () => {
    const { intake, read } = opened(GOOD)
    const readings = [read('ds_1'), read('ds_2'), read('ds_3')]
    expect(intake.stats()).toEqual({ busy: 1, queued: 2 })
    await Promise.all(readings)
    expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
  })

  test.skipIf(process.platform !== 'linux')(
    'answers intake_crashed when the process is killed, and publishes nothing',
    async () => {
      const { read, underWay, nothingLeft } = opened(large())
      const reading = read()
      reading.catch(() => {})
      await underWay
      const [child] = children()
      process.kill(child!, 'SIGKILL')
      await expect(reading).rejects.toMatchObject({ code: 'intake_crashed' })
      nothingLeft()
    }
  )

  test('ends with the reason it was cancelled for, and leaves nothing behind', async () => {
    const { read, abort, underWay, nothingLeft } = opened(large())
    const reading = read()
    reading.catch(() => {})
    await underWay
    await sleep(100)
    const reason = new Error('the caller has left')
    abort.abort(reason)
    await expect(reading).rejects.toBe(reason)
    nothingLeft()
    if (process.platform === 'linux') expect(children()).toEqual([])
  })

  test('gives up its turn when cancelled while it waits', async () => {
    const { intake, read, abort } = opened(GOOD)
    const readings = [read('ds_1'), read('ds_2')]
    abort.abort('no longer wanted')
    expect(await Promise.allSettled(readings)).toMatchObject([
      { reason: 'no longer wanted' },
      { reason: 'no longer wanted' }
    ])
    expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
  })

  test('close ends what is under way', async () => {
    const { intake, read, underWay, nothingLeft } = opened(large())
    const reading = read()
    reading.catch(() => {})
    await underWay
    await intake.close()
    await expect(reading).rejects.toMatchObject({ code: 'draining' })
    nothingLeft()
  })

  test.skipIf(process.platform !== 'linux')(
    'keeps one process started ahead, uses it once, starts another, and ends it on close',
    async () => {
      const { intake, read } = opened(GOOD, { spare: true })
      const started = async (not?: number) => {
        for (;;) {
          const [child] = children()
          if (child !== undefined && child !== not) return child
          await sleep(50)
        }
      }
      const first = await started()
      expect(intake.stats()).toEqual({ busy: 0, queued: 0 })
      expect((await read('ds_1')).counts).toMatchObject({ rows_kept: 100 })
      expect(children()).not.toContain(first)
      const second = await started(first)
      process.kill(second, 'SIGKILL')
      const third = await started(second)
      expect((await read('ds_2')).counts).toMatchObject({ rows_kept: 100 })
      await started(third)
      await intake.close()
      while (children().length > 0) await sleep(50)
    }
  )
})
