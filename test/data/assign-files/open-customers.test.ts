import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCustomers } from '../../../src/data/assign-files/open-customers.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { Problem } from '../../../src/errors.ts'
import { customerRows } from '../../helpers/customer-rows.ts'

const FEATURES = [{ name: 'frequency', optional: true }]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-customers-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(bytes: Uint8Array): Promise<[string, number][]> {
  const path = join(folder, 'customers')
  await writeFile(path, bytes)
  const limits = { decompressedMaxBytes: 1e6, rowsMax: 1000, signal: new AbortController().signal, onShare() {} }
  const { format, batches } = await openCustomers(path, FEATURES, limits)
  expect(format).toBe('arrow')
  return await customerRows(batches)
}

const plain = new Table({
  customer_id: vectorFromArray(['a', 'žluť', 'c'], new Utf8()),
  frequency: vectorFromArray([1.5, null, 3])
})
// tableFromArrays makes dictionaries of texts.
const dictionaries = tableFromArrays({ customer_id: ['x', 'y', 'x'], frequency: Float64Array.of(1, 2, 3) })
const PLAIN = [
  ['a', 1.5],
  ['žluť', Number.NaN],
  ['c', 3]
]

/** Arrow's library for JavaScript writes the schema of a file into its footer alone. */
const late = (table: Table) => tableToIPC(table, 'file')
/** As other writers do it: the stream, schema first, between the magic words. */
const early = (table: Table) =>
  Buffer.concat([Buffer.from('ARROW1\0\0'), tableToIPC(table, 'stream'), Buffer.from('ARROW1')])

describe('openCustomers reads an Arrow file', () => {
  test('whose schema is in its footer alone', async () => {
    expect(await read(late(plain))).toEqual(PLAIN)
    expect(await read(late(dictionaries))).toEqual([
      ['x', 1],
      ['y', 2],
      ['x', 3]
    ])
  })

  test('whose schema comes first, also gzipped', async () => {
    expect(await read(early(plain))).toEqual(PLAIN)
    expect(await read(gzipSync(early(plain)))).toEqual(PLAIN)
  })

  test('but not gzipped with the schema at its end, which is seen too late', async () => {
    await expect(read(gzipSync(late(plain)))).rejects.toMatchObject({
      code: 'arrow_invalid',
      message: expect.stringContaining('without gzip')
    })
  })

  test('and refuses every one that is cut', async () => {
    const bytes = late(plain)
    for (let end = 9; end < bytes.length; end += 7) {
      await expect(read(bytes.subarray(0, end)), `${end} bytes`).rejects.toMatchObject({ name: 'Problem' })
    }
  })

  test('and answers a damaged footer with rows or a problem', async () => {
    const random = createRandom(5)
    let refused = 0
    for (const bytes of [late(plain), late(dictionaries)]) {
      const footer = bytes.length - 10 - new DataView(bytes.buffer, bytes.byteOffset).getInt32(bytes.length - 10, true)
      for (let run = 0; run < 60; run++) {
        const damaged = bytes.slice()
        for (let flips = 0; flips < 3; flips++) {
          damaged[footer + Math.floor(random.next() * (bytes.length - footer))] = Math.floor(256 * random.next())
        }
        await read(damaged).catch((error) => {
          expect(error).toBeInstanceOf(Problem)
          refused++
        })
      }
    }
    expect(refused).toBeGreaterThan(20)
  }, 60_000)
})
