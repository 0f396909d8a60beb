import { Problem } from '../../errors.ts'
import { CsvCells, DOUBLED, undoubled } from './csv-cells.ts'
import { BatchBuilder, type CustomerBatch } from './customer-batch.ts'
import { type CustomerColumns, findColumns, type NeededFeature } from './customer-columns.ts'
import { numberAt } from './number-cell.ts'

const BOM = Buffer.of(0xef, 0xbb, 0xbf)
const UTF16 = [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)]
const DELIMITERS = [',', ';', '\t', '|']
/** One more than may be there, so that one too many is seen. */
const CELLS_KEPT = 201
const SHOWN = 40

/**
 * Customers out of a delimited text in UTF-8 with a header. Which of comma, semicolon, tab and bar divides it is what its
 * header shows; numbers have a decimal point whatever the delimiter.
 *
 * @throws Problem (while going through it) encoding, header_missing, no_rows, csv_syntax, line_too_long, too_many_rows,
 *   and those of findColumns
 */
export async function* csvCustomers(
  chunks: AsyncIterable<Buffer>,
  head: Buffer,
  features: readonly NeededFeature[],
  rowsMax: number
): AsyncGenerator<CustomerBatch> {
  if (UTF16.some((mark) => head.subarray(0, 2).equals(mark))) {
    throw new Problem('encoding', 'The file is in UTF-16: save it as UTF-8.')
  }
  const cells = new CsvCells(delimiterOf(head), CELLS_KEPT)
  const builder = new BatchBuilder(features, rowsMax)
  let skip = head.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
  let columns: CustomerColumns | undefined
  const readRows = function* () {
    while (cells.next()) {
      if (columns === undefined) columns = findColumns(headerOf(cells), features)
      else {
        readRow(cells, columns, features, builder)
        if (builder.full) yield builder.take()
      }
    }
  }
  for await (const chunk of chunks) {
    cells.push(chunk.subarray(skip))
    skip = 0
    yield* readRows()
  }
  cells.finish()
  yield* readRows()
  if (columns === undefined) throw new Problem('header_missing', 'The file has no header line that names its columns.')
  if (builder.total === 0) throw new Problem('no_rows', 'The file has a header and no customers below it.')
  if (!builder.empty) yield builder.take()
}

/** The first that stands in the header outside of quotes: no name of ours holds one. */
function delimiterOf(head: Buffer): number {
  const [line = ''] = head
    .toString('latin1')
    .trimStart()
    .split(/[\r\n]/, 1)
  const found = /[,;\t|]/.exec(line.replace(/"[^"]*"/g, ''))
  return (found?.[0] ?? DELIMITERS[0]!).charCodeAt(0)
}

function headerOf({ bytes, count, starts, ends, forms }: CsvCells): string[] {
  if (count >= CELLS_KEPT) throw new Problem('too_many_columns', `The file has ${count} columns; send at most 200.`)
  return Array.from({ length: count }, (_, cell) => {
    const [start, end] = [starts[cell]!, ends[cell]!]
    return (forms[cell] === DOUBLED ? undoubled(bytes, start, end) : bytes.subarray(start, end)).toString('utf8').trim()
  })
}

function readRow(
  cells: CsvCells,
  columns: CustomerColumns,
  features: readonly NeededFeature[],
  builder: BatchBuilder
): void {
  const { bytes, starts, ends, forms } = cells
  const { id } = columns
  if (cells.count !== columns.width) {
    builder.fault(null, 'malformed_row', `it has ${cells.count} values where the header has ${columns.width}`)
    // Which value is the id is not to be said.
    builder.endRow()
    return
  }
  if (forms[id] === DOUBLED) {
    const text = undoubled(bytes, starts[id]!, ends[id]!)
    builder.id(text, 0, text.length)
  } else builder.id(bytes, starts[id]!, ends[id]!)

  for (let feature = 0; feature < features.length; feature++) {
    const cell = columns.features[feature]!
    const start = starts[cell]!
    const end = ends[cell]!
    if (start === end) {
      builder.value(feature, Number.NaN)
      continue
    }
    const value = numberAt(bytes, start, end)
    if (Number.isFinite(value)) builder.value(feature, value)
    else refuse(builder, features[feature]!.name, bytes.toString('utf8', start, Math.min(end, start + SHOWN)), value)
  }
  builder.endRow()
}

function refuse(builder: BatchBuilder, name: string, text: string, value: number): void {
  const shown = JSON.stringify(text.replace(/[\p{C}\ufffd]/gu, ' '))
  if (!Number.isNaN(value))
    builder.fault(name, 'number_too_large', `${name} is ${shown}, which is beyond what can be counted`)
  else if (/^[+-]?\d[\d.]*,\d+$/.test(text)) {
    builder.fault(name, 'invalid_number', `${name} is ${shown}: write the decimals after a point`)
  } else
    builder.fault(
      name,
      'invalid_number',
      `${name} is ${shown}, which is not a number; leave it empty where it is absent`
    )
}
