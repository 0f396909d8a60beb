import { join } from 'node:path'
import { Problem } from '../../../errors.ts'
import type { ZipArchive } from '../archive/zip.ts'
import { thousands } from '../dates.ts'
import { COLUMNS_MAX } from '../dialect.ts'
import { listNames } from '../order-columns.ts'
import { PARTIAL_ROWS } from '../parquet.ts'
import type { Staged } from '../stage.ts'
import { StagedFile } from '../staged-file.ts'
import { type TextRequest, tooManyRows } from '../text.ts'
import { chooseSheet, HEAD_ROWS, type Head, type SheetTable } from './choose-sheet.ts'
import { findParts, quoted, type Sheet } from './parts.ts'
import type { RowCells } from './row-cells.ts'
import { readSharedStrings, SharedStrings } from './shared-strings.ts'
import { type CellContext, type RowSink, readSheet, type SheetRemarks } from './sheet-rows.ts'
import { readDateStyles } from './styles.ts'

/** A column is one of dates when hardly any of its cells is something else: a line of totals has a word there. */
const DATES_SHARE = 0.99

export interface WorkbookRequest extends TextRequest {
  /** Told the share of the sheet that has been read, 0 to 1. */
  onShare(share: number): void
}

/**
 * The rows of the one sheet that holds the orders.
 * @throws Problem xlsx_invalid, sheet_not_found, header_missing, no_rows, too_many_rows, too_many_columns, line_too_long,
 * intake_memory, and what the archive throws
 */
export async function stageWorkbook(
  archive: ZipArchive,
  request: WorkbookRequest
): Promise<{ staged: Staged; sheet: string }> {
  const parts = await findParts(archive)
  const context: CellContext = {
    strings: parts.strings ? await readSharedStrings(archive.read(parts.strings)) : new SharedStrings(),
    dateStyles: parts.styles ? await readDateStyles(archive.read(parts.styles)) : new Uint8Array(),
    dateSystem: parts.dateSystem
  }
  const heads: Head[] = []
  for (const sheet of parts.sheets) heads.push(await readHead(archive, sheet, context))
  const { sheet, table } = chooseSheet(heads, request.options)
  if (table.names.length > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The sheet has ${table.names.length} columns; send at most ${COLUMNS_MAX}.`)
  }

  const rows = new TableRows(join(request.work, 'sheet.parquet'), table, request)
  try {
    const remarks = await readSheet(archive.read(sheet.part, request.onShare), context, rows)
    const notes = limitations(parts.sheets, sheet, remarks, rows.outside)
    return { staged: { ...rows.finish(), limitations: notes }, sheet: sheet.name }
  } finally {
    rows.close()
  }
}

async function readHead(archive: ZipArchive, sheet: Sheet, context: CellContext): Promise<Head> {
  const rows: Head['rows'] = []
  await readSheet(archive.read(sheet.part), context, {
    row(cells, number) {
      if (rows.length >= HEAD_ROWS) return
      rows.push({ number, cells: new Map(cells.columns.map((column) => [column, cells.text(column)])) })
    },
    done: () => rows.length >= HEAD_ROWS
  })
  return { sheet, rows }
}

/** The rows below the header, in the columns of the table. */
class TableRows implements RowSink {
  /** Cells that hold something beside the table. */
  outside = 0
  private rows = 0
  private readonly file: StagedFile
  private readonly bounds: Int32Array
  private readonly cells: Float64Array
  private readonly dates: Float64Array

  constructor(
    path: string,
    private readonly table: SheetTable,
    private readonly request: TextRequest
  ) {
    const columns = table.names.length
    this.file = new StagedFile(path, columns)
    this.bounds = new Int32Array(2 * columns)
    this.cells = new Float64Array(columns)
    this.dates = new Float64Array(columns)
  }

  row(cells: RowCells, number: number): void {
    if (number <= this.table.headerRow) return
    const { firstColumn, names } = this.table
    let inside = 0
    for (const column of cells.columns) {
      const at = column - firstColumn
      if (at < 0 || at >= names.length) continue
      inside++
      this.cells[at]!++
      if (cells.isDate(column)) this.dates[at]!++
    }
    this.outside += cells.columns.length - inside
    if (inside === 0) return
    if (++this.rows > this.request.rowsMax) throw tooManyRows(this.request.rowsMax)
    const { bounds } = this
    bounds.set(cells.bounds.subarray(2 * firstColumn, 2 * (firstColumn + names.length)))
    // Where the last cell is empty, its place still says how long the row is.
    if (bounds[bounds.length - 1] === 0) bounds.fill(cells.length, -2)
    this.file.good(cells.bytes, bounds)
  }

  done(): boolean {
    return this.request.partial === true && this.rows >= PARTIAL_ROWS
  }

  finish(): Staged {
    if (this.rows === 0) {
      throw new Problem('no_rows', 'The sheet has a header but no rows; send the order lines too.')
    }
    this.file.finish(null)
    const { names } = this.table
    const typedDates = new Set(
      names.filter((_, at) => this.dates[at]! > 0 && this.dates[at]! >= DATES_SHARE * this.cells[at]!)
    )
    return { path: this.file.path, names, rows: this.rows, typedDates }
  }

  close(): void {
    this.file.close()
  }
}

function limitations(sheets: readonly Sheet[], taken: Sheet, remarks: SheetRemarks, outside: number): string[] {
  const others = sheets.filter((sheet) => sheet !== taken).map(({ name }) => name)
  const notes: [boolean, string][] = [
    [
      others.length > 0,
      `Only the sheet ${quoted(taken.name)} was read; the workbook also has ${listNames(others)}, which options.sheet can name.`
    ],
    [taken.hidden, `The sheet ${quoted(taken.name)} is hidden in the workbook.`],
    [outside > 0, `${thousands(outside)} cells beside the table were left out.`],
    [
      remarks.errors > 0,
      `${thousands(remarks.errors)} cells of the sheet show an error such as #N/A and count as empty.`
    ],
    [
      remarks.uncalculated > 0,
      `${thousands(remarks.uncalculated)} formulas of the sheet were stored without their results and count as empty: open the workbook in a spreadsheet program and save it.`
    ],
    [
      remarks.mergedRows > 0,
      `${thousands(remarks.mergedRows)} merged cells span several rows: only the first of those rows has their value.`
    ]
  ]
  return notes.filter(([applies]) => applies).map(([, sentence]) => sentence)
}
