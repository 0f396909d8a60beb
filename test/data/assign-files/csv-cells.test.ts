import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvCells, DOUBLED, undoubled } from '../../../src/data/assign-files/csv-cells.ts'

/** All records, the text handed over in pieces of so many bytes. */
function recordsOf(text: string | Buffer, piece = 7, delimiter = ','): string[][] {
  const bytes = Buffer.from(text)
  const cells = new CsvCells(delimiter.charCodeAt(0), 50)
  const records: string[][] = []
  const take = () => {
    while (cells.next()) {
      records.push(
        Array.from({ length: cells.count }, (_, cell) => {
          const [start, end] = [cells.starts[cell]!, cells.ends[cell]!]
          return (
            cells.forms[cell] === DOUBLED ? undoubled(cells.bytes, start, end) : cells.bytes.subarray(start, end)
          ).toString()
        })
      )
    }
  }
  for (let at = 0; at < bytes.length; at += piece) {
    cells.push(bytes.subarray(at, at + piece))
    take()
  }
  cells.finish()
  take()
  return records
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('CsvCells', () => {
  test('gives back what was written, whatever the quotes, line ends and pieces', () => {
    const character = fc.constantFrom('a', 'é', '€', '"', ',', '\n', '\r', ' ', ';', '\t', '1')
    const cell = fc.string({ unit: character, maxLength: 6 })
    const record = fc.array(cell, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 20 }),
        (records, lineEnd, always, lastEnd, piece) => {
          // A lone empty value must be quoted, else its line is empty.
          const write = (text: string, alone: boolean) =>
            always || /[",\r\n]/.test(text) || (alone && text === '') ? quoted(text) : text
          const lines = records.map((each) => each.map((text) => write(text, each.length === 1)).join(','))
          const text = lines.join(lineEnd) + (lastEnd && lines.length > 0 ? lineEnd : '')
          expect(recordsOf(text, piece)).toEqual(records)
        }
      ),
      { numRuns: 3000 }
    )
  })

  test('passes over empty lines and takes a quote inside a value as it stands', () => {
    expect(recordsOf('\n\na,5" nail\r\n\r\nb,c\n\n')).toEqual([
      ['a', '5" nail'],
      ['b', 'c']
    ])
  })

  test.each([1, 2, 3, 1000])('sees the end of a quotation across pieces of %i bytes', (piece) => {
    expect(recordsOf('"a""b","c"\r\n"d",e', piece)).toEqual([
      ['a"b', 'c'],
      ['d', 'e']
    ])
  })

  test('refuses text behind a closing quote, naming the row', () => {
    expect(() => recordsOf('h,i\n1,2\n"a"b,c\n')).toThrow(expect.objectContaining({ code: 'csv_syntax' }))
    expect(() => recordsOf('h,i\n1,2\n"a"b,c\n')).toThrow(/^In row 2 /)
  })

  test('refuses a quote that is never closed', () => {
    expect(() => recordsOf('h,i\n"a,b\nc,d\n')).toThrow(expect.objectContaining({ code: 'csv_syntax' }))
  })

  test('refuses a record of more than 1 MiB, closed or not', () => {
    const long = 'x'.repeat(1024 * 1024)
    for (const text of [`h,i\n${long},1\n`, `h,i\n"${long}`]) {
      expect(() => recordsOf(text, 65_536)).toThrow(expect.objectContaining({ code: 'line_too_long' }))
    }
  })
})
