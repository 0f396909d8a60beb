import { ORDER_FIELDS, type OrderField } from '../../../domain/vocabulary.ts'
import type { Layout } from './layout.ts'
import { ENGLISH } from './names.ts'
import { ABROAD } from './names-abroad.ts'
import { PUBLIC_LAYOUTS } from './public-layouts.ts'
import { SHOP_LAYOUTS } from './shop-layouts.ts'
import { readings, squeezed } from './squeezed.ts'

/** A field that a name stands for; the lower the rank, the surer. */
export interface KnownName {
  field: OrderField
  rank: number
}

/** Less sure than the name as it stands. */
const REDUCED = 0.5

const BY_NAME = new Map<string, KnownName>()
for (const field of ORDER_FIELDS) {
  for (const [rank, name] of `${ENGLISH[field]},${ABROAD[field]}`.split(',').entries()) {
    const key = squeezed(name)
    if (!BY_NAME.has(key)) BY_NAME.set(key, { field, rank })
  }
}

/** The field that a column of this name usually holds. */
export function usualField(name: string): KnownName | undefined {
  for (const [at, reading] of readings(name).entries()) {
    const known = BY_NAME.get(reading)
    if (known) return at === 0 ? known : { ...known, rank: known.rank + REDUCED }
  }
  return undefined
}

interface Prepared {
  layout: Layout
  has: readonly string[]
  hasNot: readonly string[]
}

const LAYOUTS: readonly Prepared[] = [...SHOP_LAYOUTS, ...PUBLIC_LAYOUTS].map((layout) => ({
  layout,
  has: layout.has.map(squeezed),
  hasNot: (layout.hasNot ?? []).map(squeezed)
}))

/** The known export whose columns these are. */
export function findLayout(names: readonly string[]): Layout | undefined {
  const there = new Set(names.map(squeezed))
  return LAYOUTS.find(
    ({ has, hasNot }) => has.every((name) => there.has(name)) && !hasNot.some((name) => there.has(name))
  )?.layout
}
