import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordScan, type RecordShape } from '../../../src/data/intake/records.ts'

const SHAPE: RecordShape = Object.freeze({ delimiter: 0x2c, quote: 0x22, columns: 3, forbidden: [0, 1] })

/** What the scan makes of a text that arrives in chunks of `size` bytes: a list of values for each good record, a text for each other. */
function scan(text: string, size: number, shape = SHAPE) {
  const bytes = Buffer.from(text)
  const found: (string[] | string)[] = []
  const records = new RecordScan(shape, {
    good(part, bounds) {
      const values = Array.from({ length: shape.columns }, (_, value) =>
        Buffer.from(part.subarray(bounds[2 * value], bounds[2 * value + 1])).toString()
      )
      found.push(values)
    },
    malformed: (line) => found.push(line.toString())
  })
  for (let at = 0; at < bytes.length; at += size) records.push(Buffer.from(bytes.subarray(at, at + size)))
  records.end()
  expect(records.rows).toBe(found.length)
  expect(records.malformed).toBe(found.filter((each) => typeof each === 'string').length)
  return found
}

describe('RecordScan', () => {
  test('takes good records apart', () => {
    expect(scan('a,b,c\r\n"x, ""y""",\'z, w\n ,, \nlast,one,here', 1000)).toEqual([
      ['a', 'b', 'c'],
      ['x, "y"', "'z", ' w'],
      [' ', '', ' '],
      ['last', 'one', 'here']
    ])
  })

  test('takes quoted values over the end of a line, and without the blanks around their quotes', () => {
    expect(scan('a, "b\nb" ,""\n', 1000)).toEqual([['a', 'b\nb', '']])
    expect(scan('"""","a""""b","""c"\n"x","y","z"\n', 1000)).toEqual([
      ['"', 'a""b', '"c'],
      ['x', 'y', 'z']
    ])
  })

  test('gives a broken line as it stood', () => {
    expect(scan('a,b\n1,2,3\nx,"y"z,w\n', 1000)).toEqual(['a,b', ['1', '2', '3'], 'x,"y"z,w'])
    expect(scan('a,b\n,c\n', 1000)).toEqual(['a,b', ',c'])
  })

  test('makes line ends of single CR, and rows of lines without a delimiter of their own', () => {
    expect(scan('a,b,c\r\rd,e,f\r', 1000)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f']
    ])
    const lines: RecordShape = { delimiter: null, quote: null, columns: 1, forbidden: [0, 1, 0x1f] }
    expect(scan('{"a":"\\""}\n\n{"b":\x1f}\n', 1000, lines)).toEqual([['{"a":"\\""}'], '{"b": }'])
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
