import type { OrderField } from '../../../domain/vocabulary.ts'
import { NET_TOTAL } from './order-lines.ts'

/** Where orders with lines inside hold a field, the best place first: names of the order itself. */
const OF_ORDER: Partial<Record<OrderField, readonly string[]>> = {
  order_id: ['order_id', 'id', 'order_number', 'number', 'increment_id', 'name', 'invoice_id', 'transaction_id'],
  ordered_at: [
    'processed_at',
    'created_at',
    'date_created_gmt',
    'date_created',
    'ordered_at',
    'order_date',
    'purchased_at',
    'date',
    'timestamp'
  ],
  customer_id: [
    'customer.id',
    'customer_id',
    'customer.customer_id',
    'customer.email',
    'customer_email',
    'email',
    'customer',
    'user_id',
    'user.id'
  ],
  country: [
    'billing.country',
    'billing_address.country_code',
    'billing_address.country',
    'billing_address.country_id',
    'shipping.country',
    'shipping_address.country_code',
    'shipping_address.country',
    'customer.country',
    'country'
  ]
}

/** Names of its lines. */
const OF_LINE: Partial<Record<OrderField, readonly string[]>> = {
  product_id: ['sku', 'product_id', 'variant_id', 'product.id', 'item_id', 'article_id', 'id'],
  product_name: ['title', 'name', 'product_name', 'product.name', 'product.title', 'description'],
  quantity: ['quantity', 'qty', 'qty_ordered', 'units'],
  unit_price: ['price', 'unit_price', 'price.amount', 'item_price'],
  line_total: [NET_TOTAL, 'total', 'line_total', 'row_total', 'total_price', 'amount'],
  category: ['category', 'product_category', 'product.category', 'product_type', 'category_name'],
  discount: ['total_discount', 'discount', 'discount_amount']
}

/**
 * Sums of the whole order: on every line they would be counted as often as it has lines. And its status, which is
 * already read where the order is taken apart. Not taken as columns, unless a mapping asks for them.
 */
const SUMS =
  /^(current_)?(sub_?total|total|grand_total|base_grand_total|amount|value|revenue|sales|spend|price|discount|rebate|quantity|qty|units|order_value|net_amount|item_total)(_|$)|^(total|line|item|discount|sales|net)_|^total[A-Z]/i

/** Whether a column may hold a field of orders whose lines lie under `key`. */
export const isOrderField = (name: string, key: string | undefined): boolean =>
  ORDER_NAMES.has(name) ||
  (key !== undefined && name.startsWith(`${key}.`) && LINE_NAMES.has(name.slice(key.length + 1)))

const ORDER_NAMES = new Set(Object.values(OF_ORDER).flat())
const LINE_NAMES = new Set(Object.values(OF_LINE).flat())

const STATUS = /^(order_)?(status|state)$|^financial_status$/i

export const isOfWholeOrder = (name: string): boolean => SUMS.test(name) || STATUS.test(name)

/**
 * Which column holds which field. Of several that could, the first that has values wherever any of them has.
 * @param filled how many rows have a value, by the column's name
 */
export function nestedMapping(key: string, filled: ReadonlyMap<string, number>): Partial<Record<OrderField, string>> {
  const mapping: Partial<Record<OrderField, string>> = {}
  const choose = (field: OrderField, candidates: readonly string[]) => {
    const most = Math.max(...candidates.map((name) => filled.get(name) ?? 0))
    const best = candidates.find((name) => (filled.get(name) ?? 0) >= 0.99 * most)
    if (most > 0 && best !== undefined) mapping[field] = best
  }
  for (const [field, names] of Object.entries(OF_ORDER)) choose(field as OrderField, names)
  for (const [field, names] of Object.entries(OF_LINE)) {
    choose(
      field as OrderField,
      names.map((name) => `${key}.${name}`)
    )
  }
  return mapping
}
