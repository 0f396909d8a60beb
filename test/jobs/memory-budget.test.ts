import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget } from '../../src/jobs/budget.ts'
import { MemoryBudget } from '../../src/jobs/memory-budget.ts'

const MIB = 1024 * 1024
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('MemoryBudget', () => {
  it('check refuses what will never fit, with both figures', () => {
    const budget = new MemoryBudget(100 * MIB)
    expect(() => budget.check(100 * MIB)).not.toThrow()
    expect(() => budget.check(100 * MIB + 1)).toThrow('about 101 MiB and may take 100 MiB')
    expect(() => budget.check(Number.POSITIVE_INFINITY)).toThrow(/training/)
  })

  it('acquire refuses at once what will never fit', async () => {
    await expect(new MemoryBudget(10).acquire(11)).rejects.toMatchObject({
      code: 'training_too_large',
      extensions: { needed_bytes: 11, allowed_bytes: 10 }
    })
  })
})

describe('Budget', () => {
  it('acquire waits its turn and is not passed by smaller ones', async () => {
    const budget = new Budget(10)
    const order: string[] = []
    const take = (name: string, amount: number) =>
      budget.acquire(amount).then((release) => {
        order.push(name)
        return release
      })
    const first = await take('first', 6)
    const large = take('large', 8)
    const small = take('small', 1)
    await settled()
    expect(order).toEqual(['first'])
    first()
    await Promise.all([large, small])
    expect(order).toEqual(['first', 'large', 'small'])
    expect(budget.used).toBe(9)
  })

  it('acquire that is given up lets the next one in', async () => {
    const budget = new Budget(10)
    await budget.acquire(5)
    const abort = new AbortController()
    const large = budget.acquire(8, abort.signal)
    const small = budget.acquire(5)
    abort.abort()
    await expect(large).rejects.toMatchObject({ code: 'job_cancelled' })
    await small
    expect(budget.used).toBe(10)
  })

  it('acquire with an aborted signal takes nothing', async () => {
    const budget = new Budget(10)
    await expect(budget.acquire(1, AbortSignal.abort())).rejects.toMatchObject({ code: 'job_cancelled' })
    expect(budget.used).toBe(0)
  })

  it.each([11, -1, Number.NaN])('acquire refuses %d of 10', async (amount) => {
    await expect(new Budget(10).acquire(amount)).rejects.toThrow(RangeError)
  })

  it('never grants more than it has, and all of it comes back, in any order of events', async () => {
    const event = fc.record({ amount: fc.integer({ min: 0, max: 10 }), abort: fc.boolean(), release: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const budget = new Budget(10)
        const held: (() => void)[] = []
        const aborts: AbortController[] = []
        const claims = events.map(({ amount, abort, release }) => {
          const controller = new AbortController()
          const claim = budget.acquire(amount, controller.signal).then(
            (give) => void held.push(give),
            () => undefined
          )
          aborts.push(controller)
          if (abort) aborts[Math.floor(aborts.length / 2)]?.abort()
          if (release) held.shift()?.()
          expect(budget.used).toBeLessThanOrEqual(10)
          return claim
        })
        while (budget.used > 0 || budget.waiting > 0) {
          await settled()
          for (const give of held.splice(0)) {
            give()
            give()
          }
          expect(budget.used).toBeLessThanOrEqual(10)
        }
        await Promise.all(claims)
        expect(budget.used).toBe(0)
      })
    )
  })
})
