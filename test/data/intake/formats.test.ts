import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { csv, linesOf, readFile, refusal, rowsByRule, temporaryFolder } from '../../helpers/read-file.ts'

const ORDERS = [
  {
    order_id: 'A1',
    product_id: 'P1',
    quantity: 2,
    unit_price: 3.5,
    ordered_at: '2024-01-05T10:00:00Z',
    customer_id: 'C1'
  },
  {
    order_id: 'A2',
    product_id: 'P2',
    quantity: 1,
    unit_price: 1.25,
    ordered_at: '2024-01-06T10:00:00Z',
    customer_id: 13085
  }
]
const LINES = [
  {
    row: '1',
    order_id: 'A1',
    product_id: 'P1',
    line_total: '7.0000',
    customer_id: 'C1',
    ordered_at: '2024-01-05 10:00:00'
  },
  {
    row: '2',
    order_id: 'A2',
    product_id: 'P2',
    line_total: '1.2500',
    customer_id: '13085',
    ordered_at: '2024-01-06 10:00:00'
  }
]
const ndjson = (values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

/** A Parquet file as DuckDB writes it. */
async function parquet(select: string, options = ''): Promise<Buffer> {
  const path = join(temporaryFolder(), 'x.parquet')
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`copy (${select}) to '${path}' (format parquet ${options})`)
  connection.closeSync()
  return readFileSync(path)
}
const PARQUET_ORDERS = `
  select 'A1' as order_id, 'P1' as product_id, 2::int as quantity, 3.5::double as unit_price, timestamp '2024-01-05 10:00:00' as ordered_at, 'C1' as customer_id
  union all select 'A2', 'P2', 1, 1.25, timestamp '2024-01-06 10:00:00', '13085'`

