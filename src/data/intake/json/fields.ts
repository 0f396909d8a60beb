import type { OrderField } from '../../../domain/vocabulary.ts'
import { snakeCase } from './graphql.ts'
import { NET_TOTAL } from './order-lines.ts'

/**
 * Where orders with lines inside hold a field, the best place first: names of the order itself. In snake_case, for those in
 * camelCase too.
 */
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
    'billing_address.country_code_v2',
    'billing_address.country',
    'billing_address.country_id',
    'shipping.country',
    'shipping_address.country_code',
    'shipping_address.country_code_v2',
    'shipping_address.country',
    'customer.country',
    'country'
  ]
}

/** Names of its lines. */
const OF_LINE: Partial<Record<OrderField, readonly string[]>> = {
  product_id: ['sku', 'variant.sku', 'product_id', 'variant_id', 'product.id', 'item_id', 'article_id', 'id'],
  product_name: ['title', 'name', 'product_name', 'product.name', 'product.title', 'description'],
  quantity: ['quantity', 'qty', 'qty_ordered', 'units'],
  unit_price: [
    'price',
    'unit_price',
    'price.amount',
    'item_price',
    'original_unit_price_set',
    'original_unit_price',
    'discounted_unit_price_set'
  ],
  line_total: [NET_TOTAL, 'total', 'line_total', 'row_total', 'total_price', 'amount', 'discounted_total_set'],
  category: [
    'category',
    'product_category',
    'product.category',
    'product_type',
    'product.product_type',
    'category_name'
  ],
  discount: ['total_discount', 'discount', 'discount_amount', 'total_discount_set']
}

/**
 * Sums of the whole order: on every line they would be counted as often as it has lines. And its status, which is
 * already read where the order is taken apart. Not taken as columns, unless a mapping asks for them.
 */
const SUMS =
  /^(current_)?(sub_?total|total|grand_total|base_grand_total|amount|value|revenue|sales|spend|price|discount|rebate|quantity|qty|units|order_value|net_amount|item_total)(_|$)|^(total|line|item|discount|sales|net)_|^total[A-Z]/i

/** Whether a column may hold a field of orders whose lines lie under `key`. */
export const isOrderField = (name: string, key: string | undefined): boolean =>
  ORDER_NAMES.has(snakeCase(name)) ||
  (key !== undefined && name.startsWith(`${key}.`) && LINE_NAMES.has(snakeCase(name.slice(key.length + 1))))

const ORDER_NAMES = new Set(Object.values(OF_ORDER).flat())
const LINE_NAMES = new Set(Object.values(OF_LINE).flat())

const STATUS = /^(order_)?(status|state)$|^(display_)?financial_status$/i

export const isOfWholeOrder = (name: string): boolean => SUMS.test(snakeCase(name)) || STATUS.test(snakeCase(name))

/**
 * Which column holds which field. Of several that could, the first that has values wherever any of them has.
 * @param filled how many rows have a value, by the column's name
 */
export function nestedMapping(key: string, filled: ReadonlyMap<string, number>): Partial<Record<OrderField, string>> {
  const mapping: Partial<Record<OrderField, string>> = {}
  const choose = (field: OrderField, candidates: readonly string[], prefix = '') => {
    const places = candidates.flatMap((name) => named.get(snakeCase(prefix + name)) ?? [])
    const most = Math.max(0, ...places.map((name) => filled.get(name) ?? 0))
    const best = places.find((name) => filled.get(name)! >= 0.99 * most)
    if (most > 0 && best !== undefined) mapping[field] = best
  }
  const named = new Map([...filled.keys()].reverse().map((name) => [snakeCase(name), name]))
  for (const [field, names] of Object.entries(OF_ORDER)) choose(field as OrderField, names)
  for (const [field, names] of Object.entries(OF_LINE)) choose(field as OrderField, names, `${key}.`)
  return mapping
}
