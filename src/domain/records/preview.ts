import type { CleansingRule, OrderField } from '../vocabulary.ts'
import type { ColumnChoice, DatasetCounts, DatasetOptions, DatasetSource, QualityReport } from './dataset.ts'
import type { ProblemDetails } from './job.ts'

export const COLUMN_TYPES = ['empty', 'integer', 'number', 'date', 'boolean', 'text'] as const

/** What is known so far. */
type Found<Facts> = { [Fact in keyof Facts]?: Facts[Fact] | undefined }

/** A column of a file as it stands. */
export interface PreviewColumn {
  name: string
  /** What all its values look like. */
  type: (typeof COLUMN_TYPES)[number]
  /** Of the rows looked at, 0 to 1. */
  empty_share: number
  /** Up to three different values. */
  samples: string[]
  /** The field that it holds; null where it holds none. */
  field: OrderField | null
}

export interface PreviewRow {
  /** Number of the row in the file: 1 is the first row after the header. */
  row: number
  /** As it stands, by column name; a line that could not be divided is `line`. */
  values: Record<string, string | null>
  /** As it was read, by field; null where reading did not come so far. */
  read: Partial<Record<OrderField, string | number | null>> | null
  /** The rule that it breaks. */
  rule: CleansingRule | null
}

/** What a file seems to be, found without making a dataset of it. */
export interface Preview {
  /** `whole`: that is all of the file. */
  looked_at: { rows: number; whole: boolean }
  /** Null where the file could not be opened. */
  source: Found<Omit<DatasetSource, 'type' | 'filename' | 'bytes' | 'sha256'>> | null
  columns: PreviewColumn[]
  mapping: Partial<Record<OrderField, string>>
  fields: ColumnChoice[]
  unmapped_columns: string[]
  currency: string | null
  timezone: string
  period: { from: string; to: string } | null
  counts: DatasetCounts | null
  revenue: number | null
  quality: QualityReport | null
  rows: PreviewRow[]
  /** What would make a dataset of it fail, each with what to do. */
  problems: ProblemDetails[]
  limitations: string[]
  /** Options that say all of this, to be corrected and sent with the file. */
  options: DatasetOptions
}
