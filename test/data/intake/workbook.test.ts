import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SharedStrings } from '../../../src/data/intake/workbook/shared-strings.ts'
import { linesOf, readFile, refusal, rowsByRule, temporaryFolder } from '../../helpers/read-file.ts'
import { type Cell, workbook, workbookOf, workbookParts } from '../../helpers/workbook.ts'
import { renamed, withRecord, zipOf } from '../../helpers/zip.ts'

const HEADER = ['Order ID', 'SKU', 'Qty', 'Price', 'Order Date', 'Customer ID', 'Country']
const ROWS: Cell[][] = [
  HEADER,
  ['A1', 'P1', 2, 3.5, new Date('2024-01-05T10:30:00Z'), 'C1', 'Spain'],
  ['A2', 'P2', 1, 1.25, new Date('2024-01-06T00:00:00Z'), 13085, 'Côte d’Ivoire & <more>']
]
const LINES = [
  {
    row: '1',
    order_id: 'A1',
    product_id: 'P1',
    line_total: '7.0000',
    customer_id: 'C1',
    ordered_at: '2024-01-05 10:30:00',
    country: 'Spain'
  },
  {
    row: '2',
    order_id: 'A2',
    product_id: 'P2',
    line_total: '1.2500',
    customer_id: '13085',
    ordered_at: '2024-01-06 00:00:00',
    country: 'Côte d’Ivoire & <more>'
  }
]
/** The first row with some of its cells changed. */
const row = (changes: Record<string, Cell>): Cell[] =>
  ROWS[1]!.map((cell, at) => (HEADER[at]! in changes ? changes[HEADER[at]!]! : cell))
const sheet = (...rows: Cell[][]) => [HEADER, ...rows]
const number = (text: string, style = 0): Cell => ({ xml: `<c r="REF" s="${style}"><v>${text}</v></c>` })

