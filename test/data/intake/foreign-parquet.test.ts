import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ForeignColumn, type ForeignOptions, foreignParquet } from '../../helpers/parquet.ts'
import { linesOf, readFile, refusal } from '../../helpers/read-file.ts'

const ROWS = 300
const each = <Value>(value: (at: number) => Value) => Array.from({ length: ROWS }, (_, at) => value(at))
/** 2024-01-05 10:00:00 in nanoseconds, and a minute. */
const MOMENT = 1_704_448_800_000_000_000n
const MINUTE = 60_000_000_000n

const order = (encoding: ForeignColumn['encoding']): ForeignColumn => ({
  name: 'order_id',
  type: 'BYTE_ARRAY',
  converted: 'UTF8',
  encoding: encoding ?? 'PLAIN',
  values: each((at) => `A${1000 + at}`)
})
const columns: ForeignColumn[] = [
  order('DELTA_BYTE_ARRAY'),
  { name: 'product_id', type: 'BYTE_ARRAY', encoding: 'RLE_DICTIONARY', values: each((at) => `P${at % 7}`) },
  { name: 'quantity', type: 'INT64', encoding: 'DELTA_BINARY_PACKED', values: each((at) => 1 + ((at * 37) % 5)) },
  {
    name: 'unit_price',
    type: 'INT32',
    converted: 'DECIMAL',
    encoding: 'RLE_DICTIONARY',
    values: each((at) => 250 + (at % 3))
  },
  { name: 'ordered_at', type: 'INT96', values: each((at) => MOMENT + MINUTE * BigInt(at)) },
  {
    name: 'customer_id',
    type: 'BYTE_ARRAY',
    converted: 'UTF8',
    encoding: 'DELTA_LENGTH_BYTE_ARRAY',
    values: each((at) => `C${at % 37}`)
  },
  {
    name: 'country',
    type: 'BYTE_ARRAY',
    converted: 'UTF8',
    encoding: 'RLE_DICTIONARY',
    values: each((at) => (at % 4 === 0 ? null : 'Österreich'))
  },
  { name: '__index_level_0__', type: 'INT64', values: each((at) => at) }
]

async function expectRead(content: Buffer) {
  const { summary, folder } = await readFile(content)
  const lines = await linesOf(folder)
  expect(lines).toHaveLength(ROWS)
  for (const [at, line] of lines.entries()) {
    const quantity = 1 + ((at * 37) % 5)
    expect(line).toMatchObject({
      order_id: `A${1000 + at}`,
      product_id: `P${at % 7}`,
      quantity: `${quantity}.000`,
      unit_price: ((250 + (at % 3)) / 100).toFixed(4),
      line_total: ((quantity * (250 + (at % 3))) / 100).toFixed(4),
      ordered_at: new Date(Date.UTC(2024, 0, 5, 10, at)).toISOString().slice(0, 19).replace('T', ' '),
      customer_id: `C${at % 37}`,
      country: at % 4 === 0 ? null : 'Österreich'
    })
  }
  expect(summary.source.date.format).toBe('timestamp')
  expect(summary.unmapped_columns).toContain('__index_level_0__')
}

/** Forty lines by libraries other than DuckDB: three row groups of arrow-rs (parquet-wasm 0.7.1), hyparquet-writer 0.17.0, @dsnp/parquetjs 1.8.8. */
const FIXTURES = ['arrow-rs-v1', 'arrow-rs-v2', 'hyparquet-writer', 'parquetjs']

