import { afterEach, describe, expect, it } from 'vitest'
import type { JobEvent } from '../../src/domain/records/job.ts'
import { Problem } from '../../src/errors.ts'
import { ANNA, BERT, type Harness, openHarness } from './harness.ts'

let harness: Harness
afterEach(() => harness.end())

/** A caller who stays. */
const staying = () => new AbortController().signal
async function all(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const seen = []
  for await (const event of events) seen.push(event)
  return seen
}
const report = (fraction: number) => ({ stage: 'clustering', fraction, message: `${fraction}` })
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: Problem) => error.code
  )

describe('submit', () => {
  it('stores the job before it answers, then runs it to its end', async () => {
    harness = await openHarness()
    const { board, stores } = harness
    const job = await harness.submit()
    expect((await stores.jobs.get(ANNA, job.id))?.status).toBe('queued')
    ;(await harness.begins(job)).succeed()
    const ended = await board.wait(ANNA, job.id, 10_000)
    expect(ended).toMatchObject({
      status: 'succeeded',
      attempts: 1,
      result: { type: 'model', id: `mdl_of_${job.id}` },
      error: null,
      progress: { fraction: 1 }
    })
    expect(await stores.jobs.get(ANNA, job.id)).toEqual(ended)
    expect(ended.created_at < ended.started_at! && ended.started_at! < ended.finished_at!).toBe(true)
  })

  it('refuses one too many before it stores anything', async () => {
    harness = await openHarness({ queueMax: 2 })
    const running = await harness.submit()
    await harness.begins(running)
    await harness.submit()
    await harness.submit()
    const refused = harness.newJob()
    await expect(harness.board.submit(ANNA, refused)).rejects.toMatchObject({
      code: 'queue_full',
      retryAfter: expect.any(Number)
    })
    expect(await harness.stores.jobs.get(ANNA, refused.id)).toBeUndefined()
    expect(harness.board.stats().train).toEqual({ running: 1, queued: 2 })
  })

  it('of many at the same time takes one to run and as many as may wait', async () => {
    harness = await openHarness({ queueMax: 3 })
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(harness.submit())))
    expect(codes.filter((code) => code === 'none')).toHaveLength(4)
    expect(codes.filter((code) => code === 'queue_full')).toHaveLength(6)
  })

  it("takes one tenant's job while another tenant's queue is full", async () => {
    harness = await openHarness({ queueMax: 1 })
    await harness.begins(await harness.submit(ANNA))
    await harness.submit(ANNA)
    expect(await codeOf(harness.submit(ANNA))).toBe('queue_full')
    expect(await codeOf(harness.submit(BERT))).toBe('none')
  })

  it('keeps no place for a job that could not be stored', async () => {
    harness = await openHarness({ queueMax: 1 })
    harness.fs.failAt(1, 'ENOSPC')
    expect(await codeOf(harness.submit())).toBe('storage_full')
    const running = await harness.submit()
    await harness.begins(running)
    expect(await codeOf(harness.submit())).toBe('none')
    expect(await codeOf(harness.submit())).toBe('queue_full')
  })

  it('runs jobs of one tenant in order, and tenants in turn', async () => {
    harness = await openHarness({ queueMax: 10 })
    const order: string[] = []
    const submitted = []
    for (const tenant of [ANNA, ANNA, ANNA, ANNA, BERT, BERT]) submitted.push(await harness.submit(tenant))
    for (const _job of submitted) {
      const next = await harness.until(() => harness.begun[0])
      order.push(next.job.id)
      next.succeed()
      await harness.board.wait(next.tenant, next.job.id, 10_000)
    }
    // Anna's first begins at once; then the turns go Anna, Bert, Anna, Bert, and Anna has the rest.
    expect(order).toEqual(['job_1', 'job_2', 'job_5', 'job_3', 'job_6', 'job_4'])
  })

  it('runs as many of a kind as its limit says, each kind for itself', async () => {
    harness = await openHarness({ limits: { ingest: 1, fetch: 1, train: 2, assign: 1, profile: 1 } })
    for (let n = 0; n < 3; n++) await harness.submit(ANNA, 'train')
    for (let n = 0; n < 2; n++) await harness.submit(ANNA, 'ingest')
    await harness.until(() => harness.begun.length === 3)
    expect(harness.board.stats()).toEqual({
      train: { running: 2, queued: 1 },
      ingest: { running: 1, queued: 1 },
      assign: { running: 0, queued: 0 },
      profile: { running: 0, queued: 0 },
      fetch: { running: 0, queued: 0 }
    })
  })
})

