import type { Assigner } from '../../domain/serving/assign.ts'
import { BATCH_ROWS, type CustomerBatch } from './customer-batch.ts'

/** Where the customers of a batch belong, row by row. */
export class Places {
  /** Index in the model's segments; -1 for a row that cannot be assigned. */
  readonly segments = new Int32Array(BATCH_ROWS)
  /** As the model gives them; rounded where they are written. */
  readonly distances = new Float64Array(BATCH_ROWS)
  readonly margins = new Float64Array(BATCH_ROWS)
  readonly outside = new Uint8Array(BATCH_ROWS)
  readonly #raw: Float64Array

  /** @param d features of the model */
  constructor(
    private readonly assigner: Assigner,
    private readonly d: number
  ) {
    this.#raw = new Float64Array(d)
  }

  fill({ rows, values, faults }: CustomerBatch): void {
    const { assigner, d, segments, distances, margins, outside } = this
    const raw = this.#raw
    let fault = 0
    for (let row = 0; row < rows; row++) {
      if (faults[fault]?.index === row) {
        segments[row] = -1
        fault++
        continue
      }
      for (let j = 0, from = row * d; j < d; j++) raw[j] = values[from + j]!
      const place = assigner.place(raw)
      segments[row] = place.segment
      distances[row] = place.distance
      margins[row] = place.margin
      outside[row] = place.outOfDomain ? 1 : 0
    }
  }
}
