import { quotedCell, textCell } from '../../domain/records/csv-text.ts'
import { writeDistance } from '../../domain/records/decimal-text.ts'
import type { AnswerShape, AnswerWriter, Sink } from './answer-writer.ts'
import { sentenceOf } from './answer-writer.ts'
import type { CustomerBatch } from './customer-batch.ts'
import { shownId } from './customer-id.ts'
import type { Places } from './places.ts'

const BUFFER_BYTES = 1024 * 1024
/** Of one row: an id of 1,024 bytes doubled, a segment's id and name, two numbers, a sentence. */
const ROW_BYTES = 16 * 1024

/** More bytes are copied faster by the engine's own call. */
const COPIED = 24

const COLUMNS = ['customer_id', 'segment_id', 'segment_name', 'distance', 'margin', 'out_of_domain']
const COMMA = 0x2c
const APOSTROPHE = 0x27
const CRLF = Buffer.from('\r\n')
const TRUE = Buffer.from(',true')
const FALSE = Buffer.from(',false')

/** Bytes for which a cell must stand in quotes, and those that begin a formula. */
const SPECIAL = flags('",\r\n')
const FORMULA = flags('=+-@\t\r')

/** Assignments as RFC 4180 text in UTF-8 with a header; cells that a spreadsheet would run are defused as everywhere. */
export class CsvAnswers implements AnswerWriter {
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  readonly #segmentCells: Buffer[]
  readonly #errors: boolean
  readonly #sink: Sink
  #used = 0

  constructor({ segments, errors }: AnswerShape, sink: Sink) {
    this.#sink = sink
    this.#errors = errors
    this.#segmentCells = segments.map(({ id, name }) => Buffer.from(`,${textCell(id)},${textCell(name)},`))
    this.#used = this.#buffer.write(`${[...COLUMNS, ...(errors ? ['error'] : [])].join(',')}\r\n`)
  }

  async write(batch: CustomerBatch, places: Places): Promise<void> {
    const { rows, ids, idEnds, faults } = batch
    let idStart = 0
    let fault = 0
    for (let row = 0; row < rows; row++) {
      if (this.#used > BUFFER_BYTES - ROW_BYTES) this.#flush()
      const idEnd = idEnds[row]!
      if (faults[fault]?.index === row) {
        this.#used += this.#buffer.write(
          `${textCell(shownId(ids, idStart, idEnd))},,,,,,${textCell(sentenceOf(faults[fault]!))}`,
          this.#used
        )
        fault++
      } else this.#assigned(ids, idStart, idEnd, row, places)
      this.#bytes(CRLF)
      idStart = idEnd
    }
  }

  async end(): Promise<void> {
    this.#flush()
  }

  #assigned(ids: Buffer, idStart: number, idEnd: number, row: number, places: Places): void {
    this.#id(ids, idStart, idEnd)
    this.#bytes(this.#segmentCells[places.segments[row]!]!)
    this.#used = writeDistance(places.distances[row]!, this.#buffer, this.#used)
    this.#buffer[this.#used++] = COMMA
    this.#used = writeDistance(places.margins[row]!, this.#buffer, this.#used)
    this.#bytes(places.outside[row] === 1 ? TRUE : FALSE)
    if (this.#errors) this.#buffer[this.#used++] = COMMA
  }

  #id(ids: Buffer, start: number, end: number): void {
    const buffer = this.#buffer
    const from = this.#used
    let to = from
    let special = 0
    if (FORMULA[ids[start]!] === 1) buffer[to++] = APOSTROPHE
    for (let at = start; at < end; at++) {
      const byte = ids[at]!
      special |= SPECIAL[byte]!
      buffer[to++] = byte
    }
    this.#used = to
    if (special === 0) return
    const cell = buffer.toString('latin1', from, to)
    this.#used = from + buffer.write(quotedCell(cell), from, 'latin1')
  }

  #bytes(bytes: Buffer): void {
    const buffer = this.#buffer
    let to = this.#used
    if (bytes.length > COPIED) {
      buffer.set(bytes, to)
      to += bytes.length
    } else for (let at = 0; at < bytes.length; at++) buffer[to++] = bytes[at]!
    this.#used = to
  }

  #flush(): void {
    this.#sink(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }
}

function flags(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}