describe('a job that fails', () => {
  it('keeps the problem that its work threw', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    ;(await harness.begins(job)).fail(new Problem('k_too_large', 'Choose k of at most 3.'))
    expect(await harness.board.wait(ANNA, job.id, 10_000)).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: 'k_too_large', status: 422, detail: 'Choose k of at most 3.', type: '/problems/k_too_large' }
    })
    expect(harness.logged).toEqual([])
  })

  it.each([
    ['train', 'training_crashed'],
    ['ingest', 'internal_error'],
    ['assign', 'assignment_crashed'],
    ['profile', 'profile_crashed']
  ] as const)('tells nothing of a defect in %s but logs it', async (kind, code) => {
    harness = await openHarness()
    const job = await harness.submit(ANNA, kind)
    ;(await harness.begins(job)).fail(new TypeError('secret /data/path'))
    const { error } = await harness.board.wait(ANNA, job.id, 10_000)
    expect(error).toMatchObject({ code, status: 500 })
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(harness.logged).toEqual(['a job failed'])
  })

  it('ends with job_timeout when it runs too long', async () => {
    harness = await openHarness({ timeoutMs: 30 })
    const job = await harness.submit()
    expect(await harness.board.wait(ANNA, job.id, 10_000)).toMatchObject({
      status: 'failed',
      error: { code: 'job_timeout', status: 503 }
    })
  })

  it('gives its place to the next one', async () => {
    harness = await openHarness()
    const first = await harness.submit()
    const second = await harness.submit()
    ;(await harness.begins(first)).fail(new Error('x'))
    ;(await harness.begins(second)).succeed()
    expect((await harness.board.wait(ANNA, second.id, 10_000)).status).toBe('succeeded')
  })

  it('fails, and its work does not begin, when its beginning cannot be stored', async () => {
    harness = await openHarness()
    const first = await harness.submit()
    const second = await harness.submit()
    const running = await harness.begins(first)
    running.fail(new Error('x'))
    await harness.board.wait(ANNA, first.id, 10_000)
    harness.fs.failAt(1, 'ENOSPC')
    expect((await harness.board.wait(ANNA, second.id, 10_000)).error?.code).toBe('storage_full')
    expect(harness.begun).toEqual([])
  })
})

describe('cancel', () => {
  it('ends a waiting job at once, and it never runs', async () => {
    harness = await openHarness()
    const running = await harness.submit()
    const waiting = await harness.submit()
    expect(await harness.board.cancel(ANNA, waiting.id)).toMatchObject({
      status: 'cancelled',
      attempts: 0,
      error: null
    })
    ;(await harness.begins(running)).succeed()
    await harness.board.wait(ANNA, running.id, 10_000)
    expect(harness.begun).toEqual([])
    expect((await harness.stores.jobs.get(ANNA, waiting.id))?.status).toBe('cancelled')
  })

  it('asks a running job to end and answers once it has', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    expect(await harness.board.cancel(ANNA, job.id)).toMatchObject({ status: 'cancelled' })
    expect(begun.reason()).toBe('cancelled')
    expect(harness.begun).toEqual([])
  })

  it('twice, also at the same time, gives the same answer', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    await harness.begins(job)
    const [first, second] = await Promise.all([harness.board.cancel(ANNA, job.id), harness.board.cancel(ANNA, job.id)])
    expect(second).toEqual(first)
    expect(await harness.board.cancel(ANNA, job.id)).toEqual(first)
  })

  it('refuses a job that has ended, and one that does not exist for this tenant', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    ;(await harness.begins(job)).succeed()
    await harness.board.wait(ANNA, job.id, 10_000)
    expect(await codeOf(harness.board.cancel(ANNA, job.id))).toBe('job_finished')
    expect(await codeOf(harness.board.cancel(BERT, job.id))).toBe('job_not_found')
    await harness.crashAndStart()
    expect(await codeOf(harness.board.cancel(ANNA, job.id))).toBe('job_finished')
  })

  it('of a job whose work is done all the same says so', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    begun.succeed()
    expect(await codeOf(harness.board.cancel(ANNA, job.id))).toBe('job_finished')
    expect((await harness.board.wait(ANNA, job.id, 0)).status).toBe('succeeded')
  })

  it('does not answer for what could not be stored', async () => {
    harness = await openHarness()
    await harness.begins(await harness.submit())
    const waiting = await harness.submit()
    // Each write tries to make its file first: the board's note of the end fails, then the answer's own.
    harness.fs.failAlways('ENOSPC')
    expect(await codeOf(harness.board.cancel(ANNA, waiting.id))).toBe('storage_full')
    harness.fs.failAt(0, 'ENOSPC')
    expect((await harness.board.cancel(ANNA, waiting.id)).status).toBe('cancelled')
    expect((await harness.stores.jobs.get(ANNA, waiting.id))?.status).toBe('cancelled')
  })
})

