import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asTenant } from '../../src/domain/tenant.ts'
import { FairQueue } from '../../src/jobs/fair-queue.ts'

const TENANTS = ['a', 'b', 'c', 'd'].map(asTenant)

describe('FairQueue', () => {
  it('gives each item once, in its tenant’s order, for any order of pushes and removals', () => {
    const push = fc.record({ tenant: fc.constantFrom(...TENANTS), removed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(push), (pushes) => {
        const queue = new FairQueue<{ tenant: string; n: number }>()
        const items = pushes.map(({ tenant }, n) => ({ tenant, n }))
        for (const item of items) queue.push(asTenant(item.tenant), item)
        const kept = items.filter((item, n) => {
          if (!pushes[n]!.removed) return true
          expect(queue.remove(asTenant(item.tenant), item)).toBe(true)
          expect(queue.remove(asTenant(item.tenant), item)).toBe(false)
          return false
        })
        expect(queue.size).toBe(kept.length)
        const out = []
        for (let item = queue.shift(); item; item = queue.shift()) out.push(item)
        for (const tenant of TENANTS) {
          const mine = (item: { tenant: string }) => item.tenant === tenant
          expect(out.filter(mine)).toEqual(kept.filter(mine))
          expect(queue.sizeOf(tenant)).toBe(0)
        }
      })
    )
  })

  it('lets a tenant wait for at most one item of each other tenant', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TENANTS), { minLength: 1 }), (tenants) => {
        const queue = new FairQueue<string>()
        for (const tenant of tenants) queue.push(tenant, tenant)
        const waited = new Map<string, Set<string>>()
        for (let turn = queue.shift(); turn; turn = queue.shift()) {
          waited.set(turn, new Set())
          for (const [tenant, others] of waited) {
            if (tenant === turn || queue.sizeOf(asTenant(tenant)) === 0) continue
            expect(others.has(turn), `${turn} had two turns while ${tenant} waited`).toBe(false)
            others.add(turn)
          }
        }
      })
    )
  })
})
