import { describe, expect, test } from 'vitest'
import type { TextEncodingName } from '../../../src/domain/records/dataset.ts'
import { csv, linesOf, query, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'

const GOOD = 'A1,P1,2,3.50,2024-01-05,C1,Spain'

describe('malformed rows', () => {
  test('are counted and numbered in the file, and the rows around them keep their numbers', async () => {
    const { summary, folder } = await readFile(
      csv(
        GOOD,
        'A2,P1,1',
        'A3,P1,1,1.00,2024-01-06,C2,Spain',
        'A4,P1,1,1.00,2024-01-06,C2,Spain,extra',
        'A5,P1,1,1.00,2024-01-07,C2,Spain'
      )
    )
    expect(summary.counts).toMatchObject({ rows_read: 5, rows_kept: 3 })
    expect(summary.quality.rules).toEqual([
      {
        rule: 'malformed_row',
        rows: 2,
        share: 0.4,
        revenue: 0,
        examples: [
          { row: 2, values: { line: 'A2,P1,1' } },
          { row: 4, values: { line: 'A4,P1,1,1.00,2024-01-06,C2,Spain,extra' } }
        ]
      }
    ])
    expect((await linesOf(folder)).map(({ row, order_id }) => [row, order_id])).toEqual([
      ['1', 'A1'],
      ['3', 'A3'],
      ['5', 'A5']
    ])
  })

  test('a quote that is never closed spoils its own line and none below', async () => {
    const { summary, folder } = await readFile(
      csv(GOOD, 'A2,"P1,1,1.00,2024-01-06,C2,Spain', 'A3,P1,1,1.00,2024-01-06,C2,Spain', GOOD)
    )
    expect(summary.counts).toMatchObject({ rows_read: 4, rows_kept: 3 })
    expect(summary.quality.rules[0]?.examples[0]?.row).toBe(2)
    expect((await linesOf(folder)).map(({ row }) => row)).toEqual(['1', '3', '4'])
  })

  test('two stray quotes do not swallow the rows between them', async () => {
    const between = Array.from({ length: 50 }, (_, at) => `B${at},P1,1,1.00,2024-01-06,C2,Spain`)
    const stray = 'A2,"P1,1,1.00,2024-01-06,C2,Spain'
    const { summary } = await readFile(csv(GOOD, stray, ...between, stray, GOOD))
    expect(rowsByRule(summary)).toEqual({ malformed_row: 2 })
    expect(summary.counts).toMatchObject({ rows_read: 54, rows_kept: 52 })
  })

  test('text behind a closing quote, and NUL bytes, make a row malformed', async () => {
    const { summary } = await readFile(
      csv(GOOD, 'A2,"P"1,1,1.00,2024-01-06,C2,Spain', 'A3,P\u00001,1,1.00,2024-01-06,C2,Spain', GOOD)
    )
    expect(summary.quality.rules).toMatchObject([
      { rule: 'malformed_row', rows: 2, examples: [{ row: 2 }, { row: 3 }] }
    ])
  })

  test('are shown cut to 200 characters and kept whole enough in rejected.parquet', async () => {
    const long = 'x'.repeat(3000)
    const { summary, folder } = await readFile(csv(GOOD, `"${long}`, GOOD))
    expect(summary.quality.rules[0]?.examples[0]?.values).toEqual({ line: `"${long}`.slice(0, 200) })
    const [row] = await linesOf(folder, 'rejected')
    expect(row).toMatchObject({ row: '2', rule: 'malformed_row', line: `"${long}`, order_id: null })
  })
})

describe('quoting', () => {
  test('delimiters, line ends and doubled quotes inside quotes are part of the value', async () => {
    const text =
      'order_id,description,quantity,unit_price,ordered_at,customer_id\n' +
      '1,"a, ""b""\nc",1,1.5,2024-01-05,C1\n2,"6"" nail",1,1,2024-01-05,C1\n3,6" nail,1,1,2024-01-05,C1\n4,"",1,1,2024-01-05,C1\n'
    const { summary, folder } = await readFile(text)
    expect(summary.counts.rows_kept).toBe(4)
    expect((await linesOf(folder)).map(({ product_name }) => product_name)).toEqual([
      'a, "b"\nc',
      '6" nail',
      '6" nail',
      null
    ])
  })

  test('single quotes are quotes where they surround values', async () => {
    const text =
      "order_id;product_name;quantity;unit_price;ordered_at;customer_id\n'1';'it''s; fine';'2';'1.5';'2024-01-05';'C1'\n"
    const { folder } = await readFile(text)
    expect(await linesOf(folder)).toMatchObject([{ order_id: '1', product_name: "it's; fine", quantity: '2.000' }])
  })

  test('an apostrophe is no quote', async () => {
    const text =
      "order_id,product_name,quantity,unit_price,ordered_at,customer_id\n1,'tis the season,1,1,2024-01-05,C1\n2,it's,1,1,2024-01-05,C1\n"
    const { folder } = await readFile(text)
    expect((await linesOf(folder)).map(({ product_name }) => product_name)).toEqual(["'tis the season", "it's"])
  })
})

describe('dialects', () => {
  const rows = [
    ['order_id', 'product_name', 'quantity', 'unit_price', 'ordered_at', 'customer_id'],
    ['1', 'a b', '2', '1.5', '2024-01-05', 'C1'],
    ['2', 'c', '1', '2.5', '2024-01-06', 'C2']
  ]
  for (const delimiter of [',', ';', '\t', '|']) {
    for (const [name, end] of Object.entries({ LF: '\n', CRLF: '\r\n', CR: '\r' })) {
      test(`${JSON.stringify(delimiter)} with ${name}, with and without BOM and last line end`, async () => {
        const text = rows.map((row) => row.join(delimiter)).join(end)
        for (const variant of [text, `\ufeff${text}${end}`]) {
          const { summary, folder } = await readFile(variant)
          expect(summary.source).toMatchObject({ format: 'csv', delimiter, encoding: 'utf-8', compression: null })
          expect(summary.mapping.order_id).toBe('order_id')
          expect(await linesOf(folder)).toMatchObject([
            { row: '1', order_id: '1', product_name: 'a b', line_total: '3.0000', customer_id: 'C1' },
            { row: '2', order_id: '2', product_name: 'c', line_total: '2.5000', customer_id: 'C2' }
          ])
        }
      })
    }
  }

  test('empty lines are no rows, before the header, between rows and at the end', async () => {
    const { summary, folder } = await readFile(`\n\n${csv(GOOD, '', '', GOOD)}\n\n`)
    expect(summary.counts).toMatchObject({ rows_read: 2, rows_kept: 2 })
    expect((await linesOf(folder)).map(({ row }) => row)).toEqual(['1', '2'])
  })

  test('line ends may be mixed', async () => {
    const { summary } = await readFile(`${csv(GOOD).trimEnd()}\r\n${GOOD}\r${GOOD}\n${GOOD}\r\r\n${GOOD}`)
    expect(summary.counts).toMatchObject({ rows_read: 5, rows_kept: 5 })
  })
})

describe('encodings', () => {
  const text = 'order_id,product_name,quantity,unit_price,ordered_at,customer_id\n1,£5 Käse,1,1,2024-01-05,C1\n'
  const name = async (content: Buffer, encoding?: TextEncodingName) => {
    const { summary, folder } = await readFile(content, encoding ? { encoding } : {})
    return [summary.source.encoding, (await linesOf(folder))[0]?.product_name]
  }

  test('UTF-8 and Latin-1 are told apart over the whole file', async () => {
    expect(await name(Buffer.from(text))).toEqual(['utf-8', '£5 Käse'])
    expect(await name(Buffer.from(text, 'latin1'))).toEqual(['latin-1', '£5 Käse'])
  })

  test('bytes that Latin-1 does not have make it Windows-1252', async () => {
    // 0x80 is the euro sign, 0xe4 is ä in Windows-1252.
    const bytes = Buffer.from(text.replace('£', '\x80'), 'latin1')
    expect(await name(bytes)).toEqual(['windows-1252', '€5 Käse'])
  })

  test('UTF-16 is read with and without a byte order mark', async () => {
    const little = Buffer.from(`\ufeff${text}`, 'utf16le')
    expect(await name(little)).toEqual(['utf-16le', '£5 Käse'])
    expect(await name(little.subarray(2))).toEqual(['utf-16le', '£5 Käse'])
    expect(await name(Buffer.from(little).swap16())).toEqual(['utf-16be', '£5 Käse'])
  })

  test('a byte far behind ASCII decides for the whole file', async () => {
    const line = '1,Kase,1,1,2024-01-05,C1\n'
    const start = Buffer.from(`${text.split('\n')[0]}\n${line.repeat(60_000)}`)
    const { summary, folder } = await readFile(
      Buffer.concat([start, Buffer.from('2,K\xe4se,1,1,2024-01-05,C1\n', 'latin1')])
    )
    expect(summary.source.encoding).toBe('latin-1')
    const [last] = await query<{ product_name: string }>(
      folder,
      `select product_name from read_parquet('$folder/orders.parquet') where order_id = '2'`
    )
    expect(last?.product_name).toBe('Käse')
  })

  test('two encodings in one file, overlong characters, and bytes that Windows-1252 leaves open are refused', async () => {
    const utf8 = Buffer.from(text)
    const row = (name: string) => Buffer.from(`2,${name},1,1,2024-01-05,C1\n`, 'latin1')
    // 0xc0 0xaf is a slash in two bytes; 0x81 is ü on DOS and nothing in Windows-1252.
    for (const content of [[utf8, row('K\xe4se')], [row('a\xc0\xafb')], [row('f\x81r')]]) {
      const header = content[0] === utf8 ? [] : [Buffer.from(`${text.split('\n')[0]}\n`)]
      const problem = await refusal(Buffer.concat([...header, ...content]))
      expect(problem.code).toBe('encoding')
      expect(problem.message).toContain('options.encoding')
    }
    const dos = Buffer.concat([Buffer.from(`${text.split('\n')[0]}\n`), row('f\x81r')])
    expect(await name(dos, 'cp850')).toEqual(['cp850', 'für'])
  })

  test('the others are read where they are asked for', async () => {
    const sjis = Buffer.concat([
      Buffer.from(`${text.split('\n')[0]}\n1,`),
      Buffer.from([0x83, 0x7c, 0x83, 0x8b]),
      Buffer.from(',1,1,2024-01-05,C1\n')
    ])
    // ポル: its first character ends in the byte of a vertical bar.
    expect(await name(sjis, 'shift_jis')).toEqual(['shift_jis', 'ポル'])
    expect(await refusal(Buffer.concat([sjis, Buffer.from([0x81])]), { encoding: 'shift_jis' })).toMatchObject({
      code: 'encoding'
    })
    const odd = Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, -1)
    expect(await refusal(odd)).toMatchObject({ code: 'encoding' })
  })

  test('the encoding asked for is taken, and refused where it cannot be', async () => {
    expect(await name(Buffer.from(text), 'latin-1')).toEqual(['latin-1', 'Â£5 KÃ¤se'])
    expect(await refusal(Buffer.from(text, 'latin1'), { encoding: 'utf-8' })).toMatchObject({ code: 'encoding' })
  })

  test('column names are read in the encoding of the file', async () => {
    const foreign = 'Bestellung,Käufer,quantity,unit_price,ordered_at\n1,C1,1,1,2024-01-05\n'
    for (const encoding of ['utf8', 'latin1'] as const) {
      const { summary } = await readFile(Buffer.from(foreign, encoding), { mapping: { customer_id: 'Käufer' } })
      expect(summary.mapping.customer_id).toBe('Käufer')
    }
  })
})