describe('wait', () => {
  it('answers with the job as it is when the time is over or the caller leaves', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    await harness.begins(job)
    expect((await harness.board.wait(ANNA, job.id, 0)).status).toBe('running')
    expect((await harness.board.wait(ANNA, job.id, 20)).status).toBe('running')
    expect((await harness.board.wait(ANNA, job.id, 60_000, AbortSignal.timeout(20))).status).toBe('running')
    expect((await harness.board.wait(ANNA, job.id, 60_000, AbortSignal.abort())).status).toBe('running')
  })

  it('refuses what does not exist for this tenant', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    expect(await codeOf(harness.board.wait(BERT, job.id, 10))).toBe('job_not_found')
    expect(await codeOf(harness.board.wait(ANNA, 'job_none', 10))).toBe('job_not_found')
  })
})

describe('progress', () => {
  it('is seen at once, never falls and stays within 0 and 1', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    const seen = []
    for (const fraction of [0.2, 0.1, Number.NaN, 0.6, -1, 7]) {
      begun.progress(report(fraction))
      seen.push((await harness.board.wait(ANNA, job.id, 0)).progress.fraction)
    }
    expect(seen).toEqual([0.2, 0.2, 0.2, 0.6, 0.6, 1])
    expect(harness.board.latest(ANNA, job).progress.message).toBe('7')
    expect(harness.board.latest(BERT, job)).toBe(job)
  })

  it('after the end changes nothing', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    await harness.board.cancel(ANNA, job.id)
    const ended = await harness.board.wait(ANNA, job.id, 0)
    begun.progress(report(0.9))
    expect(await harness.board.wait(ANNA, job.id, 0)).toBe(ended)
  })
})

describe('follow', () => {
  it('gives what happens, in order, and ends with the end', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const following = all(harness.board.follow(ANNA, job.id, 0, staying()))
    const begun = await harness.begins(job)
    begun.progress(report(0.5))
    begun.succeed()
    const events = await following
    expect(events.map(({ type, job: { status, progress } }) => [type, status, progress.fraction])).toEqual([
      ['progress', 'queued', 0],
      ['progress', 'running', 0],
      ['progress', 'running', 0.5],
      ['done', 'succeeded', 1]
    ])
    const ids = events.map((event) => event.id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
    // Who comes again goes on after the event seen last; the end is told in any case.
    expect(await all(harness.board.follow(ANNA, job.id, ids[1]!, staying()))).toEqual(events.slice(2))
    expect(await all(harness.board.follow(ANNA, job.id, ids[3]!, staying()))).toEqual(events.slice(3))
    expect(await all(harness.board.follow(ANNA, job.id, Number.MAX_SAFE_INTEGER, staying()))).toEqual(events.slice(3))
  })

  it('of a job that ended before the restart gives the same last event', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const following = all(harness.board.follow(ANNA, job.id, 0, staying()))
    ;(await harness.begins(job)).fail(new Problem('degenerate_data', 'x'))
    const last = (await following).at(-1)
    expect(last?.type).toBe('failed')
    await harness.crashAndStart()
    expect(await all(harness.board.follow(ANNA, job.id, 0, staying()))).toEqual([last])
  })

  it('goes on rising over a restart', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const leave = new AbortController()
    const before: JobEvent[] = []
    const following = (async () => {
      for await (const event of harness.board.follow(ANNA, job.id, 0, leave.signal)) before.push(event)
    })()
    ;(await harness.begins(job)).progress(report(0.9))
    await harness.until(() => before.length === 3)
    leave.abort()
    await following
    await harness.crashAndStart()
    const after = all(harness.board.follow(ANNA, job.id, before.at(-1)!.id, staying()))
    ;(await harness.begins(job)).succeed()
    const types = (await after).map(({ type, job: { attempts } }) => [type, attempts])
    // The second attempt's beginning is news to the one who saw the first attempt.
    expect(types).toEqual([
      ['progress', 2],
      ['done', 2]
    ])
  })

  it('keeps a bounded number of events for late comers', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    for (let n = 0; n < 5000; n++) begun.progress(report(n / 5000))
    begun.succeed()
    await harness.board.wait(ANNA, job.id, 10_000)
    const events = await all(harness.board.follow(ANNA, job.id, 0, staying()))
    expect(events.length).toBeLessThan(300)
    expect(events.at(-1)?.type).toBe('done')
  })

  it('ends without the end when the caller leaves, and refuses what does not exist for this tenant', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const leave = new AbortController()
    const following = all(harness.board.follow(ANNA, job.id, 0, leave.signal))
    await harness.begins(job)
    leave.abort()
    expect((await following).every((event) => event.type === 'progress')).toBe(true)
    expect(await codeOf(all(harness.board.follow(BERT, job.id, 0, staying())))).toBe('job_not_found')
  })

  it('gives the end of a job that has long been forgotten', async () => {
    harness = await openHarness({ queueMax: 1000 })
    const first = await harness.submit()
    ;(await harness.begins(first)).succeed()
    for (let n = 0; n < 205; n++) {
      const job = await harness.submit()
      ;(await harness.begins(job)).succeed()
      await harness.board.wait(ANNA, job.id, 10_000)
    }
    expect((await all(harness.board.follow(ANNA, first.id, 0, staying()))).map(({ type }) => type)).toEqual(['done'])
    expect((await harness.board.wait(ANNA, first.id, 0)).status).toBe('succeeded')
  })
})

