import { PARENT, withoutEdges } from './graphql.ts'
import { isObject, type JsonObject, parseJson } from './parse.ts'

/** Texts of parents that are held, outside of JavaScript's heap: their lines stand right behind them, or behind all of them. */
const BYTES_MAX = 128 * 1024 * 1024
/** What holding a text takes beside its bytes. */
const OVERHEAD = 200

interface Parent {
  text: Buffer
  /** The customer that an order stands below. */
  above: string | undefined
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
  /** In the order in which they came, from `oldest` on. */
  private ids: string[] = []
  private oldest = 0
  private size = 0
  private last: { id: string; order: JsonObject } | undefined

  /** @param text of the object, valid during the call only */
  place(object: JsonObject, text: Buffer): Placed {
    const above = object.get(PARENT)
    const id = object.get('id')
    if (typeof above !== 'string') {
      if (typeof id === 'string') this.hold(id, { text: Buffer.from(text), above: undefined, hasLines: false })
      return { kind: 'parent' }
    }
    if (!/^(Order|Customer)$/.test(typeOf(above) ?? 'Order')) return { kind: 'other' }
    const parent = this.held.get(above)
    if (parent === undefined) return { kind: 'orphan' }
    const type = typeof id === 'string' ? typeOf(id) : undefined
    if (type === 'Order') {
      this.hold(id as string, { text: Buffer.from(text), above, hasLines: false })
      return { kind: 'parent' }
    }
    if (type === undefined ? !object.has('quantity') : type !== 'LineItem') return { kind: 'other' }
    if (!parent.hasLines) this.withoutLines--
    parent.hasLines = true
    object.delete(PARENT)
    return { kind: 'line', order: this.orderOf(above, parent), line: object }
  }

  /** Lines of one order mostly follow each other. */
  private orderOf(id: string, parent: Parent): JsonObject {
    if (this.last?.id === id) return this.last.order
    const order = objectOf(parent)
    const above = parent.above === undefined ? undefined : this.held.get(parent.above)
    if (above !== undefined && !isObject(order.get('customer'))) order.set('customer', objectOf(above))
    this.last = { id, order }
    return order
  }

  private hold(id: string, parent: Parent): void {
    if (typeOf(id) === 'Customer') parent.hasLines = true
    else this.withoutLines++
    this.release(id)
    this.held.set(id, parent)
    this.ids.push(id)
    this.size += parent.text.length + OVERHEAD
    while (this.size > BYTES_MAX && this.oldest < this.ids.length) this.release(this.ids[this.oldest++]!)
    if (this.oldest > this.ids.length / 2) {
      this.ids = this.ids.slice(this.oldest)
      this.oldest = 0
    }
  }

  /** Lets go of one, where it is there. */
  private release(id: string): void {
    const parent = this.held.get(id)
    if (parent === undefined) return
    this.held.delete(id)
    this.size -= parent.text.length + OVERHEAD
  }
}

/** What is said of refunds is left out: which share of one is that of a line is not known before all of them are. */
function objectOf({ text }: Parent): JsonObject {
  const object = withoutEdges(parseJson(text.toString('utf8')) as JsonObject)
  object.delete(PARENT)
  object.delete('refunds')
  return object
}

/** `Order` of gid://shopify/Order/123. */
const typeOf = (id: string): string | undefined => (id.startsWith('gid://') ? id.split('/')[3] : undefined)
