import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobProgress } from '../../src/domain/records/job.ts'
import { Problem } from '../../src/errors.ts'
import { openPool, type Pool, type PoolOptions } from '../../src/jobs/pool.ts'
import type { RunOptions, TrainMessage } from '../../src/jobs/tasks.ts'

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)

describe('openPool', () => {
  let pool: Pool
  let pools: Pool[]
  let logged: string[]
  const open = (options: Partial<PoolOptions> = {}) => {
    pool = openPool({
      workers: 1,
      entry: fixture('worker.mjs'),
      logger: { warn: (_details, message) => void logged.push(message) },
      ...options
    })
    pools.push(pool)
  }
  beforeEach(() => {
    pools = []
    logged = []
    open()
  })
  afterEach(() => Promise.all(pools.map((each) => each.close())))

  const run = (message: object, options?: RunOptions): Promise<unknown> =>
    pool.run('train', message as TrainMessage, options)
  const failure = (message: object, options?: RunOptions): Promise<Problem> =>
    run(message, options).then(
      () => expect.fail('the task should have failed'),
      (error) => error
    )

  /** Starts a task and resolves once it has reported progress, so that it is known to be under way. */
  async function underWay(message: object, options: RunOptions = {}) {
    const started = new Promise<void>((resolve) => {
      options.onProgress = () => resolve()
    })
    const outcome = run(message, options).then(
      (value) => ({ value }),
      (error: Problem) => ({ error })
    )
    await started
    return { outcome }
  }

  it('gives back what the task returns', async () => {
    expect(await run({ deed: 'echo', value: { list: [1, null, 'x'] } })).toEqual({ list: [1, null, 'x'] })
  })

  it('rehearses in an idle thread and gives way to the first task', async () => {
    const rehearsals = new Int32Array(new SharedArrayBuffer(8))
    open({ rehearsal: 'train', restMs: 1, threadData: { rehearsals } })
    await expect.poll(() => rehearsals[0]).toBe(1)
    expect(pool.stats()).toEqual({ size: 1, busy: 0, queued: 0 })
    // The only thread is rehearsing, and would for ever.
    expect(await run({ deed: 'echo', value: 1 })).toBe(1)
    expect([...rehearsals]).toEqual([1, 1])
    expect(logged).toEqual([])
  })

  it('closes while it rehearses, and does not begin when there was work before', async () => {
    const rehearsals = new Int32Array(new SharedArrayBuffer(8))
    open({ rehearsal: 'train', restMs: 1, threadData: { rehearsals } })
    await expect.poll(() => rehearsals[0]).toBe(1)
    await pool.close()
    expect([...rehearsals]).toEqual([1, 1])

    open({ rehearsal: 'train', restMs: 50, threadData: { rehearsals } })
    expect(await run({ deed: 'deafQuery', ms: 200 })).toBe('survived')
    expect([...rehearsals]).toEqual([1, 1])
  })

  it('carries a Problem across threads whole', async () => {
    const error = await failure({ deed: 'problem' })
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({
      code: 'k_too_large',
      message: 'Choose a smaller k.',
      errors: [{ pointer: '/k', code: 'too_large', message: 'too large' }],
      extensions: { distinct: 3 }
    })
  })

  it.each(['throw', 'exit', 'throwLater', 'allocate'])('a task that does %s fails alone', async (deed) => {
    open({ workers: 2 })
    const { outcome: neighbour } = await underWay({ deed: 'deafQuery', ms: 300 })
    const error = await failure({ deed })
    expect(error).toMatchObject({ code: 'training_crashed' })
    expect(error.message).not.toMatch(/defect|late|code: 3/)
    expect(await neighbour).toEqual({ value: 'survived' })
    expect(await run({ deed: 'echo', value: 1 })).toBe(1)
  })

  it('says that memory was short when the heap was full, and goes on', async () => {
    open({ heapMegabytes: 32 })
    expect((await failure({ deed: 'fillHeap' })).message).toContain('memory')
    expect(await run({ deed: 'echo', value: 1 })).toBe(1)
  })

  it('says that memory was short when an array cannot be had', async () => {
    expect((await failure({ deed: 'allocate' })).message).toContain('memory')
  })

  it('keeps the cause of a crash for the log', async () => {
    expect((await failure({ deed: 'throw' })).cause).toMatchObject({ message: 'a defect' })
  })

  it('reports progress in order, not every step, and always the last', async () => {
    const seen: JobProgress[] = []
    await run({ deed: 'report' }, { onProgress: (progress) => seen.push(progress) })
    const fractions = seen.map((progress) => progress.fraction)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(fractions[0]).toBe(0)
    expect(fractions.at(-1)).toBe(1)
    expect(fractions.length).toBeLessThan(1000)
  })

  it('ends a computation on request', async () => {
    const abort = new AbortController()
    const { outcome } = await underWay({ deed: 'compute' }, { signal: abort.signal })
    abort.abort()
    expect(await outcome).toMatchObject({ error: { code: 'job_cancelled' } })
    expect(await run({ deed: 'echo', value: 1 })).toBe(1)
  })

  it('interrupts a query on request', async () => {
    const abort = new AbortController()
    const { outcome } = await underWay({ deed: 'query' }, { signal: abort.signal })
    abort.abort()
    expect(await outcome).toMatchObject({ error: { code: 'job_cancelled' } })
  })

  it('interrupts a DuckDB query, and the thread serves on', async () => {
    open({ entry: fixture('duckdb-worker.mjs') })
    const folder = await mkdtemp(join(tmpdir(), 'pool-'))
    for (let round = 0; round < 3; round++) {
      const abort = new AbortController()
      const { outcome } = await underWay({ folder }, { signal: abort.signal })
      abort.abort()
      expect(await outcome).toMatchObject({ error: { code: 'job_cancelled' } })
    }
    expect(logged).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('terminates a thread that does not end on request, and replaces it', async () => {
    open({ graceMs: 50 })
    const abort = new AbortController()
    const { outcome } = await underWay({ deed: 'spin' }, { signal: abort.signal })
    abort.abort()
    expect(await outcome).toMatchObject({ error: { code: 'job_cancelled' } })
    expect(await run({ deed: 'echo', value: 1 })).toBe(1)
  })

  it('never terminates a thread inside native code, however long that takes', async () => {
    open({ graceMs: 10 })
    const abort = new AbortController()
    const { outcome } = await underWay({ deed: 'deafQuery', ms: 400 }, { signal: abort.signal })
    abort.abort()
    // The thread came to the end of its task: a terminated one would have left no such cause.
    expect(await outcome).toMatchObject({
      error: { code: 'job_cancelled', cause: { message: 'the task ended in spite of the request to stop' } }
    })
  })

  it('does not start what is cancelled already', async () => {
    expect(await failure({ deed: 'spin' }, { signal: AbortSignal.abort() })).toMatchObject({ code: 'job_cancelled' })
  })

  it('a waiting task can be cancelled without touching the running one', async () => {
    const running = new AbortController()
    const waiting = new AbortController()
    const { outcome } = await underWay({ deed: 'compute' }, { signal: running.signal })
    const queued = failure({ deed: 'compute' }, { signal: waiting.signal })
    expect(pool.stats()).toEqual({ size: 1, busy: 1, queued: 1 })
    waiting.abort()
    expect(await queued).toMatchObject({ code: 'job_cancelled' })
    expect(pool.stats()).toEqual({ size: 1, busy: 1, queued: 0 })
    running.abort()
    await outcome
    expect(pool.stats()).toEqual({ size: 1, busy: 0, queued: 0 })
  })

  it('refuses more than may wait', async () => {
    open({ queueMax: 1 })
    const abort = new AbortController()
    const { outcome } = await underWay({ deed: 'compute' }, { signal: abort.signal })
    const queued = run({ deed: 'echo', value: 1 })
    expect(await failure({ deed: 'echo' })).toMatchObject({ code: 'queue_full', retryAfter: expect.any(Number) })
    abort.abort()
    await outcome
    expect(await queued).toBe(1)
  })

  it('runs as many tasks as it has threads, side by side', async () => {
    open({ workers: 2 })
    const aborts = [new AbortController(), new AbortController()]
    const started = await Promise.all(aborts.map(({ signal }) => underWay({ deed: 'compute' }, { signal })))
    expect(pool.stats()).toEqual({ size: 2, busy: 2, queued: 0 })
    for (const abort of aborts) abort.abort()
    await Promise.all(started.map(({ outcome }) => outcome))
  })

  it('fails each task, and does not hang, when its worker cannot be loaded', async () => {
    open({ entry: fixture('unloadable.mjs'), workers: 2 })
    for (let n = 0; n < 3; n++) expect(await failure({ deed: 'echo' })).toMatchObject({ code: 'training_crashed' })
    const both = await Promise.all([failure({ deed: 'echo' }), failure({ deed: 'echo' })])
    expect(both).toMatchObject([{ code: 'training_crashed' }, { code: 'training_crashed' }])
  })

  it('says what to do when its worker is not there', () => {
    expect(() => openPool({ workers: 1, entry: '/nonexistent.js' })).toThrow('npm run build')
  })

  it('ends what runs when it is closed, and takes nothing after', async () => {
    const { outcome } = await underWay({ deed: 'compute' })
    const waiting = failure({ deed: 'compute' })
    await pool.close()
    expect(await outcome).toMatchObject({ error: { code: 'job_cancelled' } })
    expect(await waiting).toMatchObject({ code: 'job_cancelled' })
    expect(await failure({ deed: 'echo' })).toMatchObject({ code: 'draining' })
  })
})
