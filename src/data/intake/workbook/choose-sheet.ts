import type { DatasetOptions } from '../../../domain/records/dataset.ts'
import { Problem } from '../../../errors.ts'
import { findOrderColumns, isKnownColumn, listNames } from '../order-columns.ts'
import { quoted, type Sheet } from './parts.ts'

/** Rows looked at for a header: reports have a title, a period and a line of filters above it. */
export const HEAD_ROWS = 30

/** The table of a sheet: where its header stands and which columns it has. */
export interface SheetTable {
  /** Number of the header's row in the sheet. */
  headerRow: number
  /** Column of the sheet that the table begins in, from 0. */
  firstColumn: number
  /** Names of the header, without the empty columns before and behind. */
  names: string[]
}

export interface Head {
  sheet: Sheet
  /** The first rows that hold something: their numbers and the texts of their cells by column. */
  rows: { number: number; cells: ReadonlyMap<number, string> }[]
}

/**
 * The sheet asked for, or else the one whose header has most of what orders need: all that is required before much that
 * is known, one that can be seen before a hidden one, the first before the later.
 * @throws Problem sheet_not_found, header_missing, no_rows
 */
export function chooseSheet(heads: readonly Head[], options: DatasetOptions): { sheet: Sheet; table: SheetTable } {
  const asked = options.sheet === undefined ? heads : [findSheet(heads, options.sheet)]
  let best: { sheet: Sheet; table: SheetTable; rank: number[] } | undefined
  for (const { sheet, rows } of asked) {
    const found = findTable(rows, options.mapping)
    if (found === undefined) continue
    const rank = [found.complete, sheet.hidden ? 0 : 1, found.known]
    if (best === undefined || isHigher(rank, best.rank)) best = { sheet, table: found.table, rank }
  }
  if (best === undefined) throw withoutTable(asked)
  return best
}

function findTable(rows: Head['rows'], mapping: DatasetOptions['mapping']) {
  let best: { cells: ReadonlyMap<number, string>; number: number; known: number } | undefined
  for (const { cells, number } of rows) {
    const known = [...cells.values()].filter((name) => isKnownColumn(name, mapping)).length
    if (known > (best?.known ?? 0)) best = { cells, number, known }
  }
  if (best === undefined) return undefined
  const used = [...best.cells].filter(([, name]) => name.trim() !== '').map(([column]) => column)
  const firstColumn = Math.min(...used)
  const names = Array.from(
    { length: Math.max(...used) - firstColumn + 1 },
    (_, at) => best.cells.get(firstColumn + at)?.trim() || `column_${columnLetters(firstColumn + at)}`
  )
  const table: SheetTable = { headerRow: best.number, firstColumn, names }
  return { table, known: best.known, complete: hasAllRequired(names, mapping) ? 1 : 0 }
}

function hasAllRequired(names: string[], mapping: DatasetOptions['mapping']): boolean {
  try {
    findOrderColumns(names, mapping)
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

function findSheet(heads: readonly Head[], name: string): Head {
  const found =
    heads.find(({ sheet }) => sheet.name === name) ??
    heads.find(({ sheet }) => sheet.name.trim().toLowerCase() === name.trim().toLowerCase())
  if (found) return found
  throw new Problem(
    'sheet_not_found',
    `The workbook has no sheet ${quoted(name)}; say one of ${listNames(heads.map(({ sheet }) => sheet.name))} in options.sheet.`
  )
}

function withoutTable(heads: readonly Head[]): Problem {
  const names = listNames(heads.map(({ sheet }) => sheet.name))
  if (heads.every(({ rows }) => rows.length === 0)) {
    return new Problem('no_rows', `The workbook's sheets are empty (${names}); send one with order lines.`)
  }
  return new Problem(
    'header_missing',
    `No row among the first ${HEAD_ROWS} of a sheet (${names}) names columns that are known: looked for customer_id, ordered_at (or order date), quantity, unit_price, line_total, order_id and their usual names. Add a header row, or name the columns in options.mapping.`
  )
}

/** Compared from the first figure on. */
function isHigher(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((figure, each) => figure !== other[each])
  return at >= 0 && one[at]! > other[at]!
}

/** A, B, …, Z, AA, …: what the column is called where it has no name. */
function columnLetters(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26))
  return column < 26 ? letter : columnLetters(Math.floor(column / 26) - 1) + letter
}
