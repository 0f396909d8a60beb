import type { Pace } from '../clustering/pace.ts'
import type { Extent } from '../features/scaling.ts'
import { createRandom } from '../numeric/random.ts'
import type { FeatureColumns } from '../records/model.ts'
import type { CustomerChunks } from './customer-chunks.ts'

export interface Survey {
  /** A uniform sample without replacement, in the order of the customers, with every feature. */
  sample: FeatureColumns
  /** The customers of the sample, ascending. */
  rows: Int32Array
  /** By feature, of all customers. */
  extents: ReadonlyMap<string, Extent>
}

const SAMPLE_SEED = 0x5a3b

/**
 * One look at every customer: the extent of each feature, and a uniform sample by selection sampling (Knuth, TAOCP 2,
 * 3.4.2, algorithm S), every set of `size` customers equally likely.
 *
 * @param size customers wanted; all where there are no more
 */
export function surveyCustomers(chunks: CustomerChunks, size: number, seed: number, pace: Pace): Survey {
  const random = createRandom(seed, SAMPLE_SEED)
  const wanted = Math.min(size, chunks.n)
  const rows = new Int32Array(wanted)
  const columns = chunks.names.map(() => new Float64Array(wanted))
  const extents = chunks.names.map(() => ({
    absent: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY
  }))
  let taken = 0
  chunks.scan(chunks.names, (chunk, first) => {
    for (const [j, column] of chunk.columns.entries()) extend(extents[j]!, column)
    for (let i = 0; i < chunk.n; i++) {
      if (random.next() * (chunks.n - first - i) >= wanted - taken) continue
      rows[taken] = first + i
      for (let j = 0; j < columns.length; j++) columns[j]![taken] = chunk.columns[j]![i]!
      taken++
    }
    pace.spend(chunk.n * (columns.length + 10))
  })
  return {
    sample: { names: [...chunks.names], columns, n: wanted },
    rows,
    extents: new Map(chunks.names.map((name, j) => [name, extents[j]!]))
  }
}

function extend(extent: Extent, column: Float64Array): void {
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!
    if (Number.isNaN(value)) extent.absent++
    if (value < extent.min) extent.min = value
    if (value > extent.max) extent.max = value
  }
}
