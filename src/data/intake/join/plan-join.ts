import { usualField } from '../columns/known-columns.ts'
import { squeezed } from '../columns/squeezed.ts'

/** One file of several, by its header. */
export interface Part {
  /** As the caller called it. */
  filename: string
  names: readonly string[]
  rows: number
}

/** A column that two parts have in common: `left` of what is joined so far, `right` of the part. */
export interface SharedColumn {
  left: number
  right: number
}

/** What a line of an order has, and how much it says that a file holds the lines. */
const WEIGHTS = { quantity: 4, unit_price: 3, line_total: 3, order_id: 2, product_id: 2, customer_id: 1 } as const

/** Groups of parts with the same columns, which continue each other, in the order of the request. */
export function continuedParts(parts: readonly Part[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [at, { names }] of parts.entries()) {
    const key = JSON.stringify(names.map(squeezed).sort())
    groups.set(key, [...(groups.get(key) ?? []), at])
  }
  return [...groups.values()]
}

/** The part that has the order lines: where most of what makes a line is, of equals the longest. */
export function partOfLines(parts: readonly Part[]): number {
  const weights = parts.map(({ names }) => {
    const fields = new Set(names.map((name) => usualField(name)?.field))
    return Object.entries(WEIGHTS).reduce((sum, [field, weight]) => sum + (fields.has(field as never) ? weight : 0), 0)
  })
  return parts.reduce(
    (best, part, at) =>
      weights[at]! > weights[best]! || (weights[at] === weights[best] && part.rows > parts[best]!.rows) ? at : best,
    0
  )
}

/** Columns of the same name or for the same id, those that look like ids first. */
export function sharedColumns(left: readonly string[], part: Part): SharedColumn[] {
  const rights = part.names.map((name) => keysOf(name, part.filename))
  const shared: (SharedColumn & { id: boolean })[] = []
  for (const [leftAt, name] of left.entries()) {
    const keys = keysOf(name)
    const rightAt = rights.findIndex((each) => each.some((key) => keys.includes(key)))
    if (rightAt >= 0) shared.push({ left: leftAt, right: rightAt, id: looksLikeId(name) })
  }
  return shared.sort((a, b) => Number(b.id) - Number(a.id)).map(({ left: at, right }) => ({ left: at, right }))
}

export const looksLikeId = (name: string): boolean =>
  idField(name) !== undefined || /(id|no|nr|key|code|sku|number|nummer)$/.test(squeezed(name))

/** Under which names a column may be the same as another; in customers.csv `id` is the customer's. */
function keysOf(name: string, filename?: string): string[] {
  const key = squeezed(name)
  const field = idField(name)
  const keys = field === undefined ? [key] : [key, `field ${field}`]
  if (key !== 'id' || filename === undefined) return keys
  const own = `${squeezed(filename.replace(/\.[^/]*$/, '')).replace(/s$/, '')}id`
  return [...keys, own, ...(idField(own) === undefined ? [] : [`field ${idField(own)}`])]
}

function idField(name: string): string | undefined {
  const field = usualField(name)?.field
  return field === 'customer_id' || field === 'order_id' || field === 'product_id' ? field : undefined
}
