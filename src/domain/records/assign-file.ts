import type { AssignFormat, AssignOnError } from '../vocabulary.ts'

/** A file of assignments: what a file of customers was answered with. */
export interface AssignFile {
  id: string
  status: 'ready'
  created_at: string
  /** From then on it may be gone. */
  expires_at: string
  model_id: string
  reference_date: string
  on_error: AssignOnError
  source: {
    filename: string | null
    bytes: number
    sha256: string
    format: AssignFormat
    compression: 'gzip' | null
  }
  counts: { customers: number; assigned: number; failed: number }
  /** In the model's order. */
  segments: { segment_id: string; segment_name: string; customers: number }[]
  /** Of the file of assignments, as are size and checksum. */
  format: AssignFormat
  bytes: number
  sha256: string
  limitations: string[]
}