describe('a workbook', () => {
  test('is read with the types of its cells, shared texts and inline ones alike', async () => {
    for (const texts of ['shared', 'inline'] as const) {
      const { summary, folder } = await readFile(await workbookOf(ROWS, { texts }))
      expect(summary.source).toMatchObject({
        format: 'xlsx',
        compression: null,
        encoding: null,
        delimiter: null,
        sheet: 'Orders',
        date: { format: 'timestamp', evidence: 'The column holds dates and times, not text; 2 of 2 can be used.' }
      })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })

  test('inside gzip and inside a ZIP archive is the same', async () => {
    const book = await workbookOf(ROWS)
    for (const [compression, packed] of [
      ['gzip', gzipSync(book)],
      ['zip', await zipOf({ 'orders.xlsx': book })]
    ] as const) {
      const { summary, folder } = await readFile(packed)
      expect(summary.source).toMatchObject({ format: 'xlsx', compression })
      expect(await linesOf(folder)).toMatchObject(LINES)
    }
  })

  test('whose table stands below a title, beside notes and right of empty columns is found', async () => {
    const { summary, folder } = await readFile(
      await workbookOf([
        ['Report of the shop'],
        [],
        [null, 'Period', 'January', 'Date of the report'],
        [],
        [null, null, ...HEADER],
        [null, null, ...ROWS[1]!, null, 'a note'],
        [],
        [null, null, ...ROWS[2]!]
      ])
    )
    expect(await linesOf(folder)).toMatchObject(LINES)
    expect(summary.limitations).toContain('1 cells beside the table were left out.')
  })

  test('without references in its cells is read by their order', async () => {
    const cells = (...values: string[]) => values.map((value) => ({ xml: `<c t="str"><v>${value}</v></c>` }))
    const { folder } = await readFile(
      await workbookOf([cells('order id', 'customer id', 'date', 'total'), cells('A1', 'C1', '2024-01-05', '7')])
    )
    expect(await linesOf(folder)).toMatchObject([{ order_id: 'A1', customer_id: 'C1', line_total: '7.0000' }])
  })

  test('with merged cells, errors and formulas says what of them is not there', async () => {
    const { summary, folder } = await readFile(
      await workbook({
        sheets: [
          {
            name: 'Orders',
            rows: sheet(
              row({ Price: { xml: '<c r="REF"><f>7/2</f><v>3.5</v></c>' } }),
              row({ Country: { xml: '<c r="REF" t="e"><v>#N/A</v></c>' } }),
              row({ Price: { xml: '<c r="REF"><f>7/2</f></c>' } })
            ),
            tail: '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="A1:B1"/></mergeCells>'
          }
        ]
      })
    )
    expect((await linesOf(folder)).map(({ country }) => country)).toEqual(['Spain', null])
    expect(rowsByRule(summary)).toEqual({ invalid_price: 1 })
    expect(summary.limitations.slice(0, 3)).toEqual([
      '1 cells of the sheet show an error such as #N/A and count as empty.',
      '1 formulas of the sheet were stored without their results and count as empty: open the workbook in a spreadsheet program and save it.',
      '1 merged cells span several rows: only the first of those rows has their value.'
    ])
  })
})

describe('values of cells', () => {
  test('numbers are what the spreadsheet shows, without the noise of doubles', async () => {
    const stored = {
      '2.5499999999999998': '2.5500',
      '0.1': '0.1000',
      '1E-3': '0.0010',
      '19.989999999999998': '19.9900',
      '1.2345E+2': '123.4500'
    }
    const { folder } = await readFile(
      await workbookOf(sheet(...Object.keys(stored).map((text) => row({ Qty: 1, Price: number(text) }))))
    )
    expect((await linesOf(folder)).map(({ unit_price }) => unit_price)).toEqual(Object.values(stored))
  })

  test('ids keep all their digits', async () => {
    const ids = ['17850', '12345678901234567890', '00042', '1.7850000000000001E4']
    const { folder } = await readFile(await workbookOf(sheet(...ids.map((id) => row({ 'Customer ID': number(id) })))))
    expect((await linesOf(folder)).map(({ customer_id }) => customer_id)).toEqual([
      '17850',
      '12345678901234567890',
      '00042',
      '17850'
    ])
  })

  test('runs of formatted letters are one text, without the phonetic guide', async () => {
    const rich =
      '<is><r><t>Mug </t></r><r><rPr><b/></rPr><t xml:space="preserve">red</t></r><rPh sb="0" eb="1"><t>maggu</t></rPh></is>'
    const { folder } = await readFile(
      await workbookOf(
        sheet(row({ SKU: { xml: `<c r="REF" t="inlineStr">${rich}</c>` }, Country: 'Sp_x000D_ain_x0001_' }))
      )
    )
    expect(await linesOf(folder)).toMatchObject([{ product_id: 'Mug red', country: 'Sp\rain' }])
  })

  test('days by style are dates in both systems, and 29 February 1900 is none', async () => {
    // Serials by ECMA-376 part 1, 18.17.4.1; 45296.4375 is 2024-01-05 10:30 and 43834.4375 the same from 1904 on.
    const cases: [system: 1900 | 1904, text: string, style: number, date: string | null][] = [
      [1900, '45296.4375', 1, '2024-01-05 10:30:00'],
      [1900, '45296', 2, '2024-01-05 00:00:00'],
      [1900, '45296.999994', 3, '2024-01-05 23:59:59.482'],
      [1900, '61', 2, '1900-03-01 00:00:00'],
      [1900, '60', 2, null],
      [1900, '59', 2, '1900-02-28 00:00:00'],
      [1900, '1', 2, '1900-01-01 00:00:00'],
      [1904, '43834.4375', 1, '2024-01-05 10:30:00']
    ]
    for (const [dateSystem, text, style, date] of cases) {
      const rows = sheet(row({ 'Order Date': number(text, style) }), row({ 'Order Date': number('45000', style) }))
      const { folder, summary } = await readFile(await workbookOf(rows, { dateSystem }), {}, { badRowsMaxShare: 1 })
      const [first] = await linesOf(folder)
      expect([text, date === null ? rowsByRule(summary) : first?.ordered_at]).toEqual([
        text,
        date ?? { invalid_date: 1 }
      ])
    }
  })

  test('numbers with a length of time, or with units that only look like days, are numbers', async () => {
    const { folder } = await readFile(
      await workbookOf(sheet(row({ Price: number('3.5', 4) }), row({ Price: number('4.5', 5) })))
    )
    expect((await linesOf(folder)).map(({ unit_price }) => unit_price)).toEqual(['3.5000', '4.5000'])
  })

  test('a column of texts and dates is decided by its values', async () => {
    const { summary } = await readFile(
      await workbookOf(sheet(row({}), row({ 'Order Date': '2024-02-01' }), row({ 'Order Date': '31.01.2024' })))
    )
    expect(summary.source.date.format).toBe('iso8601')
    expect(rowsByRule(summary)).toEqual({ invalid_date: 1 })
  })
})

describe('the sheet', () => {
  const other = [
    ['Date', 'Remark'],
    ['2024-01-01', 'x']
  ]

  test('that has what orders need is taken, and the others are named', async () => {
    const { summary, folder } = await readFile(
      await workbook({
        sheets: [
          { name: 'Read me', rows: [['Hello']] },
          { name: 'Remarks', rows: other },
          { name: 'Data', rows: ROWS },
          { name: 'Old', rows: sheet(row({ SKU: 'old' })), hidden: true }
        ]
      })
    )
    expect(summary.source.sheet).toBe('Data')
    expect(summary.limitations[0]).toBe(
      'Only the sheet "Data" was read; the workbook also has "Read me", "Remarks", "Old", which options.sheet can name.'
    )
    expect(await linesOf(folder)).toMatchObject(LINES)
  })

  test('that is hidden is taken where no other has the orders', async () => {
    const { summary } = await readFile(
      await workbook({
        sheets: [
          { name: 'Summary', rows: other },
          { name: 'Data', rows: ROWS, hidden: true }
        ]
      })
    )
    expect(summary.source.sheet).toBe('Data')
    expect(summary.limitations).toContain('The sheet "Data" is hidden in the workbook.')
  })

  test('asked for is taken, in any case; one that is not there is refused with the names', async () => {
    const book = await workbook({
      sheets: [
        { name: 'Data', rows: ROWS },
        { name: '2023 & before', rows: sheet(row({ SKU: 'old' })) }
      ]
    })
    const { folder } = await readFile(book, { sheet: '2023 & BEFORE' })
    expect(await linesOf(folder)).toMatchObject([{ product_id: 'old' }])
    const problem = await refusal(book, { sheet: 'Date' })
    expect(problem).toMatchObject({ code: 'sheet_not_found' })
    expect(problem.message).toContain('"Data", "2023 & before"')
  })

  test('without a header, without rows, or empty is refused', async () => {
    expect(await refusal(await workbookOf(ROWS.slice(1)))).toMatchObject({ code: 'header_missing' })
    expect(await refusal(await workbookOf([HEADER]))).toMatchObject({ code: 'no_rows' })
    expect(await refusal(await workbookOf([]))).toMatchObject({ code: 'no_rows' })
  })

  test('of more rows or columns than are read is refused', async () => {
    const book = await workbookOf(ROWS)
    expect(await refusal(book, {}, { rowsMax: 1 })).toMatchObject({ code: 'too_many_rows' })
    const wide = await workbookOf([[...HEADER, ...Array.from({ length: 250 }, (_, at) => `x${at}`)], ROWS[1]!])
    expect(await refusal(wide)).toMatchObject({ code: 'too_many_columns' })
  })
})

describe('a hostile or broken workbook', () => {
  const parts = workbookParts({ sheets: [{ name: 'Orders', rows: ROWS }] })
  const changedBook = (changes: Record<string, string | null>) =>
    workbook({ sheets: [{ name: 'Orders', rows: ROWS }], parts: changes })
  const SHEET = 'xl/worksheets/sheet1.xml'
  const changedSheet = (from: string | RegExp, to: string) => changedBook({ [SHEET]: parts[SHEET]!.replace(from, to) })

  test('with a document type or entities is refused, whichever part has them', async () => {
    const doctype = '?>\n<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for (const [name, text] of Object.entries(parts)) {
      if (name === '[Content_Types].xml') continue
      expect(await refusal(await changedBook({ [name]: text.replace('?>', doctype) })), name).toMatchObject({
        code: 'xlsx_invalid'
      })
    }
    expect(await refusal(await changedSheet('<v>2</v>', '<v>&b;</v>'))).toMatchObject({ code: 'xlsx_invalid' })
  })

  test('that lacks a part, or whose parts are no XML, is refused', async () => {
    for (const name of [
      '_rels/.rels',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      'xl/sharedStrings.xml',
      SHEET
    ]) {
      expect(await refusal(await changedBook({ [name]: null })), name).toMatchObject({ code: 'xlsx_invalid' })
      expect(await refusal(await changedBook({ [name]: parts[name]!.slice(0, -20) })), name).toMatchObject({
        code: 'xlsx_invalid'
      })
      expect(await refusal(await changedBook({ [name]: '' })), name).toMatchObject({ code: 'xlsx_invalid' })
    }
  })

  for (const [what, change] of Object.entries({
    'a shared text that is not there': ['<v>0</v>', '<v>99</v>'],
    'a shared text of no number': ['<v>0</v>', '<v>x</v>'],
    'a row number that goes back': ['<row r="3">', '<row r="2">'],
    'a row beyond the last': ['<row r="3">', '<row r="1048577">'],
    'a column beyond the last': ['r="B2"', 'r="XFE2"'],
    'a cell twice': ['r="B2"', 'r="A2"'],
    'a cell of no column': ['r="B2"', 'r="22"'],
    'elements nested without end': ['<sheetData>', `${'<x>'.repeat(200)}<sheetData>`]
  } as const)) {
    test(`with ${what} is refused`, async () => {
      expect(await refusal(await changedSheet(change[0], change[1]))).toMatchObject({ code: 'xlsx_invalid' })
    })
  }

  test('with a text or a tag without end is refused before it fills the memory', async () => {
    const long = 'x'.repeat(64 * 1024 * 1024)
    for (const [from, to] of [
      ['<v>2</v>', `<v>${long}</v>`],
      ['<v>2</v>', `<v a="${long}">2</v>`],
      ['<sheetData>', `<!--${long}--><sheetData>`]
    ] as const) {
      const book = await changedSheet(from, to)
      // Beyond 200 times its size it does not get this far.
      expect(await refusal(await zipOf({ 'a.xlsx': book }, { compress: false }))).toMatchObject({
        code: 'decompression_limit'
      })
    }
    const noise = Array.from({ length: 600_000 }, (_, at) => (at * 2654435761) % 4294967296).join('')
    expect(await refusal(await changedSheet('<v>2</v>', `<v>${noise}</v>`))).toMatchObject({ code: 'xlsx_invalid' })
  })

  test('with more shared text than is held is refused', () => {
    // 192 MiB, the places of the texts included.
    const strings = new SharedStrings()
    const text = 'x'.repeat(1024 * 1024)
    expect(() => {
      for (let each = 0; each < 193; each++) strings.add(text)
    }).toThrow(expect.objectContaining({ code: 'intake_memory' }))
    expect(strings.length).toBeGreaterThan(180)
  })

  test('that unpacks to 300 times its size is refused at once', async () => {
    const bomb = await changedSheet('</sheetData>', `${' '.repeat(40 * 1024 * 1024)}</sheetData>`)
    expect(bomb.length).toBeLessThan(100_000)
    expect(await refusal(bomb)).toMatchObject({ code: 'decompression_limit' })
  })

  test('that unpacks to more than is allowed is refused', async () => {
    expect(await refusal(await workbookOf(ROWS), {}, { decompressedMaxBytes: 2000 })).toMatchObject({
      code: 'decompression_limit'
    })
  })

  test('of 5,000 entries, or with two of one name, is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`xl/media/${at}.png`, '']))
    expect(await refusal(await zipOf({ ...parts, ...many }))).toMatchObject({ code: 'zip_invalid' })
    const twice = renamed(await zipOf({ ...parts, 'xl/workbook.xm_': '<x/>' }), 'xl/workbook.xm_', 'xl/WORKBOOK.xml')
    expect(await refusal(twice)).toMatchObject({ code: 'zip_invalid' })
  })

  test('with an entry that leads out of it is refused', async () => {
    for (const name of ['../../../etc/x', '/aaaaaaaaaaaax', 'C:/aaaaaaaaaax']) {
      const book = renamed(await zipOf({ ...parts, aaaaaaaaaaaaaa: 'x' }), 'aaaaaaaaaaaaaa', name)
      expect(await refusal(book), name).toMatchObject({ code: 'zip_invalid' })
    }
  })

  test('whose directory lies about sizes or checksums is refused', async () => {
    const book = await workbookOf(ROWS)
    // Places in the record: 16 checksum, 20 packed size, 24 unpacked size. A packed size one too large does no harm:
    // Deflate knows its own end, and what comes before it has the right size and checksum.
    for (const [place, by] of [
      [16, 1],
      [16, -1],
      [20, -1],
      [24, 1],
      [24, -1]
    ] as const) {
      const lying = withRecord(book, SHEET, (archive, record) => {
        archive.writeUInt32LE(archive.readUInt32LE(record + place) + by, record + place)
      })
      expect(await refusal(lying), `${place} ${by}`).toMatchObject({ code: 'zip_invalid' })
    }
  })

  test('that is encrypted entry by entry is refused as such', async () => {
    const book = withRecord(await workbookOf(ROWS), SHEET, (archive, record) => {
      archive[record + 8]! |= 1
    })
    expect(await refusal(book)).toMatchObject({ code: 'file_encrypted' })
  })

  test('with macros, or binary, is refused by its name', async () => {
    for (const [type, name] of [
      ['application/vnd.ms-excel.sheet.macroEnabled.main+xml', '.xlsm'],
      ['application/vnd.ms-excel.sheet.binary.macroEnabled.main', '.xlsb'],
      ['application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml', '.docx'],
      ['application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml', '.pptx']
    ]) {
      const types = parts['[Content_Types].xml']!.replace(/application\/vnd.openxmlformats-officedocument[^"]+/, type!)
      const problem = await refusal(await changedBook({ '[Content_Types].xml': types }))
      expect(problem).toMatchObject({ code: 'unsupported_format' })
      expect(problem.message).toContain(name)
    }
  })
})

const PYTHON = '/usr/bin/python3'
const hasOpenpyxl = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import openpyxl'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasOpenpyxl)("openpyxl's workbooks (skipped where Python has no openpyxl)", () => {
  test('are read as they were meant', async () => {
    const path = join(temporaryFolder(), 'book.xlsx')
    const script = `
import datetime, sys
from openpyxl import Workbook
book = Workbook()
book.active.title = 'Notes'
book.active.append(['nothing here'])
sheet = book.create_sheet('Orders')
sheet.append(['My shop'])
sheet.append([])
sheet.append(${JSON.stringify(HEADER)})
sheet.append(['A1', 'P1', 2, 2.55, datetime.datetime(2024, 1, 5, 10, 30), 'C1', 'Spain'])
sheet.append(['A2', 'P2', 3, 0.1 + 0.2, datetime.date(2024, 1, 6), 13085, None])
sheet.merge_cells('A1:G1')
book.save(sys.argv[1])
`
    execFileSync(PYTHON, ['-c', script, path])
    const { summary, folder } = await readFile({ path })
    expect(summary.source).toMatchObject({ sheet: 'Orders', date: { format: 'timestamp' } })
    expect(await linesOf(folder)).toMatchObject([
      {
        order_id: 'A1',
        unit_price: '2.5500',
        line_total: '5.1000',
        ordered_at: '2024-01-05 10:30:00',
        country: 'Spain'
      },
      {
        order_id: 'A2',
        unit_price: '0.3000',
        line_total: '0.9000',
        ordered_at: '2024-01-06 00:00:00',
        customer_id: '13085',
        country: null
      }
    ])
  })

  test('of ours are read by openpyxl alike: the fixtures are workbooks', async () => {
    const path = join(temporaryFolder(), 'book.xlsx')
    writeFileSync(path, await workbookOf(ROWS))
    const script = `
import sys
from openpyxl import load_workbook
for row in load_workbook(sys.argv[1])['Orders'].iter_rows(values_only=True): print('|'.join(map(str, row)))
`
    expect(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      HEADER.join('|'),
      'A1|P1|2|3.5|2024-01-05 10:30:00|C1|Spain',
      'A2|P2|1|1.25|2024-01-06 00:00:00|13085|Côte d’Ivoire & <more>'
    ])
  })
})
