import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { ORDER_FIELDS, type OrderField } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'

/**
 * What shops call their columns, the surest name first; compared without case, spaces and punctuation.
 * Our own names come first, then UCI Online Retail and Online Retail II (InvoiceNo, Invoice, StockCode, UnitPrice,
 * Price, InvoiceDate, CustomerID, Customer ID), then what shop systems and spreadsheets write.
 */
const ALIASES: Record<OrderField, readonly string[]> = {
  order_id: [
    'order_id',
    'order no',
    'order number',
    'order',
    'invoice no',
    'invoice number',
    'invoice',
    'invoice id',
    'transaction id',
    'transaction number',
    'receipt id',
    'receipt number',
    'order name',
    'order reference',
    'basket id'
  ],
  product_id: [
    'product_id',
    'stock code',
    'sku',
    'item id',
    'article number',
    'article id',
    'product code',
    'item code',
    'product sku',
    'lineitem sku',
    'variant id',
    'item number',
    'asin',
    'ean',
    'upc',
    'product number',
    'product',
    'item',
    'article'
  ],
  product_name: [
    'product_name',
    'description',
    'item name',
    'product title',
    'product description',
    'item description',
    'lineitem name',
    'article name',
    'title'
  ],
  quantity: [
    'quantity',
    'qty',
    'units',
    'quantity ordered',
    'order quantity',
    'item quantity',
    'lineitem quantity',
    'pieces',
    'pcs',
    'number of items',
    'unit count'
  ],
  unit_price: [
    'unit_price',
    'price',
    'item price',
    'price per unit',
    'price each',
    'unit cost',
    'lineitem price',
    'product price',
    'selling price'
  ],
  line_total: [
    'line_total',
    'total',
    'amount',
    'line amount',
    'total price',
    'total amount',
    'sales',
    'revenue',
    'sales amount',
    'total sales',
    'subtotal',
    'item total',
    'net amount',
    'order value',
    'spend'
  ],
  ordered_at: [
    'ordered_at',
    'invoice date',
    'order date',
    'order datetime',
    'order time',
    'ordered on',
    'purchase date',
    'purchased at',
    'transaction date',
    'date of purchase',
    'created at',
    'timestamp',
    'datetime',
    'date'
  ],
  customer_id: [
    'customer_id',
    'customer no',
    'customer number',
    'customer',
    'customer key',
    'client id',
    'client',
    'user id',
    'buyer id',
    'account id',
    'member id',
    'shopper id',
    'cust id',
    'customer email',
    'email',
    'email address',
    'user',
    'buyer'
  ],
  country: [
    'country',
    'country name',
    'shipping country',
    'billing country',
    'customer country',
    'country code',
    'market'
  ],
  category: [
    'category',
    'product category',
    'item category',
    'category name',
    'department',
    'product type',
    'product group',
    'product line'
  ],
  discount: [
    'discount',
    'discount amount',
    'line discount',
    'discount value',
    'discount percent',
    'discount %',
    'discount rate',
    'rebate'
  ]
}

const squeeze = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}%]+/gu, '')

const FIELD_BY_ALIAS = new Map<string, { field: OrderField; rank: number }>(
  ORDER_FIELDS.flatMap((field) =>
    ALIASES[field].map(
      (alias, rank) => [squeeze(alias), { field, rank }] as [string, { field: OrderField; rank: number }]
    )
  )
)

/** Index of the file's column for each field that was found. */
export type OrderColumns = Partial<Record<OrderField, number>>

/** Whether a first row that holds this text can be a header. */
export const isKnownColumn = (name: string, mapping: DatasetOptions['mapping'] = {}): boolean =>
  FIELD_BY_ALIAS.has(squeeze(name)) || Object.values(mapping).some((column) => column.trim() === name.trim())

/**
 * Which column holds which field: by the caller's mapping, else by the header's known names.
 * @throws Problem column_missing naming the columns there are, duplicate_column
 */
export function findOrderColumns(names: readonly string[], mapping: DatasetOptions['mapping'] = {}): OrderColumns {
  refuseDuplicates(names)
  const found = mappedColumns(names, mapping)
  const taken = new Set(Object.values(found))
  const ranks: Partial<Record<OrderField, number>> = {}
  for (const [index, name] of names.entries()) {
    const known = FIELD_BY_ALIAS.get(squeeze(name))
    if (known === undefined || taken.has(index) || mapping[known.field] !== undefined) continue
    if (known.rank >= (ranks[known.field] ?? Number.POSITIVE_INFINITY)) continue
    ranks[known.field] = known.rank
    found[known.field] = index
  }
  requireFields(found, names)
  return found
}

/** The mapping as a dataset shows it: our field to the file's column name. */
export function describeColumns(columns: OrderColumns, names: readonly string[]): Partial<Record<OrderField, string>> {
  return Object.fromEntries(
    ORDER_FIELDS.filter((field) => columns[field] !== undefined).map((field) => [field, names[columns[field]!]!])
  )
}

function mappedColumns(names: readonly string[], mapping: NonNullable<DatasetOptions['mapping']>): OrderColumns {
  const columns: OrderColumns = {}
  for (const field of ORDER_FIELDS) {
    const wanted = mapping[field]
    if (wanted === undefined) continue
    const exact = names.indexOf(wanted)
    const index = exact >= 0 ? exact : names.findIndex((name) => name.toLowerCase() === wanted.trim().toLowerCase())
    if (index < 0) throw missing(`The mapping of ${field} names a column that the file does not have.`, names)
    const twice = ORDER_FIELDS.find((other) => columns[other] === index)
    if (twice) throw missing(`The mapping gives one column to both ${twice} and ${field}.`, names)
    columns[field] = index
  }
  return columns
}

function requireFields(columns: OrderColumns, names: readonly string[]): void {
  const has = (field: OrderField) => columns[field] !== undefined
  const lacks: string[] = []
  if (!has('customer_id')) lacks.push('customer_id')
  if (!has('ordered_at')) lacks.push('ordered_at')
  if (!has('line_total')) {
    if (!has('unit_price')) lacks.push('unit_price (or line_total)')
    if (!has('quantity')) lacks.push('quantity (or line_total)')
  }
  if (lacks.length > 0) {
    throw missing(`No column was found for ${lacks.join(', ')}; name it in options.mapping.`, names)
  }
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (seen.has(key)) {
      throw new Problem('duplicate_column', `The column ${quoted(name)} is there twice; give each column its own name.`)
    }
    seen.add(key)
  }
}

const missing = (sentence: string, names: readonly string[]): Problem =>
  new Problem('column_missing', `${sentence} The file has ${listNames(names)}.`, {
    extensions: { columns: [...names] }
  })

/** Column names for a sentence, cut where there are many or long ones. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(quoted)
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '')
}

const quoted = (name: string): string => `"${name.length > 60 ? `${name.slice(0, 60)}…` : name}"`
