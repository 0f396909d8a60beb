import { join } from 'node:path'
import type { FeatureColumns } from '../domain/records/model.ts'
import { encodeIds } from '../domain/serving/customer-index.ts'
import type { CustomerChunks } from '../domain/streaming/customer-chunks.ts'
import { Problem } from '../errors.ts'
import { ArrayFile } from './columnar-file.ts'
import { FEATURE, TABLE_FILE } from './members.ts'

export interface MemberFileShape {
  customers: number
  /** All ids together, as UTF-8. */
  idBytes: number
  features: string[]
}

/** Rows that are read together. Nothing that is computed depends on it. */
const CHUNK = 16_384
const MOST_ID_BYTES = 2 ** 32 - 1

/**
 * members.bin of a model whose customers do not fit into memory: first their ids and features are appended, then it is read
 * again and again while the model is trained, and last it is told the place of every customer. What it needs
 * of memory does not grow with them.
 */
export class MemberFile implements CustomerChunks {
  readonly n: number
  readonly names: readonly string[]
  readonly #file: ArrayFile
  readonly #chunk: number
  #rows = 0
  #idBytes = 0

  /**
   * @param folder not published yet
   * @throws Problem training_too_large when the ids take more than 4 GiB
   */
  constructor(folder: string, { customers, idBytes, features }: MemberFileShape, chunk = CHUNK) {
    if (idBytes > MOST_ID_BYTES) {
      throw new Problem(
        'training_too_large',
        'The ids of all customers together take more than 4 GiB: use shorter ids or a shorter window.'
      )
    }
    this.n = customers
    this.names = features
    this.#chunk = chunk
    const numbers = ['distances', 'margins', 'silhouettes', 'revenue', ...features.map((name) => FEATURE + name)]
    this.#file = new ArrayFile(join(folder, TABLE_FILE), [
      { name: 'id_offsets', type: 'u32', length: customers + 1 },
      { name: 'id_bytes', type: 'u8', length: idBytes },
      { name: 'segments', type: 'i32', length: customers },
      ...numbers.map((name) => ({ name, type: 'f64' as const, length: customers }))
    ])
  }

  /** The next customers. @param ids ascending by code point, also from one call to the next */
  append(ids: readonly string[], features: FeatureColumns, revenue: Float64Array): void {
    const { bytes, offsets } = encodeIds(ids)
    const base = this.#idBytes
    this.#file.write(
      'id_offsets',
      this.#rows + 1,
      offsets.subarray(1).map((offset) => offset + base)
    )
    this.#file.write('id_bytes', base, bytes)
    this.#file.write('revenue', this.#rows, revenue)
    for (const [j, name] of features.names.entries()) {
      this.#file.write(FEATURE + name, this.#rows, features.columns[j]!)
    }
    this.#file.write('silhouettes', this.#rows, new Float64Array(ids.length).fill(Number.NaN))
    this.#rows += ids.length
    this.#idBytes += bytes.length
  }

  scan(names: readonly string[], visit: (chunk: FeatureColumns, first: number) => void): void {
    const buffers = names.map(() => new Float64Array(this.#chunk))
    for (let first = 0; first < this.n; first += this.#chunk) {
      const n = Math.min(this.#chunk, this.n - first)
      const columns = buffers.map((buffer) => buffer.subarray(0, n))
      for (const [j, name] of names.entries()) this.#file.read(FEATURE + name, first, columns[j]!)
      visit({ names: [...names], columns, n }, first)
    }
  }

  /** Where the customers from row `first` on belong. */
  place(first: number, segments: Int32Array, distances: Float64Array, margins: Float64Array): void {
    this.#file.write('segments', first, segments)
    this.#file.write('distances', first, distances)
    this.#file.write('margins', first, margins)
  }

  /** The silhouettes of some customers; those of the others stay unknown. */
  setSilhouettes(rows: Int32Array, values: Float64Array): void {
    for (const [i, row] of rows.entries()) this.#file.write('silhouettes', row, values.subarray(i, i + 1))
  }

  close(): void {
    this.#file.close()
  }
}
