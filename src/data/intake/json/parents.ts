import { PARENT } from './graphql.ts'
import { isObject, type JsonObject } from './parse.ts'

/** Parents that are held in memory: their lines stand right behind them, or behind all of them. */
const BYTES_MAX = 48 * 1024 * 1024
/** What an object takes beside its texts. */
const OVERHEAD = 200

interface Parent {
  object: JsonObject
  size: number
  hasLines: boolean
}

export type Placed =
  /** An order or a customer, whose lines come later. */
  | { kind: 'parent' }
  | { kind: 'line'; order: JsonObject; line: JsonObject }
  /** Belongs to an order but is no line of it. */
  | { kind: 'other' }
  /** Its parent has not come before it, or too long ago. */
  | { kind: 'orphan' }

/**
 * Objects of a file with one object a line in which lines name their order by `__parentId`, as Shopify's bulk operations
 * write them, and orders may name their customer.
 */
export class Parents {
  /** Orders that have had no line yet. */
  withoutLines = 0
  private readonly held = new Map<string, Parent>()
  private size = 0

  place(object: JsonObject): Placed {
    const parentId = object.get(PARENT)
    const id = object.get('id')
    if (typeof parentId !== 'string') {
      if (typeof id === 'string') this.hold(id, object)
      return { kind: 'parent' }
    }
    object.delete(PARENT)
    if (!/^(Order|Customer)$/.test(typeOf(parentId) ?? 'Order')) return { kind: 'other' }
    const parent = this.held.get(parentId)
    if (parent === undefined) return { kind: 'orphan' }
    const type = typeof id === 'string' ? typeOf(id) : undefined
    if (type === 'Order') {
      if (!isObject(object.get('customer'))) object.set('customer', parent.object)
      this.hold(id as string, object)
      return { kind: 'parent' }
    }
    if (type === undefined ? !object.has('quantity') : type !== 'LineItem') return { kind: 'other' }
    if (!parent.hasLines) this.withoutLines--
    parent.hasLines = true
    return { kind: 'line', order: parent.object, line: object }
  }

  private hold(id: string, object: JsonObject): void {
    const size = sizeOf(object)
    if (typeOf(id) !== 'Customer') this.withoutLines++
    this.held.set(id, { object, size, hasLines: typeOf(id) === 'Customer' })
    this.size += size
    for (const [oldest, parent] of this.held) {
      if (this.size <= BYTES_MAX) break
      this.held.delete(oldest)
      this.size -= parent.size
    }
  }
}

/** `Order` of gid://shopify/Order/123. */
const typeOf = (id: string): string | undefined => /^gid:\/\/[^/]+\/([^/]+)\//.exec(id)?.[1]

function sizeOf(object: JsonObject): number {
  let size = OVERHEAD
  for (const [key, value] of object) {
    size += 2 * key.length + OVERHEAD / 4
    if (typeof value === 'string') size += 2 * value.length
    else if (isObject(value)) size += sizeOf(value)
    else if (Array.isArray(value)) for (const each of value) size += isObject(each) ? sizeOf(each) : OVERHEAD
  }
  return size
}
