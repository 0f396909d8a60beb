import { Problem } from '../../errors.ts'
import type { NeededFeature } from './customer-columns.ts'
import { customerIdFault } from './customer-id.ts'

/** Rows of a batch at the most. */
export const BATCH_ROWS = 65_536
/** A batch whose ids have so many bytes is full too. */
const BATCH_ID_BYTES = 4 * 1024 * 1024
/** Room for one more id: longer ones are cut, and refused. */
const ID_ROOM = 1024

/** Why a row cannot be assigned. */
export interface RowFault {
  /** In the batch, from 0. */
  index: number
  /** In the file, from 1; the header is not counted. */
  row: number
  column: string | null
  code: string
  /** The sentence without the row. */
  message: string
}

/** Customers as they were read. Valid until the next batch is asked for. */
export interface CustomerBatch {
  rows: number
  /** `d` numbers a row in the model's order; NaN stands for absent. */
  values: Float64Array
  /** UTF-8 of all ids, one after the other; `idEnds[i]` is where the id of row i ends. */
  ids: Buffer
  idEnds: Int32Array
  /** At most one a row, ascending. The values of such a row mean nothing. */
  faults: RowFault[]
}

/** Collects rows into batches. Each row: `id`, then `value` for each feature in order, then `endRow`. */
export class BatchBuilder {
  /** Rows so far, in all batches. */
  total = 0
  readonly #features: readonly NeededFeature[]
  readonly #rowsMax: number
  readonly #values: Float64Array
  readonly #ids = Buffer.allocUnsafeSlow(BATCH_ID_BYTES + ID_ROOM)
  readonly #idEnds = new Int32Array(BATCH_ROWS)
  #faults: RowFault[] = []
  #rows = 0
  #bytes = 0
  #faulty = false

  constructor(features: readonly NeededFeature[], rowsMax: number) {
    this.#features = features
    this.#rowsMax = rowsMax
    this.#values = new Float64Array(BATCH_ROWS * features.length)
  }

  get full(): boolean {
    return this.#rows === BATCH_ROWS || this.#bytes >= BATCH_ID_BYTES
  }

  get empty(): boolean {
    return this.#rows === 0
  }

  /** Notes the id; says in the row's fault when it cannot be one. */
  id(bytes: Uint8Array, start: number, end: number): void {
    const fault = customerIdFault(bytes, start, end)
    if (fault !== null) this.fault('customer_id', 'invalid_customer_id', `customer_id ${fault}`)
    const kept = Math.min(end, start + ID_ROOM)
    let to = this.#bytes
    for (let at = start; at < kept; at++) this.#ids[to++] = bytes[at]!
    this.#bytes = to
  }

  /** @param value NaN for absent */
  value(feature: number, value: number): void {
    this.#values[this.#rows * this.#features.length + feature] = value
    if (Number.isNaN(value) && !this.#features[feature]!.optional) {
      const { name } = this.#features[feature]!
      this.fault(name, 'feature_missing', `${name} is absent, and it never was in training: give a number`)
    }
  }

  /** Says why the row cannot be assigned; what is said first counts. */
  fault(column: string | null, code: string, message: string): void {
    if (this.#faulty) return
    this.#faulty = true
    this.#faults.push({ index: this.#rows, row: this.total + 1, column, code, message })
  }

  /** @throws Problem too_many_rows */
  endRow(): void {
    this.#idEnds[this.#rows++] = this.#bytes
    this.#faulty = false
    if (++this.total > this.#rowsMax) {
      throw new Problem('too_many_rows', `The file has more than ${this.#rowsMax} customers; split it.`)
    }
  }

  /** Hands the rows over and begins anew. */
  take(): CustomerBatch {
    const batch = {
      rows: this.#rows,
      values: this.#values,
      ids: this.#ids,
      idEnds: this.#idEnds,
      faults: this.#faults
    }
    this.#rows = 0
    this.#bytes = 0
    this.#faults = []
    return batch
  }
}
