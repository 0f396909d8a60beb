import { add, isZero, multiply, negated, subtract } from './exact.ts'
import { member } from './graphql.ts'
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
  const calledOff = isCalledOff(order)
  const returns = returnsOf(order, lines)
  const refunds = order.get('refunds')
  return {
    key,
    order: withCustomer(order),
    lines: [...lines, ...returns],
    calledOff,
    unexplainedRefund: Array.isArray(refunds) && refunds.length > 0 && returns.length === 0 && !calledOff
  }
}

function returnsOf(order: JsonObject, lines: readonly Line[]): Line[] {
  if (status(order) === 'refunded' && paidAs(order) === null) return lines.map(({ values }) => returned(values, 1))
  const refunds = order.get('refunds')
  if (!Array.isArray(refunds)) return []
  const named = shopifyReturns(refunds.filter(isObject), lines)
  return named.length > 0 ? named : shares(refunds.filter(isObject), lines)
}

const status = (order: JsonObject): string =>
  (text(order.get('status')) ?? text(order.get('state')) ?? '').toLowerCase()

/** How far Shopify's orders are paid for. */
const paidAs = (order: JsonObject): string | null =>
  text(member(order, 'financial_status') ?? member(order, 'display_financial_status'))?.toLowerCase() ?? null

/** WooCommerce's orders that wait for a payment are pending; elsewhere such an order waits to be sent. */
function isCalledOff(order: JsonObject): boolean {
  if (text(member(order, 'cancelled_at')) !== null) return true
  if (/^(voided|expired)$/.test(paidAs(order) ?? '')) return true
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
  const price = priceOf(line)
  const quantity = text(line.get('quantity'))
  const ownDiscount = text(member(line, 'total_discount') ?? line.get('totalDiscountSet'))
  const discounted = text(line.get('discountedTotalSet'))
  if (price === null || quantity === null || (ownDiscount === null && discounted === null)) return line
  const gross = multiply(price, quantity)
  const allocated = allocatedDiscount(line)
  const discount = allocated ?? ownDiscount ?? '0'
  const net = allocated === null && discounted !== null ? discounted : gross === null ? null : subtract(gross, discount)
  if (net === null) return line
  const known = new Map(line).set(NET_TOTAL, net)
  return ownDiscount === null
    ? known
    : known.set(line.has('total_discount') ? 'total_discount' : 'totalDiscountSet', discount)
}

const priceOf = (line: JsonObject): string | null =>
  text(line.get('price') ?? line.get('originalUnitPriceSet') ?? line.get('originalUnitPrice'))

/** Shopify's newer discounts are allotted to the lines, also those on the whole order; null where none are. */
function allocatedDiscount(line: JsonObject): string | null {
  const allocations = member(line, 'discount_allocations')
  if (!Array.isArray(allocations) || allocations.length === 0) return null
  let sum: string | null = '0'
  for (const each of allocations) {
    const amount = isObject(each) ? text(each.get('amount') ?? each.get('allocatedAmountSet')) : null
    sum = sum === null || amount === null ? null : add(sum, amount)
  }
  return sum
}

/** A line, or a share of it, as taken back. */
function returned(values: JsonObject, share: number): Line {
  const back = new Map(values)
  for (const name of ['quantity', 'qty', 'total', 'subtotal', 'discountedTotalSet', NET_TOTAL]) {
    const amount = text(values.get(name))
    if (amount === null) continue
    back.set(name, negated(share === 1 ? amount : (Number(amount) * share).toFixed(name === 'quantity' ? 3 : 4)))
  }
  return { values: back, returnedAt: null }
}

/** `refunds[].refund_line_items[]` name the line, how many of it, and what was given back. */
function shopifyReturns(refunds: readonly JsonObject[], lines: readonly Line[]): Line[] {
  const byId = new Map(lines.map(({ values }) => [text(values.get('id')), values]))
  return refunds.flatMap((refund) => {
    const items = member(refund, 'refund_line_items')
    if (!Array.isArray(items)) return []
    return items.filter(isObject).flatMap((item) => {
      const own = member(item, 'line_item')
      const ownId = isObject(own) ? text(own.get('id')) : null
      const values = byId.get(text(member(item, 'line_item_id')) ?? ownId) ?? (isObject(own) ? own : undefined)
      const quantity = text(item.get('quantity'))
      if (values === undefined || quantity === null || isZero(quantity)) return []
      const back = new Map(values).set('quantity', negated(quantity))
      const price = priceOf(values)
      const value =
        text(item.get('subtotal') ?? item.get('subtotalSet')) ?? (price === null ? null : multiply(price, quantity))
      back.set(NET_TOTAL, value === null ? null : negated(value))
      return { values: back, returnedAt: text(member(refund, 'created_at')) }
    })
  })
}

/** Refunds that name an amount and no lines: of each line the share that was given back of its order, at most all. */
function shares(refunds: readonly JsonObject[], lines: readonly Line[]): Line[] {
  const amount = sum(
    refunds.map((refund) => Math.abs(Number(refund.get('total') ?? refund.get('totalRefundedSet') ?? 0)))
  )
  const total = sum(lines.map(({ values }) => worthOf(values)))
  if (!(amount > 0 && total > 0)) return []
  return lines.map(({ values }) => returned(values, Math.min(1, amount / total)))
}

function worthOf(values: JsonObject): number {
  const said = text(values.get(NET_TOTAL) ?? values.get('total'))
  return said === null ? Number(priceOf(values)) * Number(values.get('quantity')) : Number(said)
}

const sum = (amounts: readonly number[]): number => amounts.reduce((one, other) => one + other, 0)

/** A scalar that says something. */
export const text = (value: Json | undefined): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null
