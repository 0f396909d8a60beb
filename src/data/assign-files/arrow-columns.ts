import type { RecordBatch } from 'apache-arrow/fb/record-batch'
import { Problem } from '../../errors.ts'
import { damaged } from './arrow-messages.ts'
import type { ArrowField, ArrowKind } from './arrow-schema.ts'

type Numbers = { readonly length: number; readonly [index: number]: number | bigint }

/** One column of a batch: each row is absent, or a number, or text. */
export interface ArrowColumn {
  /** One bit a row; null where no row is absent. */
  validity: Uint8Array | null
  numbers: Numbers | null
  texts: ArrowTexts | null
}

/** Text i is the bytes from offset i to offset i + 1; not yet checked. */
export interface ArrowTexts {
  offsets: Numbers
  data: Uint8Array
}

const ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array
} satisfies Partial<Record<ArrowKind, unknown>>

/** Rows and columns of a record batch whose every stated length fits what is there. */
export function arrowColumns(
  batch: RecordBatch,
  fields: readonly ArrowField[],
  body: Uint8Array
): { rows: number; columns: ArrowColumn[] } {
  if (batch.compression() !== null) {
    throw new Problem(
      'unsupported_codec',
      'The Arrow data is compressed inside: write it without (pandas: to_feather(…, compression="uncompressed")), and gzip the file where size matters.'
    )
  }
  const stated = batch.length()
  // Every row has an offset or a number of its own, so no honest batch has more rows than bytes.
  if (stated < 0n || stated > BigInt(body.length)) throw damaged('a batch states more rows than it holds')
  const rows = Number(stated)
  if (batch.nodesLength() !== fields.length) throw damaged('a batch has not the columns of the schema')

  let next = 0
  const bytes = (): Uint8Array => {
    const buffer = batch.buffers(next++)
    const [offset, length] = [buffer?.offset() ?? -1n, buffer?.length() ?? -1n]
    if (offset < 0n || length < 0n || offset + length > BigInt(body.length))
      throw damaged('a column lies outside of its batch')
    return body.subarray(Number(offset), Number(offset + length))
  }
  const numbers = (kind: keyof typeof ARRAYS, count: number): Numbers => viewOf(bytes(), kind, count)

  const columns = fields.map(({ kind, dictionary }, index): ArrowColumn => {
    const node = batch.nodes(index)
    if (node?.length() !== stated) throw damaged('a column has another number of rows than its batch')
    if (kind === 'null') return { validity: new Uint8Array(Math.ceil(rows / 8)), numbers: null, texts: null }
    const bits = bytes()
    const validity = node.nullCount() === 0n || bits.length === 0 ? null : bits
    if (validity !== null && validity.length * 8 < rows)
      throw damaged('a column lacks some of its marks for absent values')
    if (dictionary !== null)
      return { validity, numbers: numbers(dictionary.index as keyof typeof ARRAYS, rows), texts: null }
    if (kind === 'utf8' || kind === 'large_utf8') {
      const offsets = numbers(kind === 'utf8' ? 'int32' : 'int64', rows === 0 ? 0 : rows + 1)
      return { validity, numbers: null, texts: { offsets, data: bytes() } }
    }
    return { validity, numbers: numbers(kind, rows), texts: null }
  })
  return { rows, columns }
}

function viewOf(bytes: Uint8Array, kind: keyof typeof ARRAYS, count: number): Numbers {
  const array = ARRAYS[kind]
  const width = array.BYTES_PER_ELEMENT
  if (bytes.length < count * width) throw damaged('a column holds fewer values than rows')
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, count)
}

export const isPresent = ({ validity }: ArrowColumn, row: number): boolean =>
  validity === null || ((validity[row >> 3]! >> (row & 7)) & 1) === 1

/** Where text `index` lies in `texts.data`. @throws Problem arrow_invalid */
export function textSpan({ offsets, data }: ArrowTexts, index: number): [number, number] {
  const start = Number(offsets[index])
  const end = Number(offsets[index + 1])
  if (!(start >= 0 && start <= end && end <= data.length)) throw damaged('a text lies outside of its column')
  return [start, end]
}
