import { Problem } from '../../../errors.ts'
import { COLUMNS_MAX } from '../dialect.ts'
import { StagedFile } from '../staged-file.ts'

/** Columns that something asks for find room behind so many that nothing does. */
const UNASKED_MAX = 150

/** Rows of named values as a staged file whose columns come to be with the first value that needs them. */
export class ColumnRows {
  readonly names: string[] = []
  rows = 0
  private readonly places = new Map<string, number>()
  private readonly filledRows: number[] = []
  private readonly values: (string | null)[] = []
  private readonly file: StagedFile
  private bytes = Buffer.allocUnsafe(64 * 1024)
  private bounds = new Int32Array(0)

  /** @param isWanted whether a column may be needed, by its name */
  constructor(
    readonly path: string,
    private readonly isWanted: (name: string) => boolean
  ) {
    this.file = new StagedFile(path, 1)
  }

  /**
   * Gives the next row a value.
   * @param optional whether the column may be left out when there are too many
   * @throws Problem too_many_columns
   */
  set(name: string, value: string | null, optional: boolean): void {
    const place = this.places.get(name) ?? this.place(name, optional)
    if (place >= 0) this.values[place] = value
  }

  get(name: string): string | null {
    return this.values[this.places.get(name) ?? -1] ?? null
  }

  /** Ends the row; its values stay for the next one until `clear`. */
  write(): void {
    const { values } = this
    let length = 0
    for (const value of values) length += value === null ? 0 : 3 * value.length
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * length)
    let at = 0
    for (let each = 0; each < values.length; each++) {
      const value = values[each]!
      this.bounds[2 * each] = at
      if (value !== null) at += this.bytes.write(value, at)
      this.bounds[2 * each + 1] = at
      if (value !== null && value !== '') this.filledRows[each]!++
    }
    this.rows++
    this.file.good(this.bytes, this.bounds)
  }

  clear(): void {
    this.values.fill(null)
  }

  malformed(line: Buffer): void {
    this.rows++
    this.file.malformed(line)
  }

  /** How many rows have a value, by the name of the column. */
  filled(): Map<string, number> {
    return new Map(this.names.map((name, at) => [name, this.filledRows[at]!]))
  }

  columnOf(name: string): number | undefined {
    return this.places.get(name)
  }

  finish(): void {
    this.file.finish(null)
  }

  close(): void {
    this.file.close()
  }

  private place(name: string, optional: boolean): number {
    const { length } = this.names
    if (optional && length >= UNASKED_MAX && (length >= COLUMNS_MAX || !this.isWanted(name))) return -1
    if (length >= COLUMNS_MAX) {
      throw new Problem('too_many_columns', `The objects have more than ${COLUMNS_MAX} different keys.`)
    }
    this.names.push(shownName(name, length))
    this.places.set(name, length)
    this.filledRows.push(0)
    this.values.push(null)
    if (length > 0) this.file.addColumn()
    this.bounds = new Int32Array(2 * (length + 1))
    return length
  }
}

/** A key may be empty, or hold half a character: no name of a column does. */
const shownName = (key: string, place: number): string => Buffer.from(key).toString() || `column_${place + 1}`
