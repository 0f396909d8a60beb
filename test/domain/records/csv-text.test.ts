import { describe, expect, test } from 'vitest'
import { textCell } from '../../../src/domain/records/csv-text.ts'

describe('textCell', () => {
  // OWASP's list of characters that start a formula, and RFC 4180's of those that need quotes.
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['a=1', 'a=1'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\nb', '"a\nb"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['Ünïcode 🙂', 'Ünïcode 🙂']
  ])('%j becomes %j', (text, cell) => {
    expect(textCell(text)).toBe(cell)
  })
})
