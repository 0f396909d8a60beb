import type { DuckDb } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { thousands } from './dates.ts'

export interface Evidence {
  /** How cancelled orders are told, as a sentence; null where the file shows none. */
  cancellations: string | null
  discountUnit: 'amount' | 'share' | 'percent' | null
  /** What was assumed about discounts, as a sentence. */
  discountNote: string | null
}

interface Counts {
  lines: number
  marked: number
  marked_negative: number
  discounts: number
  discounts_unreadable: number
  discounts_given: number
  discounts_with_percent: number
  discount_largest: number
}

/** Decides over the whole file what its cancellation marks and its discounts mean. */
export async function weighEvidence(
  db: DuckDb,
  columns: { orderId: boolean; discountName: string | null }
): Promise<Evidence> {
  const [counts] = await db.rows<Counts>(sqlFile('intake/evidence'))
  return {
    cancellations: columns.orderId ? cancellations(counts!) : null,
    ...discounts(counts!, columns.discountName)
  }
}

/** A C before a number is a mark only where such orders take goods back: most of their lines negative, and few of all. */
function cancellations({ lines, marked, marked_negative }: Counts): string | null {
  if (marked === 0 || marked_negative * 2 <= marked || marked * 2 >= lines) return null
  return `Order ids that begin with C and a number are cancellations: ${thousands(marked_negative)} of their ${thousands(marked)} lines have a negative quantity.`
}

function discounts(counts: Counts, name: string | null): Pick<Evidence, 'discountUnit' | 'discountNote'> {
  if (name === null || counts.discounts_given === 0) {
    return { discountUnit: name === null ? null : 'amount', discountNote: null }
  }
  const unread =
    counts.discounts_unreadable > 0
      ? ` ${thousands(counts.discounts_unreadable)} could not be read and count as none.`
      : ''
  const written = counts.discounts_with_percent * 2 > counts.discounts_given
  if (written || (/%|percent|pct/i.test(name) && counts.discount_largest > 1)) {
    return { discountUnit: 'percent', discountNote: `Discounts were read as percent of quantity times price.${unread}` }
  }
  if (counts.discount_largest <= 1) {
    return {
      discountUnit: 'share',
      discountNote: `Discounts were read as shares of quantity times price, because none is larger than 1.${unread}`
    }
  }
  return { discountUnit: 'amount', discountNote: `Discounts were read as amounts of money per line.${unread}` }
}