describe('NDJSON', () => {
  test('is read by its keys, gzipped too', async () => {
    for (const content of [Buffer.from(ndjson(ORDERS)), gzipSync(ndjson(ORDERS))]) {
      const { summary, folder } = await readFile(content)
      expect(summary.source).toMatchObject({ format: 'ndjson', encoding: 'utf-8', delimiter: null })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })

  test('broken lines and lines that are no objects are malformed rows with their numbers', async () => {
    const text = `${JSON.stringify(ORDERS[0])}\n{"order_id": \n[1]\n\n7\nnull\n${JSON.stringify(ORDERS[1])}\n`
    const { summary, folder } = await readFile(text, {}, { badRowsMaxShare: 1 })
    expect(summary.counts).toMatchObject({ rows_read: 6, rows_kept: 2 })
    expect(summary.quality.rules).toMatchObject([
      {
        rule: 'malformed_row',
        rows: 4,
        examples: [
          { row: 2, values: { line: '{"order_id": ' } },
          { row: 3, values: { line: '[1]' } },
          { row: 4, values: { line: '7' } },
          { row: 5, values: { line: 'null' } }
        ]
      }
    ])
    expect((await linesOf(folder)).map(({ row }) => row)).toEqual(['1', '6'])
  })

  test('keys may differ from line to line, and hold anything', async () => {
    const [one, two] = ORDERS
    const { summary, folder } = await readFile(
      ndjson([
        { ...one, 'a/b~"\'$.x': 1 },
        { ...two, country: 'Spain', note: null },
        { ...one, extra: { deep: [1] } }
      ])
    )
    expect(summary.counts.rows_kept).toBe(3)
    expect((await linesOf(folder)).map(({ country }) => country)).toEqual([null, 'Spain', null])
  })

  test('null, numbers and texts of one field are alike', async () => {
    const [one] = ORDERS
    const { summary } = await readFile(
      ndjson([one, { ...one, customer_id: null }, { ...one, quantity: '2' }, { ...one, quantity: 'x' }])
    )
    expect(rowsByRule(summary)).toEqual({ missing_customer_id: 1, invalid_quantity: 1 })
  })

  test('without a single object is refused', async () => {
    expect(await refusal('{"a":\n1}\n')).toMatchObject({ code: 'json_syntax' })
  })
})

describe('a JSON array', () => {
  test('is read on one line and on many, gzipped too', async () => {
    const texts = [JSON.stringify(ORDERS), `\ufeff${JSON.stringify(ORDERS, null, 2)}\n`]
    for (const content of [...texts, gzipSync(texts[0]!)]) {
      const { summary, folder } = await readFile(content)
      expect(summary.source).toMatchObject({ format: 'json', encoding: 'utf-8' })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })

  test('in Latin-1 is read', async () => {
    const { summary, folder } = await readFile(
      Buffer.from(JSON.stringify([{ ...ORDERS[0], country: 'Türkei' }]), 'latin1')
    )
    expect(summary.source.encoding).toBe('latin-1')
    expect((await linesOf(folder))[0]?.country).toBe('Türkei')
  })

  test('elements that are no objects are malformed rows', async () => {
    const { summary } = await readFile(JSON.stringify([...ORDERS, 7, ...ORDERS]))
    expect(summary.counts).toMatchObject({ rows_read: 5, rows_kept: 4 })
    expect(summary.quality.rules).toMatchObject([
      { rule: 'malformed_row', examples: [{ row: 3, values: { line: '7' } }] }
    ])
  })

  for (const [what, text] of Object.entries({
    'that is not closed': JSON.stringify(ORDERS).slice(0, -1),
    'that breaks off within an object': JSON.stringify(ORDERS).slice(0, -20),
    'with something behind it': `${JSON.stringify(ORDERS)} x`,
    'with a comma too many': `${JSON.stringify(ORDERS).slice(0, -1)},,{}]`
  })) {
    test(`${what} is refused`, async () => {
      expect(await refusal(text)).toMatchObject({ code: 'json_syntax' })
    })
  }

  test('without elements has no rows', async () => {
    expect(await refusal('[]')).toMatchObject({ code: 'no_rows' })
  })
})

describe('Parquet', () => {
  test('is read with its types, gzipped too', async () => {
    const content = await parquet(PARQUET_ORDERS)
    for (const each of [content, gzipSync(content)]) {
      const { summary, folder } = await readFile(each)
      expect(summary.source).toMatchObject({ format: 'parquet', encoding: null, date: { format: 'timestamp' } })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })

  test('a date, an instant with zone and a customer id that became a double are read', async () => {
    for (const type of ['date', 'timestamptz', 'timestamp_ns']) {
      const { folder } = await readFile(
        await parquet(`select 13085.0::double as customer_id, 1 as quantity, 1 as price, '2024-01-05'::${type} as date`)
      )
      expect(await linesOf(folder)).toMatchObject([{ customer_id: '13085', ordered_at: '2024-01-05 00:00:00' }])
    }
  })

  test('compressed with Brotli is refused before it is read', async () => {
    expect(await refusal(await parquet(PARQUET_ORDERS, ', compression brotli'))).toMatchObject({
      code: 'unsupported_codec'
    })
  })

  test('compressed with LZO is refused before it is read', async () => {
    const content = await parquet(PARQUET_ORDERS, ', compression snappy')
    const from = content.length - 8 - content.readUInt32LE(content.length - 8)
    // ColumnMetaData: field 4, codec, 1 for SNAPPY and 3 for LZO (zigzag 2 and 6); behind it field 5, a 64-bit number.
    const changed = content.toString('latin1', from).replaceAll('\x15\x02\x16', '\x15\x06\x16')
    const lzo = Buffer.concat([content.subarray(0, from), Buffer.from(changed, 'latin1')])
    const problem = await refusal(lzo)
    expect(problem).toMatchObject({ code: 'unsupported_codec' })
    expect(problem.message).toContain('LZO')
  })

  test('that begins as an encrypted one is refused', async () => {
    expect(await refusal(Buffer.from('PARE0123456789PARE'))).toMatchObject({ code: 'file_encrypted' })
  })

  test('with whole numbers and decimals as wide as they come is read exactly', async () => {
    const { folder } = await readFile(
      await parquet(`select 18446744073709551615::ubigint as customer_id, 2::utinyint as quantity,
        3.25::decimal(38, 10) as unit_price, timestamp_s '2024-01-05 10:00:00' as ordered_at, 'A'::enum('A', 'B') as sku`)
    )
    expect(await linesOf(folder)).toMatchObject([
      { customer_id: '18446744073709551615', line_total: '6.5000', product_id: 'A', ordered_at: '2024-01-05 10:00:00' }
    ])
  })

  test('leaves columns of lists, maps and records out, and refuses them where they are needed', async () => {
    const nested = `[1, 2] as tags, map {'a': 1} as notes, {'x': 1} as place`
    const { summary, folder } = await readFile(await parquet(`select *, ${nested} from (${PARQUET_ORDERS})`))
    expect(await linesOf(folder)).toMatchObject(LINES)
    expect(Object.values(summary.mapping)).not.toContain('tags')
    const problem = await refusal(await parquet(`select * replace ([quantity] as quantity) from (${PARQUET_ORDERS})`))
    expect(problem).toMatchObject({ code: 'column_type' })
    expect(problem.message).toContain('"quantity" for quantity')
  })

  test('in thousands of row groups is refused', { timeout: 120_000 }, async () => {
    // DuckDB's smallest row group has 2,048 rows.
    const many = await parquet(
      `select 'C1' as customer_id, 1 as quantity, 1 as price, date '2024-01-05' as date from range(5001 * 2048)`,
      ', row_group_size 2048'
    )
    const problem = await refusal(many)
    expect(problem).toMatchObject({ code: 'parquet_invalid' })
    expect(problem.message).toContain('row groups')
  })

  test('cut off, changed at its end, or of two letters is refused', async () => {
    const content = await parquet(PARQUET_ORDERS)
    const longFooter = Buffer.from(content)
    longFooter.writeUInt32LE(0x7fffffff, content.length - 8)
    for (const broken of [
      content.subarray(0, -20),
      longFooter,
      Buffer.from('PAR1'),
      Buffer.concat([content, Buffer.from('x')])
    ]) {
      expect(await refusal(broken)).toMatchObject({ code: 'parquet_invalid' })
    }
  })

  test('with bytes changed anywhere is refused or read, and never ends otherwise', async () => {
    const content = await parquet(PARQUET_ORDERS)
    for (let at = 4; at < content.length - 8; at += 61) {
      const changed = Buffer.from(content)
      changed[at]! ^= 0x55
      await readFile(changed).catch((problem) => expect(problem).toHaveProperty('code'))
    }
  })

  test('small in bytes and large in rows is refused by its footer', async () => {
    // 30 million equal rows in a few kilobytes.
    const bomb = await parquet(
      `select 'C1' as customer_id, 1 as quantity, 1 as price, date '2024-01-05' as date from range(30000000)`
    )
    expect(bomb.length).toBeLessThan(200_000)
    expect(await refusal(bomb)).toMatchObject({ code: 'too_many_rows' })
  })

  test('with too many columns, or no rows, is refused', async () => {
    const many = Array.from({ length: 250 }, (_, at) => `1 as c${at}`).join(', ')
    expect(await refusal(await parquet(`select ${many}`))).toMatchObject({ code: 'too_many_columns' })
    expect(await refusal(await parquet(`select * from (${PARQUET_ORDERS}) where false`))).toMatchObject({
      code: 'no_rows'
    })
  })
})

describe('gzip', () => {
  const text = csv('A1,P1,2,3.50,2024-01-05,C1,Spain')

  test('of several members is read whole', async () => {
    const members = Buffer.concat([gzipSync(text), gzipSync('A2,P1,1,1,2024-01-06,C2,Spain\n')])
    const { summary } = await readFile(members)
    expect(summary.source.compression).toBe('gzip')
    expect(summary.counts.rows_read).toBe(2)
  })

  test('with bytes behind its end is refused, zeros excepted', async () => {
    const behind = (bytes: Buffer) => Buffer.concat([gzipSync(text), bytes])
    for (const garbage of [
      Buffer.from('garbage'),
      Buffer.of(0x1f, 0x8b, 8),
      Buffer.of(0, 0, 1),
      Buffer.concat([Buffer.alloc(512), gzipSync(text)])
    ]) {
      expect(await refusal(behind(garbage))).toMatchObject({ code: 'gzip_invalid' })
    }
    // Tapes and blocks of disks are filled up with zeros.
    expect((await readFile(behind(Buffer.alloc(512)))).summary.counts.rows_read).toBe(1)
  })

  test('that is cut off or damaged is refused', async () => {
    const packed = gzipSync(csv(...Array.from({ length: 500 }, (_, at) => `A${at},P1,2,3.50,2024-01-05,C${at},Spain`)))
    const damaged = Buffer.from(packed)
    damaged[packed.length - 6]! ^= 0xff
    for (const broken of [packed.subarray(0, -30), damaged, Buffer.of(0x1f, 0x8b, 9)]) {
      expect(await refusal(broken)).toMatchObject({ code: 'gzip_invalid' })
    }
  })

  test('that unpacks to more than allowed is refused', async () => {
    expect(await refusal(gzipSync(text.repeat(10_000)), {}, { decompressedMaxBytes: 100_000 })).toMatchObject({
      code: 'decompression_limit'
    })
  })

  test('that unpacks to more than 200 times its size is refused', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(text), Buffer.alloc(40 * 1024 * 1024, '\n')]))
    expect(await refusal(bomb)).toMatchObject({ code: 'decompression_limit' })
  })

  test('within gzip is refused', async () => {
    expect(await refusal(gzipSync(gzipSync(text)))).toMatchObject({ code: 'unsupported_format' })
  })
})

describe('other files', () => {
  for (const [what, code, bytes] of [
    ['a ZIP archive that is cut off', 'zip_invalid', 'PK\x03\x04\x14\x00'],
    ['XLS', 'unsupported_format', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['PNG', 'content_mismatch', '\x89PNG\r\n\x1a\n'],
    ['PDF', 'content_mismatch', '%PDF-1.7'],
    ['HTML', 'content_mismatch', '\n <!DOCTYPE html><html>'],
    ['XML', 'content_mismatch', '\xef\xbb\xbf<?xml version="1.0"?>'],
    ['nothing', 'file_empty', '']
  ] as const) {
    test(`${what} is ${code}, gzipped too`, async () => {
      const content = Buffer.from(bytes, 'latin1')
      expect(await refusal(content)).toMatchObject({ code })
      expect(await refusal(gzipSync(content))).toMatchObject({ code })
    })
  }
})
