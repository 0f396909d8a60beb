import { Problem } from '../../../errors.ts'
import { LINE_BYTES_MAX } from '../dialect.ts'

/** ECMA-376 ends where Excel does. */
export const COLUMNS_LAST = 16_384

/** The cells of one row that hold something, each at the column its reference names. Used anew for every row. */
export class RowCells {
  /** Texts of the cells in UTF-8, one behind the other. */
  bytes = Buffer.allocUnsafe(4096)
  /** Columns that hold something, from 0, in the order of the file. */
  readonly columns: number[] = []
  /** Cell c lies in `bytes` from `bounds[2 * c]` to `bounds[2 * c + 1]`; nothing where both are 0. */
  readonly bounds = new Int32Array(2 * COLUMNS_LAST)
  private readonly dates = new Uint8Array(COLUMNS_LAST)
  private used = 0

  clear(): void {
    for (const column of this.columns) {
      this.bounds[2 * column] = 0
      this.bounds[2 * column + 1] = 0
    }
    this.columns.length = 0
    this.used = 0
  }

  /** @throws Problem line_too_long */
  addText(column: number, text: string, isDate: boolean): void {
    this.reserve(3 * text.length)
    this.place(column, this.bytes.write(text, this.used), isDate)
  }

  /** @throws Problem line_too_long */
  addBytes(column: number, text: Buffer): void {
    this.reserve(text.length)
    this.bytes.set(text, this.used)
    this.place(column, text.length, false)
  }

  /** Bytes that the texts take together. */
  get length(): number {
    return this.used
  }

  has(column: number): boolean {
    return this.bounds[2 * column + 1] !== 0
  }

  isDate(column: number): boolean {
    return this.dates[column] === 1
  }

  text(column: number): string {
    return this.bytes.toString('utf8', this.bounds[2 * column], this.bounds[2 * column + 1])
  }

  private place(column: number, length: number, isDate: boolean): void {
    if (length === 0) return
    this.columns.push(column)
    this.dates[column] = isDate ? 1 : 0
    this.bounds[2 * column] = this.used
    this.used += length
    this.bounds[2 * column + 1] = this.used
  }

  private reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return
    if (this.used + length > 4 * LINE_BYTES_MAX) {
      throw new Problem(
        'line_too_long',
        'A row of the sheet holds more than 1 MiB; order lines have names and numbers.'
      )
    }
    const larger = Buffer.allocUnsafe(2 * (this.used + length))
    this.bytes.copy(larger, 0, 0, this.used)
    this.bytes = larger
  }
}
