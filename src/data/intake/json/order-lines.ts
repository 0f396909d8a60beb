import { add, isZero, multiply, negated, subtract } from './exact.ts'
import { isObject, type Json, type JsonObject } from './parse.ts'

/** Keys under which orders hold their lines. */
const LINES = /^(line_?items?|lines|items|products|order_?(lines|items|products)|positions|articles)$/i

/** An order taken apart: what it says of itself, and its lines, each by the names they have in the file. */
export interface OrderLines {
  /** The key that held the lines. */
  key: string
  order: JsonObject
  lines: Line[]
  /** The order was called off before it was paid for, or is a draft. */
  calledOff: boolean
  /** Money was given back that no line says what for. */
  unexplainedRefund: boolean
}

export interface Line {
  values: JsonObject
  /** A line that was taken back: its quantity and total are negative already. */
  returnedAt: string | null | undefined
}

/** Name of the line total that is made where lines have a price and a discount only. */
export const NET_TOTAL = 'net_total'

/** The key of an order's lines; undefined for what is no order with lines inside. */
export function linesKey(object: JsonObject): string | undefined {
  for (const [key, value] of object) {
    if (LINES.test(key) && Array.isArray(value) && value.every((each) => isObject(each))) return key
  }
  return undefined
}

/**
 * Takes an order apart as shops' interfaces write them: Shopify's with its refunds and allocated discounts, WooCommerce's
 * with its statuses and guests, and others by their `lines`, `items`, `products` or `order_lines`.
 */
export function orderLines(order: JsonObject, key: string): OrderLines {
  const lines = (order.get(key) as JsonObject[]).map(
    (values): Line => ({ values: withNetTotal(values), returnedAt: undefined })
  )
  const refunded = status(order) === 'refunded' && !order.has('financial_status')
  const returns = refunded ? lines.map(({ values }) => whollyReturned(values)) : shopifyReturns(order, lines)
  const refunds = order.get('refunds')
  return {
    key,
    order: withCustomer(order),
    lines: [...lines, ...returns],
    calledOff: isCalledOff(order),
    unexplainedRefund: Array.isArray(refunds) && refunds.length > 0 && returns.length === 0 && !isCalledOff(order)
  }
}

const status = (order: JsonObject): string =>
  (text(order.get('status')) ?? text(order.get('state')) ?? '').toLowerCase()

/** WooCommerce's orders that wait for a payment are pending; elsewhere such an order waits to be sent. */
function isCalledOff(order: JsonObject): boolean {
  if (text(order.get('cancelled_at')) !== null) return true
  const said = status(order)
  if (/^(cancelled|canceled|failed|trash|voided|draft|checkout-draft|auto-draft)$/.test(said)) return true
  return said === 'pending' && order.has('date_created_gmt')
}

/** A guest (no customer, or WooCommerce's customer 0) is known by the email address of the order. */
function withCustomer(order: JsonObject): JsonObject {
  const customer = order.get('customer')
  const billing = order.get('billing')
  const email = text(order.get('email')) ?? (isObject(billing) ? text(billing.get('email')) : null)
  if (order.has('customer_id')) {
    const id = text(order.get('customer_id'))
    if (id !== null && id !== '0') return order
    return new Map(order).set('customer_id', email)
  }
  if (isObject(customer) && text(customer.get('id')) !== null) return order
  if (!order.has('customer') || (customer !== null && !isObject(customer))) return order
  const known = isObject(customer) ? customer : new Map<string, Json>()
  return new Map(order).set('customer', new Map(known).set('id', text(known.get('email')) ?? email))
}

/** What a line came to: price times quantity less its discounts, where the line does not say. */
function withNetTotal(line: JsonObject): JsonObject {
  const price = text(line.get('price'))
  const quantity = text(line.get('quantity'))
  if (price === null || quantity === null || !line.has('total_discount')) return line
  const gross = multiply(price, quantity)
  const discount = allocatedDiscount(line) ?? text(line.get('total_discount')) ?? '0'
  const net = gross === null ? null : subtract(gross, discount)
  return net === null ? line : new Map(line).set('total_discount', discount).set(NET_TOTAL, net)
}

/** Shopify's newer discounts are allotted to the lines, also those on the whole order; null where none are. */
function allocatedDiscount(line: JsonObject): string | null {
  const allocations = line.get('discount_allocations')
  if (!Array.isArray(allocations) || allocations.length === 0) return null
  let sum: string | null = '0'
  for (const each of allocations) {
    const amount = isObject(each) ? text(each.get('amount')) : null
    sum = sum === null || amount === null ? null : add(sum, amount)
  }
  return sum
}

function whollyReturned(values: JsonObject): Line {
  const returned = new Map(values)
  for (const name of ['quantity', 'qty', 'total', 'subtotal', NET_TOTAL]) {
    const amount = text(values.get(name))
    if (amount !== null) returned.set(name, negated(amount))
  }
  return { values: returned, returnedAt: null }
}

/** `refunds[].refund_line_items[]` name the line, how many of it, and what was given back. */
function shopifyReturns(order: JsonObject, lines: readonly Line[]): Line[] {
  const refunds = order.get('refunds')
  if (!Array.isArray(refunds)) return []
  const byId = new Map(lines.map(({ values }) => [text(values.get('id')), values]))
  return refunds.filter(isObject).flatMap((refund) => {
    const items = refund.get('refund_line_items')
    if (!Array.isArray(items)) return []
    return items.filter(isObject).flatMap((item) => {
      const own = item.get('line_item')
      const values = byId.get(text(item.get('line_item_id'))) ?? (isObject(own) ? own : undefined)
      const quantity = text(item.get('quantity'))
      if (values === undefined || quantity === null || isZero(quantity)) return []
      const returned = new Map(values).set('quantity', negated(quantity))
      const price = text(values.get('price'))
      const value = text(item.get('subtotal')) ?? (price === null ? null : multiply(price, quantity))
      returned.set(NET_TOTAL, value === null ? null : negated(value))
      return { values: returned, returnedAt: text(refund.get('created_at')) }
    })
  })
}

/** A scalar that says something. */
export const text = (value: Json | undefined): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null
