import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { singleByteToUtf8 } from '../../../src/data/intake/encoding.ts'
import { MALFORMED_MARK, RecordScan, type RecordShape, type RecordSink } from '../../../src/data/intake/records.ts'
import { StagedFile } from '../../../src/data/intake/staged-file.ts'
import { query, temporaryFolder } from '../../helpers/read-file.ts'

/** Writes rows as a text is staged, and reads them back by DuckDB. */
async function staged(rows: readonly (readonly Buffer[])[], decode: ((text: Buffer) => Buffer) | null = null) {
  const folder = temporaryFolder()
  const file = new StagedFile(join(folder, 'staged.parquet'), rows[0]!.length)
  for (const values of rows) file.good(...rowOf(values))
  file.finish(decode)
  const found = await query<Record<string, string | null>>(folder, `select * from '$folder/staged.parquet'`)
  rmSync(file.path)
  return found.map((row) => Object.values(row))
}

const text = (value: string) => Buffer.from(value)

const SHAPE: RecordShape = Object.freeze({ delimiter: 0x2c, quote: 0x22, escape: 0x5c, columns: 3, forbidden: [0, 1] })

function divide(bytes: Buffer, size: number, sink: RecordSink): RecordScan {
  const records = new RecordScan(SHAPE, sink)
  for (let at = 0; at < bytes.length; at += size) records.push(Buffer.from(bytes.subarray(at, at + size)))
  records.end()
  return records
}

/** The rows of a text as a sink gets them that takes nothing by itself, as `staged` shows them. */
function oneByOne(bytes: Buffer, size: number): (string | null)[][] {
  const rows: (string | null)[][] = []
  divide(bytes, size, {
    good: (part, bounds) =>
      rows.push(
        Array.from(
          { length: SHAPE.columns },
          (_, value) => Buffer.from(part.subarray(bounds[2 * value], bounds[2 * value + 1])).toString() || null
        )
      ),
    malformed: (line) => rows.push([`${MALFORMED_MARK}${line}`, null, null])
  })
  return rows
}

/** Values of one row, one behind the other, and where each lies. */
function rowOf(values: readonly Buffer[]): [Buffer, Int32Array] {
  const bounds = new Int32Array(2 * values.length)
  let at = 0
  for (const [index, value] of values.entries()) {
    bounds[2 * index] = at
    at += value.length
    bounds[2 * index + 1] = at
  }
  return [Buffer.concat(values), bounds]
}

describe('StagedFile', () => {
  test('gives DuckDB every value in its place, and NULL for what is empty', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }).chain((columns) =>
          fc.array(
            fc.array(fc.constantFrom('', 'a', 'b', 'aé', 'long '.repeat(30), '0'), {
              minLength: columns,
              maxLength: columns
            }),
            {
              minLength: 1,
              maxLength: 70
            }
          )
        ),
        async (rows) => {
          const expected = rows.map((row) => row.map((value) => value || null))
          expect(await staged(rows.map((row) => row.map(text)))).toEqual(expected)
        }
      ),
      { numRuns: 50 }
    )
  })

  test('keeps more rows, and more different texts, than stand together in a group', async () => {
    // 300,000 rows are three groups; every text of the first column is a new one, of the second none is.
    const rows = Array.from({ length: 300_000 }, (_, row) => [text(`row ${row}`), text(row % 3 === 0 ? '' : 'same')])
    const found = await staged(rows)
    expect(found.length).toBe(300_000)
    expect(
      found.every(([first, second], row) => first === `row ${row}` && second === (row % 3 === 0 ? null : 'same'))
    ).toBe(true)
  })

  test('takes the same rows out of a text as are found in it one by one', { timeout: 120_000 }, async () => {
    const value = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        'a',
        '" quoted, text "',
        '"""',
        '"a""b"',
        '"a\\"b"',
        '  "after blanks"',
        'é',
        '\0',
        '"\n"',
        '"'
      ),
      fc.string({ unit: fc.constantFrom('x', 'y', ' ', '-'), maxLength: 40 })
    )
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.array(value, { minLength: 3, maxLength: 3 }).map((values) => values.join(',')) },
      { weight: 1, arbitrary: fc.array(value, { maxLength: 5 }).map((values) => values.join(',')) }
    )
    const ends = fc.constantFrom('\n', '\r\n', '\r', '\n\n')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, ends), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 300 }),
        async (lines, size) => {
          const bytes = text(lines.flat().join(''))
          const expected = oneByOne(bytes, size)
          fc.pre(expected.length > 0)
          const folder = temporaryFolder()
          const file = new StagedFile(join(folder, 'staged.parquet'), SHAPE.columns)
          const records = divide(bytes, size, file)
          file.finish(null)
          const found = await query<Record<string, string | null>>(folder, `select * from '$folder/staged.parquet'`)
          expect(found.map((row) => Object.values(row))).toEqual(expected)
          expect(records.rows).toBe(expected.length)
        }
      ),
      { numRuns: 100 }
    )
  })

  test('gives a column that comes late no values in the rows before, in every group', async () => {
    const folder = temporaryFolder()
    const file = new StagedFile(join(folder, 'staged.parquet'), 1)
    // 130,000 rows are more than one group; with 40 columns a group has room for fewer rows than are there by then.
    for (let each = 0; each < 130_000; each++) file.good(...rowOf([text(`a${each % 7}`)]))
    const late = Array.from({ length: 39 }, (_, column) => text(`late ${column}`))
    for (const _ of late) file.addColumn()
    for (let each = 0; each < 60_000; each++) file.good(...rowOf([text('b'), ...late]))
    file.finish(null)
    const [found] = await query<Record<string, number>>(
      folder,
      `select
        count(*) filter (c0 = 'a' || ((file_row_number % 7)::varchar) and c1 is null and c39 is null)::double as early,
        count(*) filter (c0 = 'b' and c1 = 'late 0' and c39 = 'late 38')::double as late
       from read_parquet('$folder/staged.parquet', file_row_number = true)`
    )
    expect(found).toEqual({ early: 130_000, late: 60_000 })
  })

  test('keeps a row that is larger than a group', async () => {
    // 20 MiB of text, where a group holds 16.
    const long = Buffer.alloc(20 * 1024 * 1024, 'x')
    const found = await staged([[text('before')], [long], [text('behind')]])
    expect(found.map(([value]) => value!.length)).toEqual([6, long.length, 6])
  })

  test('decodes texts once the encoding is known, wherever they repeat', async () => {
    const cafe = Buffer.from('caf\xe9 \x80', 'latin1')
    const rows = [
      [cafe, text('a')],
      [text('b'), cafe],
      [cafe, cafe]
    ]
    expect(await staged(rows, (bytes) => singleByteToUtf8(bytes, 'windows-1252'))).toEqual([
      ['café €', 'a'],
      ['b', 'café €'],
      ['café €', 'café €']
    ])
  })
})
