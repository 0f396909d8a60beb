import type { Tenant } from '../domain/tenant.ts'

/** Items wait in the order of their coming within a tenant, and the tenants take turns. */
export class FairQueue<Item> {
  /** The tenant whose turn is next comes first; tenants without items are absent. */
  private readonly lines = new Map<Tenant, Set<Item>>()
  private count = 0

  get size(): number {
    return this.count
  }

  /** Items of one tenant. */
  sizeOf(tenant: Tenant): number {
    return this.lines.get(tenant)?.size ?? 0
  }

  push(tenant: Tenant, item: Item): void {
    const line = this.lines.get(tenant) ?? new Set<Item>()
    this.lines.set(tenant, line)
    line.add(item)
    this.count += 1
  }

  /** The first item of the tenant whose turn it is; that tenant's next turn comes after all others'. */
  shift(): Item | undefined {
    for (const [tenant, line] of this.lines) {
      this.lines.delete(tenant)
      for (const item of line) {
        line.delete(item)
        this.count -= 1
        if (line.size > 0) this.lines.set(tenant, line)
        return item
      }
    }
    return undefined
  }

  /** @returns whether it was there */
  remove(tenant: Tenant, item: Item): boolean {
    const line = this.lines.get(tenant)
    if (!line?.delete(item)) return false
    this.count -= 1
    if (line.size === 0) this.lines.delete(tenant)
    return true
  }
}
