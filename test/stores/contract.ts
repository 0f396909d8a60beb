import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../src/domain/records/job.ts'
import { asTenant } from '../../src/domain/tenant.ts'
import type { Stores } from '../../src/stores/contract.ts'
import { queuedJob } from './records.ts'

export interface OpenedStores {
  stores: Stores
  /** Closes the store and opens it again over what it left behind; absent where nothing outlives the process. */
  reopen?: () => Promise<Stores>
  /** Closes what is open and clears what is left behind. */
  end: () => Promise<void>
}

const ANNA = asTenant('anna')
const BERT = asTenant('bert')
const NOON = '2026-01-01T12:00:00.000Z'
const ANSWER = { status: 201, headers: { location: '/models/mdl_1' }, body: '{"id":"mdl_1"}' }
const later = (milliseconds: number) => new Date(Date.parse(NOON) + milliseconds).toISOString()
const DAY_MS = 86_400_000

/** What every store promises, whatever it keeps its records in. */
export function storeContract(
  name: string,
  open: () => Promise<OpenedStores>,
  skip: { reason: string; tests: string[] }[] = []
): void {
  const test = (title: string, body: () => Promise<void>) => {
    const skipped = skip.find(({ tests }) => tests.includes(title))
    if (skipped === undefined) it(title, body)
    else it.skip(`${title} (${skipped.reason})`, body)
  }

  describe(`${name} store`, () => {
    let opened: OpenedStores
    let stores: Stores
    beforeEach(async () => {
      opened = await open()
      stores = opened.stores
    })
    afterEach(() => opened.end())
    const reopen = async () => {
      if (opened.reopen !== undefined) stores = await opened.reopen()
    }
    const idsOf = (records: readonly Job[]) => records.map((record) => record.id)

    describe('records', () => {
      test('get returns an equal, deeply frozen copy', async () => {
        const job = queuedJob(1, { request: { inner: { list: [1, 'two', null] } } })
        await stores.jobs.create(ANNA, job)
        const found = await stores.jobs.get(ANNA, job.id)
        expect(found).toEqual(job)
        expect(found).not.toBe(job)
        expect(Object.isFrozen(found)).toBe(true)
        const request = found?.request as typeof job.request & { inner: { list: unknown[] } }
        expect(Object.isFrozen(request.inner.list)).toBe(true)
      })

      test('a caller who changes its object afterwards changes nothing', async () => {
        const job = queuedJob(1, { request: { k: 4 } })
        await stores.jobs.create(ANNA, job)
        ;(job.request as { k: number }).k = 5
        expect((await stores.jobs.get(ANNA, job.id))?.request).toEqual({ k: 4 })
      })

      test('create refuses an id that exists and keeps the first record', async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        await expect(stores.jobs.create(ANNA, queuedJob(1, { attempts: 9 }))).rejects.toThrow('exists')
        expect((await stores.jobs.get(ANNA, queuedJob(1).id))?.attempts).toBe(0)
      })

      test('of many creates of one id exactly one succeeds', async () => {
        const tries = Array.from({ length: 8 }, (_, n) => stores.jobs.create(ANNA, queuedJob(1, { attempts: n })))
        const outcomes = await Promise.allSettled(tries)
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      })

      test('update sees the latest record, so that no change is lost', async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        const add = (job: Job) => ({ ...job, attempts: job.attempts + 1 })
        await Promise.all(Array.from({ length: 20 }, () => stores.jobs.update(ANNA, queuedJob(1).id, add)))
        expect((await stores.jobs.get(ANNA, queuedJob(1).id))?.attempts).toBe(20)
      })

      test('update of an absent record gives undefined and creates none', async () => {
        expect(await stores.jobs.update(ANNA, 'job_none', (job) => job)).toBeUndefined()
        expect(await stores.jobs.get(ANNA, 'job_none')).toBeUndefined()
      })

      test('update whose change throws rejects with that error and changes nothing', async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        const refuse = () => {
          throw new RangeError('no')
        }
        await expect(stores.jobs.update(ANNA, queuedJob(1).id, refuse)).rejects.toThrow(RangeError)
        expect(await stores.jobs.get(ANNA, queuedJob(1).id)).toEqual(queuedJob(1))
        if (stores.jobs.known !== undefined) {
          expect(stores.jobs.known(ANNA, queuedJob(1).id)).toEqual(queuedJob(1))
          expect(stores.jobs.known(BERT, queuedJob(1).id)).toBeUndefined()
        }
      })

      test('delete tells whether there was a record', async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        expect(await stores.jobs.delete(ANNA, queuedJob(1).id)).toBe(true)
        expect(await stores.jobs.delete(ANNA, queuedJob(1).id)).toBe(false)
        await reopen()
        expect(await stores.jobs.get(ANNA, queuedJob(1).id)).toBeUndefined()
      })

      test("another tenant's record is as one that never existed", async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        const { id } = queuedJob(1)
        expect(await stores.jobs.get(BERT, id)).toBeUndefined()
        expect(await stores.jobs.update(BERT, id, (job) => job)).toBeUndefined()
        expect(await stores.jobs.delete(BERT, id)).toBe(false)
        expect(await stores.jobs.list(BERT, { limit: 10 })).toEqual({ records: [], next: null })
        await stores.jobs.create(BERT, queuedJob(1, { attempts: 7 }))
        expect((await stores.jobs.get(ANNA, id))?.attempts).toBe(0)
      })

      test('the kinds are apart', async () => {
        await stores.jobs.create(ANNA, queuedJob(1))
        expect(await stores.datasets.get(ANNA, queuedJob(1).id)).toBeUndefined()
        expect(await stores.models.list(ANNA, { limit: 10 })).toEqual({ records: [], next: null })
      })
    })

    describe('list', () => {
      test('is newest first, and by id where times are equal', async () => {
        const at = queuedJob(5).created_at
        for (const n of [2, 9, 4]) await stores.jobs.create(ANNA, queuedJob(n))
        for (const n of [7, 6]) await stores.jobs.create(ANNA, queuedJob(n, { created_at: at }))
        // 9 is the youngest; 7 and 6 share the time of 5, which lies between 4 and 9: the greater id comes first.
        const expected = [9, 7, 6, 4, 2].map((n) => queuedJob(n).id)
        expect(idsOf((await stores.jobs.list(ANNA, { limit: 10 })).records)).toEqual(expected)
      })

      test('walked page by page gives every record once, for any page size', async () => {
        const made = Array.from({ length: 23 }, (_, n) => queuedJob(n))
        for (const job of made) await stores.jobs.create(ANNA, job)
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
            expect(idsOf(await walk(stores, limit))).toEqual(idsOf(made).reverse())
          }),
          { numRuns: 30 }
        )
      })

      test('a walk misses no record that stays, whatever is created and deleted meanwhile', async () => {
        for (let n = 0; n < 12; n++) await stores.jobs.create(ANNA, queuedJob(n))
        const walked = await walk(stores, 3, async (page) => {
          // The record that the next page starts after disappears, and a newer one comes.
          await stores.jobs.delete(ANNA, page.at(-1)!.id)
          await stores.jobs.create(ANNA, queuedJob(100 + page.length + Number(page.at(-1)!.id.slice(-2))))
        })
        expect(idsOf(walked)).toEqual(Array.from({ length: 12 }, (_, n) => queuedJob(11 - n).id))
      })

      test('takes the id of a record as the place to go on from', async () => {
        for (let n = 0; n < 3; n++) await stores.jobs.create(ANNA, queuedJob(n))
        const page = await stores.jobs.list(ANNA, { limit: 10, after: queuedJob(1).id })
        expect(idsOf(page.records)).toEqual([queuedJob(0).id])
      })

      test('refuses a place it does not know', async () => {
        await expect(stores.jobs.list(ANNA, { limit: 10, after: 'job_none' })).rejects.toMatchObject({
          code: 'invalid_cursor'
        })
      })
    })

    describe('champions', () => {
      test('the last one set speaks, for its tenant alone', async () => {
        expect(await stores.champions.get(ANNA)).toBeUndefined()
        await stores.champions.set(ANNA, 'mdl_1')
        await stores.champions.set(ANNA, 'mdl_2')
        expect(await stores.champions.get(ANNA)).toBe('mdl_2')
        // A store that has its records at hand says so at once, and the same.
        if (stores.champions.known !== undefined) {
          expect(stores.champions.known(ANNA)).toBe('mdl_2')
          expect(stores.champions.known(BERT)).toBeUndefined()
        }
        expect(await stores.champions.get(BERT)).toBeUndefined()
      })
    })

    describe('idempotency', () => {
      test('of many claims of one key exactly one is granted', async () => {
        const claims = await Promise.all(Array.from({ length: 20 }, () => stores.idempotency.claim(ANNA, 'key', NOON)))
        expect(claims.filter((entry) => entry === undefined)).toHaveLength(1)
        expect(claims.filter((entry) => entry?.state === 'running')).toHaveLength(19)
      })

      test('a noted request is seen by the next claim', async () => {
        await stores.idempotency.claim(ANNA, 'key', NOON)
        await stores.idempotency.note(ANNA, 'key', { fingerprint: 'f', job_id: 'job_1' })
        expect(await stores.idempotency.claim(ANNA, 'key', NOON)).toEqual({
          state: 'running',
          fingerprint: 'f',
          job_id: 'job_1',
          created_at: NOON
        })
      })

      test('a finished request gives its answer again', async () => {
        await stores.idempotency.claim(ANNA, 'key', NOON)
        await stores.idempotency.finish(ANNA, 'key', 'f', ANSWER)
        const expected = { state: 'done', fingerprint: 'f', answer: ANSWER, created_at: NOON }
        expect(await stores.idempotency.claim(ANNA, 'key', later(1))).toEqual(expected)
        await reopen()
        expect(await stores.idempotency.claim(ANNA, 'key', later(2))).toEqual(expected)
      })

      test('a released key can be claimed again', async () => {
        await stores.idempotency.claim(ANNA, 'key', NOON)
        await stores.idempotency.release(ANNA, 'key')
        expect(await stores.idempotency.claim(ANNA, 'key', NOON)).toBeUndefined()
      })

      test('a key is free again 24 hours after its claim, not before', async () => {
        await stores.idempotency.claim(ANNA, 'key', NOON)
        await stores.idempotency.finish(ANNA, 'key', 'f', ANSWER)
        expect((await stores.idempotency.claim(ANNA, 'key', later(DAY_MS - 1)))?.state).toBe('done')
        expect(await stores.idempotency.claim(ANNA, 'key', later(DAY_MS))).toBeUndefined()
      })

      test('keys of another tenant and other keys are independent', async () => {
        await stores.idempotency.claim(ANNA, 'POST /models key', NOON)
        expect(await stores.idempotency.claim(BERT, 'POST /models key', NOON)).toBeUndefined()
        expect(await stores.idempotency.claim(ANNA, 'POST /datasets key', NOON)).toBeUndefined()
      })

      test('takes any text as a key', async () => {
        for (const key of ['', '../../etc/passwd', 'a\u0000b', '\ud800', 'é'.repeat(255), 'x y/z']) {
          expect(await stores.idempotency.claim(ANNA, key, NOON)).toBeUndefined()
          expect(await stores.idempotency.claim(ANNA, key, NOON)).toBeDefined()
        }
      })
    })

    describe('the whole', () => {
      test('tenants names each tenant with a record, once', async () => {
        expect(await stores.tenants()).toEqual([])
        await stores.jobs.create(ANNA, queuedJob(1))
        await stores.champions.set(ANNA, 'mdl_1')
        await stores.champions.set(BERT, 'mdl_1')
        expect([...(await stores.tenants())].sort()).toEqual(['anna', 'bert'])
      })

      test('ping resolves while open', async () => {
        await expect(stores.ping()).resolves.toBeUndefined()
      })

      test('everything acknowledged is there after a restart', async () => {
        for (let n = 0; n < 5; n++) await stores.jobs.create(ANNA, queuedJob(n))
        await stores.jobs.update(ANNA, queuedJob(3).id, (job) => ({ ...job, status: 'running', attempts: 1 }))
        await stores.jobs.delete(ANNA, queuedJob(4).id)
        await stores.champions.set(BERT, 'mdl_7')
        const before = await stores.jobs.list(ANNA, { limit: 10 })
        await reopen()
        expect(await stores.jobs.list(ANNA, { limit: 10 })).toEqual(before)
        expect(await stores.champions.get(BERT)).toBe('mdl_7')
      })
    })
  })

  async function walk(stores: Stores, limit: number, afterPage?: (page: readonly Job[]) => Promise<void>) {
    const walked: Job[] = []
    let after: string | undefined
    for (;;) {
      const { records, next } = await stores.jobs.list(ANNA, { limit, after })
      walked.push(...records)
      if (next === null) return walked
      await afterPage?.(records)
      after = next
    }
  }
}
