import type { AssignedColumns, AssignedTable, CustomerTable } from '../../flows/messages/assigning-tables.ts'
import { type AtHand, afterwards } from '../../flows/messages/at-hand.ts'
import { addRow, begin, type Column, columnsOf, end, MOST_AHEAD, pause } from './assignments.ts'
import { JsonText } from './json-text.ts'
import * as say from './phrases.ts'
import { appendRows, COLUMN, type PhraseTable, type RowSource, releaseRows } from './row-text.ts'

/** The ids of a table as JSON texts: of customer i in `bytes` from ids[2i] up to ids[2i + 1]. */
export interface TableIds {
  bytes: Uint8Array
  ids: Int32Array
}

/** Rows between two turns of others. */
const STRETCH = 2000

/** Fewer are written in JavaScript before WebAssembly has been handed all that it needs. */
const WORTH = 4

const NO_NAMES: readonly string[] = []

/** The answer to a table that came in rows, byte for byte that of assignmentsText. */
export function tableRowsText(
  assigned: AssignedTable,
  { names, columns, step }: CustomerTable,
  { bytes, ids }: TableIds
): AtHand<string | Buffer> {
  const { placements, include } = assigned
  const values = include.features ? columns[0]! : null
  const phrases = tableOf(assigned, include.features ? names : NO_NAMES)
  const source: RowSource = { phrases, placements, values, bytes, ids }
  const addId = (text: JsonText, row: number) => text.copy(bytes, ids[2 * row]!, ids[2 * row + 1]!)
  const addValues = (text: JsonText, row: number) => {
    for (const [f, title] of phrases.titles.entries()) {
      text.add(title)
      text.number(values![row * step + f]!)
    }
    text.add(say.CLOSED)
  }
  const text = new JsonText()
  begin(text, assigned)
  text.add(say.ROWS)
  const written = inStretches(text, placements.n, {
    quickly: (row) => (placements.n < WORTH ? row : appendRows(text, COLUMN.row, source, row)),
    surely: (row) => addRow(text, assigned, row, addId, values === null ? undefined : addValues)
  })
  return afterwards(written, () => {
    releaseRows()
    text.add(say.ROWS_END)
    return end(text, assigned)
  })
}

/** The answer to a table that came in columns, byte for byte that of columnsText. */
export function tableColumnsText(assigned: AssignedColumns, { bytes, ids }: TableIds): AtHand<string | Buffer> {
  const { placements } = assigned
  const source: RowSource = { phrases: tableOf(assigned, NO_NAMES), placements, values: null, bytes, ids }
  const addId = (text: JsonText, row: number) => text.copy(bytes, ids[2 * row]!, ids[2 * row + 1]!)
  const text = new JsonText()
  begin(text, assigned)
  const addColumn = ({ kind, title, add }: Column): AtHand<void> => {
    text.add(title)
    return inStretches(text, placements.n, {
      quickly: (row) => (placements.n < WORTH ? row : appendRows(text, COLUMN[kind], source, row)),
      surely(row) {
        if (row > 0) text.add(say.COMMA)
        add(text, row)
      }
    })
  }
  const written = columnsOf(assigned, addId).reduce<AtHand<void>>(
    (before, column) => afterwards(before, () => addColumn(column)),
    undefined
  )
  return afterwards(written, () => {
    releaseRows()
    text.add(say.COLUMNS_END)
    return end(text, assigned)
  })
}

interface Way {
  /** Writes from this row on, and tells the first that is not written: this one where it has to be written surely. */
  quickly(row: number): number
  surely(row: number): void
}

/** All rows: as many as can be many at a time, the others one by one. */
function inStretches(text: JsonText, n: number, way: Way): AtHand<void> {
  const row = writeRows(text, 0, n, way)
  if (row < n) return fromRow(row, text, n, way)
}

async function fromRow(from: number, text: JsonText, n: number, way: Way): Promise<void> {
  for (let row = from; row < n; ) {
    await pause()
    row = writeRows(text, row, n, way)
  }
}

/** @returns the first row that is not written, a stretch further on */
function writeRows(text: JsonText, from: number, n: number, { quickly, surely }: Way): number {
  const before = text.length
  let row = from
  while (row < Math.min(n, from + STRETCH)) {
    const first = row
    row = quickly(row)
    if (row === first) surely(row++)
    // The others will be about as long as the first.
    if (first === 0) text.reserve(Math.min(MOST_AHEAD, Math.ceil((1.1 * (text.length - before) * n) / row)))
  }
  return row
}

const ROWS = [
  say.NEXT_CUSTOMER,
  say.MARGIN,
  say.WITHIN,
  say.BEYOND,
  say.NEAREST,
  say.NEAREST_END,
  say.CLOSED,
  say.CLOSED,
  say.TRUE,
  say.FALSE
]

const tables = new WeakMap<say.Phrases, WeakMap<readonly string[], PhraseTable>>()

/** @param names of features. The same array for the same names, where that is easy: then the table is there already */
function tableOf({ model }: AssignedColumns, names: readonly string[]): PhraseTable {
  const phrases = say.phrasesOf(model)
  let ofModel = tables.get(phrases)
  if (ofModel === undefined) {
    ofModel = new WeakMap()
    tables.set(phrases, ofModel)
  }
  let table = ofModel.get(names)
  if (table === undefined) {
    const segments = phrases.segments.map(({ own, near, nextNear, id, name }) => [own, near, nextNear, id, name])
    table = { rows: ROWS, segments, titles: say.titlesOf(names) }
    ofModel.set(names, table)
  }
  return table
}
