import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isFinished, type Job, type JobEvent } from '../../src/domain/records/job.ts'
import type { Tenant } from '../../src/domain/tenant.ts'
import type { JobKind } from '../../src/domain/vocabulary.ts'
import { Problem } from '../../src/errors.ts'
import { ANNA, BERT, type Begun, type Harness, openHarness } from './harness.ts'

const LIMITS = { ingest: 1, fetch: 1, train: 2, assign: 1, profile: 1 }
const QUEUE_MAX = 2
const MOST_ATTEMPTS = 3

type End = 'succeeded' | 'failed' | 'cancelled'

/** What must be true of an acknowledged job. */
interface Expected {
  tenant: Tenant
  kind: JobKind
  attempts: number
  end: End | null
}

/** What a caller saw who has followed the job from its submission on, over restarts. */
interface Story {
  events: JobEvent[]
  told: Promise<void>
}

class World {
  readonly jobs = new Map<string, Expected>()
  readonly stories = new Map<string, Story>()

  constructor(readonly harness: Harness) {}

  open(kind: JobKind): string[] {
    return [...this.jobs].filter(([, job]) => job.kind === kind && job.end === null).map(([id]) => id)
  }

  pick<Item>(items: readonly Item[], n: number): Item | undefined {
    return items[n % Math.max(1, items.length)]
  }

  follow(id: string): void {
    const story = this.stories.get(id) ?? { events: [], told: Promise.resolve() }
    const { tenant } = this.jobs.get(id)!
    const events = this.harness.board.follow(tenant, id, story.events.at(-1)?.id ?? 0, new AbortController().signal)
    const listen = async () => {
      for await (const event of events) story.events.push(event)
    }
    this.stories.set(id, { events: story.events, told: story.told.then(listen) })
  }

  /** Until every free place is taken by a job that waits. */
  async rest(): Promise<void> {
    for (const kind of ['ingest', 'train'] as const) {
      const running = Math.min(LIMITS[kind], this.open(kind).length)
      await this.harness.until(() => this.harness.begun.filter(({ job }) => job.kind === kind).length === running)
    }
    for (const { job } of this.harness.begun) this.jobs.get(job.id)!.attempts = job.attempts
  }

  async ended(id: string, end: End): Promise<void> {
    const job = this.jobs.get(id)!
    job.end = end
    expect((await this.harness.board.wait(job.tenant, id, 10_000)).status).toBe(end)
    await this.stories.get(id)!.told
  }

  /** The store tells of every job what it must be, and nothing else. */
  async check(): Promise<void> {
    await this.rest()
    const stored = new Map<string, Job>()
    for (const tenant of [ANNA, BERT]) {
      const { records } = await this.harness.stores.jobs.list(tenant, { limit: 1000 })
      for (const job of records) stored.set(job.id, job)
    }
    expect([...stored.keys()].sort()).toEqual([...this.jobs.keys()].sort())
    for (const [id, { end, attempts }] of this.jobs) {
      const job = stored.get(id)!
      const running = this.harness.begun.some((begun) => begun.job.id === id)
      if (end !== null) expect(job.status).toBe(end)
      else if (running) expect(job.status).toBe('running')
      else expect(isFinished(job)).toBe(false)
      expect(job.attempts).toBe(attempts)
      expect(job.result !== null).toBe(end === 'succeeded')
      expect(job.error !== null).toBe(end === 'failed')
      this.checkStory(this.stories.get(id)!.events, end)
    }
  }

