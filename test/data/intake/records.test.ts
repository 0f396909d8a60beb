import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordScan, type RecordShape } from '../../../src/data/intake/records.ts'

const SHAPE: RecordShape = Object.freeze({ delimiter: 0x2c, quote: 0x22, columns: 3, forbidden: [0, 1] })

/** What the scan makes of a text that arrives in chunks of `size` bytes: the text to be read, and its counts. */
function scan(text: string, size: number, shape = SHAPE) {
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  const kept: Buffer[] = []
  const records = new RecordScan(shape, {
    keep(part) {
      out.push(Buffer.from(part))
      kept.push(Buffer.from(part))
    },
    replace(part, by) {
      out.push(Buffer.from(by))
      kept.push(Buffer.from(part))
    }
  })
  for (let at = 0; at < bytes.length; at += size) records.push(bytes.subarray(at, at + size))
  records.end()
  // Every byte of the text has been handed over once and in order.
  expect(Buffer.concat(kept).equals(bytes)).toBe(true)
  return {
    text: Buffer.concat(out).toString(),
    rows: records.rows,
    malformed: records.malformed,
    spansLines: records.spansLines
  }
}

describe('RecordScan', () => {
  test('passes good records on as they are', () => {
    const text = 'a,b,c\r\n"x, ""y""",\'z, w\n ,, \nlast,one,here'
    expect(scan(text, 1000)).toEqual({ text, rows: 4, malformed: 0, spansLines: false })
  })

  test('notices values that go over the end of a line', () => {
    expect(scan('a,"b\nb",c\n', 1000)).toMatchObject({ rows: 1, malformed: 0, spansLines: true })
    expect(scan('a,b\n,c\n', 1000)).toMatchObject({ rows: 2, malformed: 2, spansLines: false })
  })

  test('puts a marked row of as many values in the place of a broken line', () => {
    expect(scan('a,b\n1,2,3\nx,"y"z,w\n', 1000).text).toBe('"\x01a,b",,\n1,2,3\n"\x01x,""y""z,w",,\n')
  })

  test('makes line ends of single CR, and rows of lines without a delimiter of their own', () => {
    expect(scan('a,b,c\r\rd,e,f\r', 1000).text).toBe('a,b,c\nd,e,f\n')
    const lines: RecordShape = { delimiter: null, quote: null, columns: 1, forbidden: [0, 1, 0x1f] }
    expect(scan('{"a":"\\""}\n\n{"b":\x1f}\n', 1000, lines)).toMatchObject({
      text: '{"a":"\\""}\n\x01{"b": }\n',
      rows: 2,
      malformed: 1
    })
  })

  test('gives up a text whose quotes never match', () => {
    // From outside a value each line opens a quote; from inside it closes one and opens the next: every line is the
    // start of a record that goes on for 200 lines before it has too many values.
    const line = 'x","\n'
    const wide: RecordShape = { ...SHAPE, columns: 200 }
    expect(() => scan(line.repeat(300_000), 1 << 20, wide)).toThrow(expect.objectContaining({ code: 'csv_syntax' }))
  })

  test('finds the same whatever the chunks', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      ',',
      '"',
      '""',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '\0',
      '\x01',
      'b,c,d\n',
      '"q","r","s"\n'
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
        const text = pieces.join('')
        expect(scan(text, size)).toEqual(scan(text, 1000))
      }),
      { numRuns: 2000 }
    )
  })
})
