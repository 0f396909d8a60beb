import type { OrderField } from '../../../domain/vocabulary.ts'

/** The columns of a known export: what its names mean there, which may be another thing than elsewhere. */
export interface Layout {
  /** As in "the columns are those of …". */
  name: string
  /** Columns all of which such a file has. */
  has: readonly string[]
  hasNot?: readonly string[]
  /** Which column holds which field; of several the first that is there. */
  columns: Partial<Record<OrderField, string | readonly string[]>>
  /** Columns whose names mean something else here, such as the total of the order in each of its lines. */
  not?: readonly string[]
  /** Column with the money given back of the whole order. */
  refunded?: string
  /** An order that is pending was never paid for, and not just not sent yet. */
  pendingIsUnpaid?: true
  /** What belongs to the order stands in its first line only. */
  fillDown?: true
  /** Each row is one unit; there is no quantity. */
  oneEach?: true
  /** Rows without a product are headings or payments, not lines. */
  productRequired?: true
  /** What a reader of the dataset must know. */
  note?: string
  /** Why such a file cannot be read as it is, and what to add; holds unless the caller maps the field named. */
  lacks?: { field: OrderField; sentence: string }
}