describe('drain', () => {
  it('lets running jobs end, starts none, and takes none', async () => {
    harness = await openHarness()
    const running = await harness.submit()
    const waiting = await harness.submit()
    const begun = await harness.begins(running)
    const drained = harness.board.drain(60_000)
    expect(await codeOf(harness.submit())).toBe('draining')
    begun.succeed()
    await drained
    expect((await harness.stores.jobs.get(ANNA, running.id))?.status).toBe('succeeded')
    expect((await harness.stores.jobs.get(ANNA, waiting.id))?.status).toBe('queued')
    expect(harness.begun).toEqual([])
  })

  it('leaves what does not end in time for the next start, and lets go of those who wait and follow', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    const begun = await harness.begins(job)
    const waiting = harness.board.wait(ANNA, job.id, 60_000)
    const following = all(harness.board.follow(ANNA, job.id, 0, staying()))
    await harness.board.drain(10)
    expect(begun.reason()).toBe('draining')
    expect((await waiting).status).toBe('running')
    expect((await following).every((event) => event.type === 'progress')).toBe(true)
    expect((await harness.stores.jobs.get(ANNA, job.id))?.status).toBe('queued')
    expect(await harness.crashAndStart()).toBe(1)
    ;(await harness.begins(job)).succeed()
    expect(await harness.board.wait(ANNA, job.id, 10_000)).toMatchObject({ status: 'succeeded', attempts: 2 })
  })

  it('a job left over can still be cancelled', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    await harness.begins(job)
    await harness.board.drain(0)
    expect((await harness.board.cancel(ANNA, job.id)).status).toBe('cancelled')
    expect(await harness.crashAndStart()).toBe(0)
  })
})

describe('resume', () => {
  it('runs again what was left, oldest first, more than the queue would take', async () => {
    harness = await openHarness({ queueMax: 3 })
    const submitted = []
    for (let n = 0; n < 4; n++) submitted.push(await harness.submit())
    await harness.begins(submitted[0]!)
    expect(await harness.crashAndStart()).toBe(4)
    const order = []
    for (const _job of submitted) {
      const next = await harness.until(() => harness.begun[0])
      order.push(next.job.id)
      expect(next.job.request).toEqual({ number: Number(next.job.id.slice(4)) })
      next.succeed()
      await harness.board.wait(ANNA, next.job.id, 10_000)
    }
    expect(order).toEqual(submitted.map((job) => job.id))
  })

  it('gives up a job that was begun three times and never ended', async () => {
    harness = await openHarness()
    const job = await harness.submit()
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await harness.begins(job)).job.attempts).toBe(attempt)
      expect(await harness.crashAndStart()).toBe(attempt < 3 ? 1 : 0)
    }
    expect(await harness.board.wait(ANNA, job.id, 0)).toMatchObject({
      status: 'failed',
      attempts: 3,
      error: { code: 'job_interrupted', status: 500 }
    })
  })
})
