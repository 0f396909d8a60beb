import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { singleByteToUtf8 } from '../../../src/data/intake/encoding.ts'
import { StagedFile } from '../../../src/data/intake/staged-file.ts'
import { query, temporaryFolder } from '../../helpers/read-file.ts'

/** Writes rows as a text is staged, and reads them back by DuckDB. */
async function staged(rows: readonly (readonly Buffer[])[], decode: ((text: Buffer) => Buffer) | null = null) {
  const folder = temporaryFolder()
  const file = new StagedFile(join(folder, 'staged.parquet'), rows[0]!.length)
  for (const values of rows) {
    const bounds = new Int32Array(2 * values.length)
    let at = 0
    for (const [index, value] of values.entries()) {
      bounds[2 * index] = at
      at += value.length
      bounds[2 * index + 1] = at
    }
    file.good(Buffer.concat(values), bounds)
  }
  file.finish(decode)
  const found = await query<Record<string, string | null>>(folder, `select * from '$folder/staged.parquet'`)
  rmSync(file.path)
  return found.map((row) => Object.values(row))
}

const text = (value: string) => Buffer.from(value)

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
