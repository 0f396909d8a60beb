import type { CustomerBatch, RowFault } from './customer-batch.ts'
import type { Places } from './places.ts'

/** Writes assignments in the order in which they come. */
export interface AnswerWriter {
  write(batch: CustomerBatch, places: Places): Promise<void>
  /** To be called once, after the last batch. */
  end(): Promise<void>
}

export interface AnswerShape {
  /** In the model's order. */
  segments: readonly { id: string; name: string }[]
  /** Whether there is a column for what is wrong with a row. */
  errors: boolean
}

/** @throws what the disk throws */
export type Sink = (bytes: Uint8Array) => void

export const sentenceOf = ({ row, message }: RowFault): string => `Row ${row}: ${message}.`
