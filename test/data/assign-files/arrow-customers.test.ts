import { Readable } from 'node:stream'
import { Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { arrowCustomers } from '../../../src/data/assign-files/arrow-customers.ts'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { Problem } from '../../../src/errors.ts'
import { customerRows } from '../../helpers/customer-rows.ts'

const FEATURES = [{ name: 'frequency', optional: true }]

/** Ids and values of all rows, in pieces of so many bytes. */
async function read(bytes: Uint8Array, piece = 11, rowsMax = 1000) {
  const buffer = Buffer.from(bytes)
  const pieces = Array.from({ length: Math.ceil(buffer.length / piece) }, (_, at) =>
    buffer.subarray(at * piece, (at + 1) * piece)
  )
  return await customerRows(arrowCustomers(Readable.from(pieces), buffer.subarray(0, 16), FEATURES, rowsMax, null))
}

const plain = new Table({
  customer_id: vectorFromArray(['a', 'žluť', 'c'], new Utf8()),
  frequency: vectorFromArray([1.5, null, 3])
})
const WANTED = [
  ['a', 1.5],
  ['žluť', Number.NaN],
  ['c', 3]
]

describe('arrowCustomers', () => {
  test.each([1, 7, 64, 100_000])('reads a stream in pieces of %i bytes', async (piece) => {
    expect(await read(tableToIPC(plain, 'stream'), piece)).toEqual(WANTED)
  })

  test('reads dictionaries of ids', async () => {
    // tableFromArrays makes dictionaries of texts.
    const table = tableFromArrays({ customer_id: ['x', 'y', 'x'], frequency: Float64Array.of(1, 2, 3) })
    expect(await read(tableToIPC(table, 'stream'))).toEqual([
      ['x', 1],
      ['y', 2],
      ['x', 3]
    ])
  })

  test('reads a stream without its end mark, and refuses one that is cut', async () => {
    const bytes = tableToIPC(plain, 'stream')
    // The end mark is the continuation and a length of 0.
    expect(await read(bytes.subarray(0, -8))).toEqual(WANTED)
    for (let end = 9; end < bytes.length - 8; end += 13) {
      await expect(read(bytes.subarray(0, end))).rejects.toMatchObject({ name: 'Problem' })
    }
  })

  test('refuses more rows than are allowed', async () => {
    await expect(read(tableToIPC(plain, 'stream'), 64, 2)).rejects.toMatchObject({ code: 'too_many_rows' })
  })

  test('answers damaged data with rows or a problem, and with nothing else', async () => {
    const dictionaries = tableFromArrays({ customer_id: ['x', 'y', 'x'], frequency: Int32Array.of(1, 2, 3) })
    const random = createRandom(3)
    let refused = 0
    for (const bytes of [tableToIPC(plain, 'stream'), tableToIPC(dictionaries, 'stream')]) {
      for (let run = 0; run < 1500; run++) {
        const damaged = bytes.slice()
        for (let flips = 0; flips < 3; flips++) {
          damaged[Math.floor(random.next() * damaged.length)] = Math.floor(256 * random.next())
        }
        await read(damaged, 512).catch((error) => {
          expect(error).toBeInstanceOf(Problem)
          refused++
        })
      }
    }
    expect(refused).toBeGreaterThan(500)
  }, 120_000)
})