  private checkStory(events: readonly JobEvent[], end: End | null): void {
    const ids = events.map((event) => event.id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
    const last = events.findIndex((event) => event.type !== 'progress')
    expect(last).toBe(end === null ? -1 : events.length - 1)
    if (end !== null) expect(events[last]!.type).toBe(end === 'succeeded' ? 'done' : end)
  }
}

type Command = fc.AsyncCommand<Record<string, never>, World>
const command = (name: string, run: (world: World) => Promise<void>): Command => ({
  check: () => true,
  async run(_model, world) {
    await run(world)
    await world.check()
  },
  toString: () => name
})

const submit = (tenant: Tenant, kind: JobKind) =>
  command(`submit(${tenant}, ${kind})`, async (world) => {
    const job = world.harness.newJob(kind)
    const open = world.open(kind)
    const waiting = open.filter(
      (id) => world.jobs.get(id)!.tenant === tenant && !world.harness.begun.some((begun) => begun.job.id === id)
    )
    const full = open.length >= LIMITS[kind] && waiting.length >= QUEUE_MAX
    const submitted = world.harness.board.submit(tenant, job)
    if (full) return expect(submitted).rejects.toMatchObject({ code: 'queue_full' })
    await submitted
    world.jobs.set(job.id, { tenant, kind, attempts: 0, end: null })
    world.follow(job.id)
  })

const onRunning = (name: string, n: number, end: End, act: (begun: Begun) => void) =>
  command(`${name}(${n})`, async (world) => {
    const begun = world.pick(world.harness.begun, n)
    if (begun === undefined) return
    act(begun)
    await world.ended(begun.job.id, end)
  })

const cancel = (n: number) =>
  command(`cancel(${n})`, async (world) => {
    const picked = world.pick([...world.jobs], n)
    if (picked === undefined) return
    const [id, { tenant, end }] = picked
    const cancelled = world.harness.board.cancel(tenant, id)
    if (end === 'succeeded' || end === 'failed') {
      return expect(cancelled).rejects.toMatchObject({ code: 'job_finished' })
    }
    expect((await cancelled).status).toBe('cancelled')
    await world.ended(id, 'cancelled')
  })

const report = (n: number, fraction: number) =>
  command(`report(${n}, ${fraction})`, async (world) => {
    const begun = world.pick(world.harness.begun, n)
    if (begun === undefined) return
    const before = (await world.harness.board.wait(begun.tenant, begun.job.id, 0)).progress.fraction
    begun.progress({ stage: 'working', fraction, message: '' })
    const after = (await world.harness.board.wait(begun.tenant, begun.job.id, 0)).progress.fraction
    expect(after).toBe(Math.max(before, fraction))
  })

/** The process is gone; callers come back and follow on from the last event they saw. */
const restart = (gently: boolean) =>
  command(gently ? 'drain and start' : 'crash and start', async (world) => {
    const running = world.harness.begun.map(({ job }) => job)
    if (gently) await world.harness.board.drain(0)
    else for (const story of world.stories.values()) story.told = Promise.resolve()
    // A drain puts its jobs back in the queue: only a crash is held against them.
    const givenUp = gently ? [] : running.filter((job) => job.attempts >= MOST_ATTEMPTS)
    for (const { id } of givenUp) world.jobs.get(id)!.end = 'failed'
    const open = [...world.jobs.values()].filter((job) => job.end === null)
    expect(await world.harness.crashAndStart()).toBe(open.length)
    for (const [id, job] of world.jobs) if (job.end === null) world.follow(id)
    for (const { id } of givenUp) {
      world.follow(id)
      await world.stories.get(id)!.told
    }
  })

it('the board ends every acknowledged job once, and tells so once, whatever happens in any order', async () => {
  const commands = fc.commands(
    [
      fc.tuple(fc.constantFrom(ANNA, BERT), fc.constantFrom<JobKind>('ingest', 'train')).map((args) => submit(...args)),
      fc.nat(20).map((n) => onRunning('succeed', n, 'succeeded', (begun) => begun.succeed())),
      fc.nat(20).map((n) => onRunning('fail', n, 'failed', (begun) => begun.fail(new Problem('no_rows', 'x')))),
      fc.nat(20).map((n) => onRunning('break', n, 'failed', (begun) => begun.fail(new TypeError('x')))),
      fc.nat(20).map(cancel),
      fc.tuple(fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true })).map((args) => report(...args)),
      fc.boolean().map(restart)
    ],
    { maxCommands: 40, size: '+1' }
  )
  await fc.assert(
    fc.asyncProperty(commands, async (chosen) => {
      const world = new World(await openHarness({ limits: LIMITS, queueMax: QUEUE_MAX }))
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: world }), chosen)
        // Whatever is still open can be brought to its end.
        for (let begun = world.harness.begun[0]; begun !== undefined; begun = world.harness.begun[0]) {
          begun.succeed()
          await world.ended(begun.job.id, 'succeeded')
          await world.check()
        }
        expect([...world.jobs.values()].filter((job) => job.end === null)).toEqual([])
      } finally {
        await world.harness.end()
      }
    }),
    { numRuns: 25 }
  )
}, 180_000)