describe('refused', () => {
  test('a header without rows', async () => {
    expect(await refusal(csv())).toMatchObject({ code: 'no_rows' })
    expect(await refusal(csv().trimEnd())).toMatchObject({ code: 'no_rows' })
  })

  test('a first row that names nothing known', async () => {
    const problem = await refusal(`${GOOD}\n${GOOD}\n`)
    expect(problem.code).toBe('header_missing')
    expect(problem.message).toContain('"Spain"')
  })

  test('a column named twice', async () => {
    expect(await refusal('order_id,Quantity,quantity,price,date,customer_id\n1,1,1,1,2024-01-01,C\n')).toMatchObject({
      code: 'duplicate_column'
    })
  })

  test('columns that are needed and not there, naming those that are', async () => {
    const problem = await refusal('order_id,quantity,price,when\n1,1,1,2024-01-01\n')
    expect(problem.code).toBe('column_missing')
    expect(problem.message).toContain('customer_id, ordered_at')
    expect(problem.message).toContain('"when"')
  })

  test('more than 200 columns', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `x${at}`).join(',')
    expect(await refusal(`customer_id,${names}\nC1${',1'.repeat(300)}\n`)).toMatchObject({ code: 'too_many_columns' })
  })

  test('a line of more than 1 MiB, in the header and in the rows', async () => {
    expect(await refusal(csv(GOOD, 'x'.repeat(1024 * 1024 + 1), GOOD))).toMatchObject({ code: 'line_too_long' })
    expect(await refusal(`customer_id,${'x'.repeat(2 * 1024 * 1024)}\n${GOOD}`)).toMatchObject({
      code: 'line_too_long'
    })
  })

  test('more rows than allowed', async () => {
    expect(await refusal(csv(GOOD, GOOD, GOOD), {}, { rowsMax: 2 })).toMatchObject({ code: 'too_many_rows' })
  })

  test('too many rows that cannot be read, with the report', async () => {
    const problem = await refusal(csv(GOOD, 'broken', 'A,P,x,1,2024-01-01,C,S', 'A,P,1,x,2024-01-01,C,S'))
    expect(problem.code).toBe('too_many_bad_rows')
    expect(problem.extensions.quality).toMatchObject({ rows_read: 4, rows_kept: 1 })
  })

  test('a file of which nothing is kept, with the report', async () => {
    const problem = await refusal(csv('A1,P1,1,1.00,2024-01-05,,Spain'))
    expect(problem.code).toBe('no_rows_kept')
    expect(problem.extensions.quality).toMatchObject({ rules: [{ rule: 'missing_customer_id', rows: 1 }] })
  })
})
