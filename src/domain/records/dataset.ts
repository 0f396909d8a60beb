import type { CleansingRule, ColumnConfidence, OrderField } from '../vocabulary.ts'
import type { Reference, SourceVersion } from './reference.ts'

/** What a text may be written in; the first five are told by themselves. */
export const TEXT_ENCODINGS = [
  'utf-8',
  'latin-1',
  'windows-1252',
  'utf-16le',
  'utf-16be',
  'cp437',
  'cp850',
  'iso-8859-2',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'macintosh',
  'koi8-r',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gb18030',
  'big5'
] as const
export type TextEncodingName = (typeof TEXT_ENCODINGS)[number]

/** What a caller may say about a file of order lines; everything absent is found from the file or stays off. */
export interface DatasetOptions {
  name?: string
  /** ISO 4217 code of all amounts. */
  currency?: string
  /** IANA name; times without a zone are read in it. */
  timezone?: string
  /** Our field to the file's column name. */
  mapping?: Partial<Record<OrderField, string>>
  /** strftime notation, for example `%d/%m/%Y %H:%M`. */
  date_format?: string
  encoding?: TextEncodingName
  /** One ASCII character, or `whitespace` for runs of blanks and tabs. */
  delimiter?: string
  /** Of a file without a header line: its columns' names by position, null for one that means nothing. */
  columns?: (string | null)[]
  /** What stands before the decimals of all numbers. */
  decimal_separator?: '.' | ','
  /** Name of the sheet to read of a workbook; by default the one whose header fits best. */
  sheet?: string
  /** Keep only lines of these countries, compared without case. */
  countries?: string[]
  /** RFC 3339 instant or calendar date, both ends inclusive. */
  from?: string
  to?: string
  /** Keep the last so many days before the last order (or `to`). */
  window_days?: number
  /** Linear-time regular expressions (RE2) a line's id must match. */
  order_id_pattern?: string
  product_id_pattern?: string
  duplicates?: 'keep' | 'drop'
  /** Hex SHA-256 that the bytes must have; of several files a list in their order. */
  sha256?: string | string[]
}

export interface DatasetSource {
  type: 'upload' | 'inline' | Reference['type']
  filename: string | null
  /** Of a reference: where it was fetched from, without what could be a secret. */
  location?: string
  /** Of a database. */
  query?: string
  bytes: number
  /** Hex SHA-256 of the bytes as they came. */
  sha256: string
  format: 'csv' | 'ndjson' | 'json' | 'parquet' | 'xlsx'
  compression: 'gzip' | 'zip' | null
  encoding: string | null
  delimiter: string | null
  /** Of several files that were joined: each of them, in the order of the request. */
  files?: JoinedFile[]
  /** Name of the sheet that was read; workbooks only. */
  sheet?: string
  /** Whether its pages carry checksums, all of which were right; Parquet only. Damage to a file without them cannot be noticed. */
  checksums?: boolean
  date: DateReading
  /** By field, for each column of numbers. */
  numbers?: Partial<Record<OrderField, NumberReading>>
}

/** How a column of numbers was read, decided over the whole column and, where that settles nothing, over the others. */
export interface NumberReading {
  /** What 1234.5 looks like there, for example `1.234,50 €`. */
  format: string
  decimal_separator: '.' | ',' | null
  /** Sentence with the evidence. */
  evidence: string
}

export interface JoinedFile {
  filename: string
  format: DatasetSource['format']
  rows: number
  /** Whether it has the order lines that the others were joined to. */
  lines: boolean
  bytes?: number
  /** Hex SHA-256 of the bytes as they came. */
  sha256?: string
}

/** How the date column was read, decided over the whole column. */
export interface DateReading {
  /** strftime notation, `timestamp` for a typed column, or `iso8601`. */
  format: string
  /** Sentence with the evidence: how many values, which of them settle day against month. */
  evidence: string
}

export interface RejectedExample {
  /** Number of the row in the file: 1 is the first row after the header. */
  row: number
  /** The row's values as they came, by column name. */
  values: Record<string, string | null>
}

export interface RuleReport {
  rule: CleansingRule
  rows: number
  /** Of rows_read, 0 to 1. */
  share: number
  /** Quantity times price of the rejected rows where both can be read. */
  revenue: number
  examples: RejectedExample[]
}

export interface QualityReport {
  rows_read: number
  rows_kept: number
  kept_share: number
  /** Only rules that rejected a row, in the order of the rules. `rows_kept` + their rows = `rows_read`. */
  rules: RuleReport[]
}

export interface DatasetCounts {
  rows_read: number
  rows_kept: number
  orders: number
  customers: number
  products: number
  countries: number
}

/** Which column holds a field, and how that is known. */
export interface ColumnChoice {
  field: OrderField
  /** Null where no column has it and something stands in. */
  column: string | null
  confidence: ColumnConfidence
  /** A sentence. */
  reason: string
  /** Columns that would fit too, less surely. */
  alternatives: string[]
}

/** A column that says something of a customer, kept with the latest value of each. */
export interface CustomerAttribute {
  name: string
  /** The column of the file. */
  column: string
  /** That have a value. */
  customers: number
  /** Different ones. */
  values: number
}

/** What the intake of a file finds out: the dataset but for its identity. */
export interface IntakeSummary {
  source: Pick<
    DatasetSource,
    'format' | 'compression' | 'encoding' | 'delimiter' | 'files' | 'sheet' | 'checksums' | 'date' | 'numbers'
  >
  mapping: Partial<Record<OrderField, string>>
  /** The mapping with how each column was found; absent in datasets of earlier versions. */
  columns?: ColumnChoice[]
  /** What the file says of its customers; absent in datasets of earlier versions. */
  attributes?: CustomerAttribute[]
  /** Columns that no field was made of, in the order of the file. */
  unmapped_columns?: string[]
  timezone: string
  /** ISO 4217 code of all amounts, null where neither the file nor the caller says it. */
  currency: string | null
  /** First and last order kept, RFC 3339 UTC. */
  period: { from: string; to: string }
  counts: DatasetCounts
  /** Sum of the kept lines; money, rounded to cents of a cent. */
  revenue: number
  /** `revenue` less the value of cancelled and returned lines. */
  net_revenue: number
  /** How cancelled orders were recognised, as a sentence; null where the file shows none. */
  cancellations: string | null
  quality: QualityReport
  limitations: string[]
}

export interface Dataset extends Omit<IntakeSummary, 'source'> {
  id: string
  name: string
  status: 'ready'
  created_at: string
  source: DatasetSource
  /** The dataset whose reference was fetched again for this one. */
  refreshed_from?: string
  /** Inner: how to fetch it again. Never sent: an address may hold a secret. */
  reference?: { source: Reference; version: SourceVersion }
  options: DatasetOptions
  /** The instant that "now" means for recency unless a model says otherwise: the last order. */
  reference_date: string
}