describe('Parquet of other writers', () => {
  for (const name of FIXTURES) {
    test(`by ${name} is read, its nested columns left out`, async () => {
      const { summary, folder } = await readFile(
        readFileSync(new URL(`../../fixtures/parquet/${name}.parquet`, import.meta.url))
      )
      const lines = await linesOf(folder)
      expect(lines).toHaveLength(40)
      for (const [at, line] of lines.entries()) {
        expect(line).toMatchObject({
          order_id: `A${1000 + Math.floor(at / 2)}`,
          product_id: `P${at % 7}`,
          quantity: `${1 + (at % 5)}.000`,
          unit_price: (2.5 + (at % 3)).toFixed(4),
          ordered_at: `2024-01-05 10:${String(at).padStart(2, '0')}:00`,
          customer_id: `C${at % 9}`,
          country: at % 4 === 0 ? null : 'Österreich'
        })
      }
      expect(summary.source.date.format).toBe('timestamp')
    })
  }

  for (const version of [1, 2] as const) {
    for (const [what, options] of Object.entries<ForeignOptions>({
      'as it is': {},
      'with checksums': { crc: true },
      'packed, in pages of 64 values, with checksums': { gzip: true, crc: true, pageValues: 64 }
    })) {
      test(`in data pages of version ${version}, ${what}, is read: INT96, decimals, dictionaries and deltas`, async () => {
        await expectRead(foreignParquet(columns, { version, ...options }))
      })
    }
  }

  test('has days and milliseconds by their converted types', async () => {
    for (const [type, converted, value] of [
      ['INT32', 'DATE', 19_727],
      ['INT64', 'TIMESTAMP_MILLIS', 1_704_412_800_000]
    ] as const) {
      const dates: ForeignColumn = { name: 'ordered_at', type, converted, values: each(() => value) }
      const { folder } = await readFile(
        foreignParquet(columns.map((column) => (column.name === 'ordered_at' ? dates : column)))
      )
      expect((await linesOf(folder))[0]!.ordered_at).toBe('2024-01-05 00:00:00')
    }
  })

  test('with bytes of a page changed is refused where it has checksums', async () => {
    for (const version of [1, 2] as const) {
      const content = foreignParquet(columns, { version, crc: true })
      // What stands behind the pages is their description, which has no checksum.
      const pages = content.length - 8 - content.readUInt32LE(content.length - 8)
      for (const [text, by] of [
        ['A1000', 'A2000'],
        ['P3', 'P4'],
        ['Österreich', 'Osterreich']
      ] as const) {
        const changed = Buffer.from(content)
        const at = changed.indexOf(text)
        expect(at).toBeLessThan(pages)
        changed.write(by, at, 'latin1')
        expect(await refusal(changed)).toMatchObject({ code: 'parquet_invalid' })
      }
      // The same change in a file without checksums is another file, which nobody can tell from a damaged one.
      const unchecked = foreignParquet(columns, { version })
      unchecked.write('A2000', unchecked.indexOf('A1000'), 'latin1')
      const { summary, folder } = await readFile(unchecked)
      expect((await linesOf(folder))[0]!.order_id).toMatch(/^A2/)
      expect(summary.source.checksums).toBe(false)
      expect((await readFile(content)).summary.source.checksums).toBe(true)
    }
  })

  test('whose footer gives a column two names is refused', async () => {
    const content = foreignParquet(columns)
    content.write('countrx', content.lastIndexOf('country'), 'latin1')
    expect(await refusal(content)).toMatchObject({ code: 'parquet_invalid' })
  })

  test('whose columns all lie in one place is refused before it keeps us busy', async () => {
    const [first] = columns
    const named = (names: string[]) => names.map((name) => ({ ...first!, name }))
    const many = named(['order_id', 'customer_id', 'ordered_at', 'line_total', ...each((at) => `c${at}`).slice(0, 150)])
    expect(await refusal(foreignParquet(many, { crc: true, shared: true }))).toMatchObject({ code: 'parquet_invalid' })
  })

  test('of 10,000 columns is refused', async () => {
    const one = (at: number): ForeignColumn => ({ name: `c${at}`, type: 'INT32', values: [1] })
    const wide = foreignParquet(Array.from({ length: 10_000 }, (_, at) => one(at)))
    expect(await refusal(wide)).toMatchObject({ code: 'too_many_columns', status: 422 })
  })
})
