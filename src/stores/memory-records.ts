import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import type { Page, RecordStore } from './contract.ts'
import { deepFreeze } from './freeze.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { RecordFiles, RecordKind } from './record-files.ts'

interface Identified {
  id: string
  created_at: string
}

/** The records of one tenant: by id, and their places in the order of creation. */
interface Shelf<Rec> {
  byId: Map<string, Rec>
  /** Ascending: a new record nearly always goes to the end. */
  order: string[]
}

/**
 * Records of one kind in memory, each also in a file. Memory follows the disk: it shows a change once that is durable.
 * What memory holds is read back from the written text, so a restart changes nothing about a record.
 */
export class MemoryRecords<Rec extends Identified> implements RecordStore<Rec> {
  private readonly shelves = new Map<Tenant, Shelf<Rec>>()
  private readonly writing = new KeyedMutex()

  constructor(
    private readonly kind: RecordKind,
    private readonly files: RecordFiles
  ) {}

  /** Takes in a record found on the disk. */
  restore(tenant: Tenant, id: string, record: Rec): void {
    if (record.id !== id) throw new Error('the record has another id than its file')
    this.put(tenant, deepFreeze(record))
  }

  async get(tenant: Tenant, id: string): Promise<Rec | undefined> {
    return this.known(tenant, id)
  }

  known(tenant: Tenant, id: string): Rec | undefined {
    return this.shelves.get(tenant)?.byId.get(id)
  }

  async create(tenant: Tenant, record: Rec): Promise<void> {
    const body = JSON.stringify(record)
    const { id } = record
    await this.writing.run(`${tenant}/${id}`, async () => {
      if (this.shelves.get(tenant)?.byId.has(id)) throw new Error(`${this.kind}: ${id} exists already`)
      try {
        await this.files.write(tenant, this.kind, id, body)
      } catch (error) {
        // A record that was refused must not turn up after a restart.
        await this.files.remove(tenant, this.kind, id).catch(() => undefined)
        throw error
      }
      this.put(tenant, deepFreeze(JSON.parse(body)))
    })
  }

  async update(tenant: Tenant, id: string, change: (record: Rec) => Rec): Promise<Rec | undefined> {
    return this.writing.run(`${tenant}/${id}`, async () => {
      const before = this.shelves.get(tenant)?.byId.get(id)
      if (before === undefined) return undefined
      const body = JSON.stringify(change(before))
      const after: Rec = deepFreeze(JSON.parse(body))
      if (after.id !== id || after.created_at !== before.created_at) {
        throw new Error(`${this.kind}: an update may not change id or created_at`)
      }
      await this.files.write(tenant, this.kind, id, body)
      this.put(tenant, after)
      return after
    })
  }

  async delete(tenant: Tenant, id: string): Promise<boolean> {
    return this.writing.run(`${tenant}/${id}`, async () => {
      const shelf = this.shelves.get(tenant)
      const record = shelf?.byId.get(id)
      if (shelf === undefined || record === undefined) return false
      await this.files.remove(tenant, this.kind, id)
      shelf.byId.delete(id)
      shelf.order.splice(firstNotBefore(shelf.order, placeOf(record)), 1)
      if (shelf.byId.size === 0) this.shelves.delete(tenant)
      return true
    })
  }

  async list(tenant: Tenant, { limit, after }: Page): Promise<{ records: Rec[]; next: string | null }> {
    const { byId, order } = this.shelves.get(tenant) ?? { byId: new Map<string, Rec>(), order: [] }
    const end = after === undefined ? order.length : firstNotBefore(order, asPlace(after, byId))
    const start = Math.max(0, end - limit)
    const places = order.slice(start, end).reverse()
    return {
      records: places.map((place) => byId.get(idAt(place))!),
      next: start > 0 ? places.at(-1)! : null
    }
  }

  tenants(): Iterable<Tenant> {
    return this.shelves.keys()
  }

  idle(): Promise<void> {
    return this.writing.idle()
  }

  private put(tenant: Tenant, record: Rec): void {
    let shelf = this.shelves.get(tenant)
    if (shelf === undefined) {
      shelf = { byId: new Map(), order: [] }
      this.shelves.set(tenant, shelf)
    }
    if (!shelf.byId.has(record.id)) {
      const place = placeOf(record)
      shelf.order.splice(firstNotBefore(shelf.order, place), 0, place)
    }
    shelf.byId.set(record.id, record)
  }
}

/** Neither part holds a blank, and RFC 3339 times in UTC of one precision sort as text. */
const placeOf = ({ id, created_at }: Identified): string => `${created_at} ${id}`
const idAt = (place: string): string => place.slice(place.indexOf(' ') + 1)

function asPlace(after: string, byId: Map<string, Identified>): string {
  if (after.includes(' ')) return after
  const record = byId.get(after)
  if (record === undefined) throw new Problem('invalid_cursor', 'The cursor names no place in this list; start anew.')
  return placeOf(record)
}

/** Index of the first place that is not before `place`; the length when all are. */
function firstNotBefore(order: readonly string[], place: string): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order[middle]! < place) low = middle + 1
    else high = middle
  }
  return low
}
