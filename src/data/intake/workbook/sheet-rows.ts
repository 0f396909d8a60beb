import { COLUMNS_LAST, RowCells } from './row-cells.ts'
import { type DateSystem, serialDate } from './serial-date.ts'
import type { SharedStrings } from './shared-strings.ts'
import { numberText, plainText } from './text-escapes.ts'
import { type Attributes, invalid, readXml, type XmlHandler } from './xml.ts'

const ROWS_LAST = 1_048_576

/** What the cells of a sheet refer to. */
export interface CellContext {
  strings: SharedStrings
  /** By style: 1 where numbers are dates. */
  dateStyles: Uint8Array
  dateSystem: DateSystem
}

export interface RowSink {
  /** A row that holds something, with its number in the sheet; the cells are valid during the call only. */
  row(cells: RowCells, number: number): void
  /** Whether enough has been seen. */
  done?(): boolean
}

/** What of a sheet could not be taken over as it stands. */
export interface SheetRemarks {
  /** Cells that show an error such as #N/A; they count as empty. */
  errors: number
  /** Formulas whose result was not stored with them; they count as empty. */
  uncalculated: number
  /** Merged cells that span several rows: only the first row has their value. */
  mergedRows: number
}

/**
 * Goes through the rows of one sheet.
 * @throws Problem xlsx_invalid, line_too_long
 */
export async function readSheet(
  part: AsyncIterable<Buffer>,
  context: CellContext,
  sink: RowSink
): Promise<SheetRemarks> {
  const reader = new SheetReader(context, sink)
  await readXml(part, reader)
  return reader.remarks
}

class SheetReader implements XmlHandler {
  readonly remarks: SheetRemarks = { errors: 0, uncalculated: 0, mergedRows: 0 }
  private readonly cells = new RowCells()
  private inData = false
  private row = 0
  private column = -1
  private attributes: Attributes = {}
  private value = ''
  private collects = false
  private hasFormula = false
  private phonetic = 0
  private lastSerial = ''
  private lastDate: string | null = null

  constructor(
    private readonly context: CellContext,
    private readonly sink: RowSink
  ) {}

  open(name: string, attributes: Attributes): void {
    if (name === 'sheetData') this.inData = true
    else if (name === 'mergeCell') this.merged(attributes.ref ?? '')
    else if (!this.inData) return
    else if (name === 'c') this.openCell(attributes)
    else if (name === 'v' || name === 't') this.collects = this.phonetic === 0
    else if (name === 'row') this.openRow(attributes.r)
    else if (name === 'f') this.hasFormula = true
    else if (name === 'rPh') this.phonetic++
  }

  text(text: string): void {
    if (this.collects) this.value += text
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.collects = false
    else if (name === 'c') this.closeCell()
    else if (name === 'row') {
      if (this.cells.columns.length > 0) this.sink.row(this.cells, this.row)
      this.cells.clear()
    } else if (name === 'rPh') this.phonetic--
    else if (name === 'sheetData') this.inData = false
  }

  done(): boolean {
    return this.sink.done?.() ?? false
  }

  /** Rows and cells without a reference follow the one before. */
  private openRow(reference: string | undefined): void {
    const number = reference === undefined ? this.row + 1 : Number(reference)
    if (!(Number.isInteger(number) && number > this.row && number <= ROWS_LAST)) {
      throw invalid(`A row of the sheet has a number that cannot be behind row ${this.row}`)
    }
    this.row = number
    this.column = -1
  }

  private openCell(attributes: Attributes): void {
    const { r } = attributes
    const column = r === undefined ? this.column + 1 : columnOf(r)
    if (column < 0 || column >= COLUMNS_LAST) throw invalid(`A cell of row ${this.row} has no column of a sheet`)
    if (this.cells.has(column)) throw invalid(`Row ${this.row} of the sheet has a cell twice`)
    this.column = column
    this.attributes = attributes
    this.value = ''
    this.hasFormula = false
  }

  private closeCell(): void {
    const { value, column, cells, context } = this
    if (value === '') {
      if (this.hasFormula) this.remarks.uncalculated++
      return
    }
    switch (this.attributes.t) {
      case 's':
        cells.addBytes(column, context.strings.get(Number(value)))
        break
      case 'inlineStr':
      case 'str':
        cells.addText(column, plainText(value), false)
        break
      case 'b':
        cells.addText(column, value === '1' || value === 'true' ? 'true' : 'false', false)
        break
      case 'e':
        this.remarks.errors++
        break
      case 'd':
        cells.addText(column, value, true)
        break
      default:
        this.addNumber()
    }
  }

  private addNumber(): void {
    const { value, context } = this
    const date = context.dateStyles[Number(this.attributes.s ?? 0)] === 1 ? this.dateOf(value) : null
    this.cells.addText(this.column, date ?? numberText(value), date !== null)
  }

  /** Neighbouring rows are of one order, and so of one moment. */
  private dateOf(value: string): string | null {
    if (value !== this.lastSerial) {
      this.lastSerial = value
      this.lastDate = serialDate(Number(value), this.context.dateSystem)
    }
    return this.lastDate
  }

  private merged(reference: string): void {
    const rows = /^\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+)$/.exec(reference)
    if (rows && rows[1] !== rows[2]) this.remarks.mergedRows++
  }
}

/** 0 for A1, 27 for AB7; -1 where there are no letters. */
function columnOf(reference: string): number {
  let column = 0
  for (let at = 0; at < reference.length && at < 4; at++) {
    const code = reference.charCodeAt(at)
    const letter = code >= 97 ? code - 96 : code - 64
    if (letter < 1 || letter > 26) break
    column = 26 * column + letter
  }
  return column - 1
}
