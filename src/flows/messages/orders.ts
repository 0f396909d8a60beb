import type { RuleTouch } from '../../data/rejected.ts'
import type { DatasetOptions, QualityReport, RuleReport } from '../../domain/records/dataset.ts'
import type { Reference, SourceVersion } from '../../domain/records/reference.ts'

/** A file that has arrived and lies on disk, not yet read. */
export interface ReceivedFile {
  id: string
  filename: string | null
  bytes: number
  sha256: string
  type: 'upload' | 'inline' | Reference['type']
  /** Of a reference: what may be told of it, and by what the source knows this version. */
  location?: string
  query?: string
  version?: SourceVersion
  /** Files that came with it, to be joined. */
  joined?: ReceivedFile[]
}

/** What a job that makes a dataset needs, also after a restart. */
export interface IngestRequest {
  dataset_id: string
  options: DatasetOptions
  /** Has arrived; of a reference, noted here once it was fetched. */
  file?: ReceivedFile
  source?: Reference
  /** The dataset whose reference is fetched again. */
  refreshes?: string
}

/** The cleansing report as a page of numbers. */
export interface QualityDescription extends Omit<QualityReport, 'rules'> {
  dataset_id: string
  currency: string | null
  rejected: {
    rows: number
    share: number
    revenue: number
    customers: number | null
    /** Of them, those of whom no row was kept. */
    lost_customers: number | null
  }
  rules: (RuleReport & RuleTouch & { meaning: string; download: string })[]
}
