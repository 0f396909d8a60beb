import {
  Bool,
  type Data,
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchWriter,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray
} from 'apache-arrow'
import { roundDistance } from '../../domain/records/decimal-text.ts'
import type { AnswerShape, AnswerWriter, Sink } from './answer-writer.ts'
import { sentenceOf } from './answer-writer.ts'
import type { CustomerBatch } from './customer-batch.ts'
import { shownId } from './customer-id.ts'
import type { Places } from './places.ts'

/** The library leaves the schema out at the front of a file, where readers of streams look for it. */
class FileWriter extends RecordBatchFileWriter {
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema)
    const { _writeSchema } = RecordBatchWriter.prototype as unknown as { _writeSchema(schema: Schema): unknown }
    _writeSchema.call(this, schema)
    return this
  }
}

type Column = Data<Utf8 | Float64 | Bool | Dictionary<Utf8, Int32>>

/** Assignments as an Arrow file; the segments' ids and names are dictionaries, written once. */
export class ArrowAnswers implements AnswerWriter {
  readonly #writer = new FileWriter()
  readonly #schema: Schema
  readonly #errors: boolean
  readonly #dictionaries: Vector<Utf8>[]
  readonly #types: Dictionary<Utf8, Int32>[]
  readonly #written: Promise<void>
  #failure: unknown

  constructor({ segments, errors }: AnswerShape, sink: Sink) {
    this.#errors = errors
    this.#dictionaries = [segments.map(({ id }) => id), segments.map(({ name }) => name)].map((texts) =>
      vectorFromArray(texts, new Utf8())
    )
    this.#types = this.#dictionaries.map((_, id) => new Dictionary(new Utf8(), new Int32(), id))
    this.#schema = new Schema([
      Field.new('customer_id', new Utf8(), errors),
      Field.new('segment_id', this.#types[0]!, errors),
      Field.new('segment_name', this.#types[1]!, errors),
      Field.new('distance', new Float64(), errors),
      Field.new('margin', new Float64(), errors),
      Field.new('out_of_domain', new Bool(), errors),
      ...(errors ? [Field.new('error', new Utf8(), true)] : [])
    ])
    this.#written = this.#drain(sink)
    this.#writer.reset(undefined, this.#schema)
  }

  async write(batch: CustomerBatch, places: Places): Promise<void> {
    const { rows, faults } = batch
    const nulls = nullsOf(batch)
    const columns: Column[] = [
      idColumn(batch),
      ...this.#types.map((type, index) =>
        makeData({
          type,
          length: rows,
          ...nulls,
          data: places.segments.slice(0, rows),
          dictionary: this.#dictionaries[index]!
        })
      ),
      makeData({ type: new Float64(), length: rows, ...nulls, data: rounded(places.distances, rows) }),
      makeData({ type: new Float64(), length: rows, ...nulls, data: rounded(places.margins, rows) }),
      makeData({ type: new Bool(), length: rows, ...nulls, data: bitsOf(places.outside, rows) })
    ]
    if (this.#errors) {
      const sentences: (string | null)[] = new Array(rows).fill(null)
      for (const fault of faults) sentences[fault.index] = sentenceOf(fault)
      columns.push(vectorFromArray(sentences, new Utf8()).data[0]!)
    }
    const type = new Struct(this.#schema.fields)
    this.#writer.write(new RecordBatch(this.#schema, makeData({ type, length: rows, nullCount: 0, children: columns })))
    // Lets what was written flow on before there is more.
    await new Promise(setImmediate)
    if (this.#failure !== undefined) throw this.#failure
  }

  async end(): Promise<void> {
    this.#writer.finish()
    await this.#written
    if (this.#failure !== undefined) throw this.#failure
  }

  async #drain(sink: Sink): Promise<void> {
    try {
      for await (const bytes of this.#writer) sink(bytes)
    } catch (error) {
      this.#failure = error
    }
  }
}

function idColumn({ rows, ids, idEnds, faults }: CustomerBatch): Data<Utf8> {
  if (faults.length > 0) return shownIds({ ids, idEnds, rows, faults })
  const valueOffsets = new Int32Array(rows + 1)
  valueOffsets.set(idEnds.subarray(0, rows), 1)
  const data = Uint8Array.prototype.slice.call(ids, 0, idEnds[rows - 1] ?? 0)
  return makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data })
}

/** Ids that were refused may not be text at all. */
function shownIds({ rows, ids, idEnds, faults }: Omit<CustomerBatch, 'values'>): Data<Utf8> {
  const bad = new Set(faults.map(({ index }) => index))
  const texts = Array.from({ length: rows }, (_, row) => {
    const [start, end] = [row === 0 ? 0 : idEnds[row - 1]!, idEnds[row]!]
    return bad.has(row) ? shownId(ids, start, end) : ids.toString('utf8', start, end)
  })
  return vectorFromArray(texts, new Utf8()).data[0]!
}

function nullsOf({ rows, faults }: CustomerBatch): { nullCount: number; nullBitmap?: Uint8Array } {
  if (faults.length === 0) return { nullCount: 0 }
  const nullBitmap = new Uint8Array((rows + 7) >> 3).fill(0xff)
  for (const { index } of faults) nullBitmap[index >> 3]! &= ~(1 << (index & 7))
  return { nullCount: faults.length, nullBitmap }
}

function rounded(distances: Float64Array, rows: number): Float64Array {
  const answered = new Float64Array(rows)
  for (let row = 0; row < rows; row++) answered[row] = roundDistance(distances[row]!)
  return answered
}

function bitsOf(flags: Uint8Array, rows: number): Uint8Array {
  const bits = new Uint8Array((rows + 7) >> 3)
  for (let row = 0; row < rows; row++) bits[row >> 3]! |= flags[row]! << (row & 7)
  return bits
}
