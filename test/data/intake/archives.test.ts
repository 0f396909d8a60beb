import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { csv, linesOf, readFile, refusal } from '../../helpers/read-file.ts'
import { workbookOf } from '../../helpers/workbook.ts'
import { withRecord, zipOf } from '../../helpers/zip.ts'

const TEXT = csv('A1,P1,2,3.50,2024-01-05,C1,Spain')
const ORDER = {
  order_id: 'A1',
  product_id: 'P1',
  quantity: 2,
  unit_price: 3.5,
  ordered_at: '2024-01-05',
  customer_id: 'C1'
}

describe('a ZIP archive', () => {
  test('of one file is read as that file', async () => {
    for (const [name, content, format] of [
      ['orders.csv', TEXT, 'csv'],
      ['deep/inside/orders.json', JSON.stringify([ORDER]), 'json'],
      ['ORDERS', `${JSON.stringify(ORDER)}\n`, 'ndjson']
    ] as const) {
      for (const compress of [true, false]) {
        const { summary, folder } = await readFile(await zipOf({ [name]: content }, { compress }))
        expect(summary.source).toMatchObject({ format, compression: 'zip' })
        expect(await linesOf(folder)).toMatchObject([{ order_id: 'A1', line_total: '7.0000' }])
      }
    }
  })

  test('is read with what macOS and Windows put beside the file', async () => {
    const archive = await zipOf({
      'export/': '',
      'export/orders.csv': TEXT,
      'export/.DS_Store': 'x',
      '__MACOSX/export/._orders.csv': 'x',
      'Thumbs.db': 'x'
    })
    expect((await readFile(archive)).summary.counts.rows_read).toBe(1)
  })

  test('of several files is refused with their names', async () => {
    const problem = await refusal(await zipOf({ 'orders.csv': TEXT, 'customers.csv': TEXT }))
    expect(problem).toMatchObject({ code: 'archive_of_many', extensions: { files: ['orders.csv', 'customers.csv'] } })
    expect(problem.message).toContain('"orders.csv", "customers.csv"')
  })

  test('without files is refused', async () => {
    expect(await refusal(await zipOf({ 'empty/': '' }))).toMatchObject({ code: 'file_empty' })
    expect(await refusal(await zipOf({}))).toMatchObject({ code: 'file_empty' })
    expect(await refusal(await zipOf({ 'a.csv': '' }))).toMatchObject({ code: 'file_empty' })
  })

  test('inside another, or with a gzip file, is refused', async () => {
    const inner = await zipOf({ 'a.csv': TEXT })
    for (const nested of [
      await zipOf({ 'a.zip': inner }),
      await zipOf({ 'a.csv.gz': gzipSync(TEXT) }),
      gzipSync(inner),
      await zipOf({ 'a.zip': await zipOf({ 'a.xlsx': await workbookOf([]) }) })
    ]) {
      expect(await refusal(nested)).toMatchObject({ code: 'unsupported_format' })
    }
  })

  test('that is encrypted, packed by another method, cut off or changed is refused', async () => {
    const archive = await zipOf({ 'orders.csv': TEXT.repeat(50) })
    const change = (place: number, value: number) =>
      withRecord(archive, 'orders.csv', (bytes, record) => bytes.writeUInt16LE(value, record + place))
    expect(await refusal(change(8, 1))).toMatchObject({ code: 'file_encrypted' })
    expect(await refusal(change(10, 9))).toMatchObject({ code: 'zip_invalid' })
    expect(await refusal(archive.subarray(0, -30))).toMatchObject({ code: 'zip_invalid' })
    const flipped = Buffer.from(archive)
    flipped[60]! ^= 0x10
    expect(await refusal(flipped)).toMatchObject({ code: 'zip_invalid' })
  })

  test('that unpacks to more than 200 times its size is refused at once', async () => {
    const bomb = await zipOf({ 'orders.csv': Buffer.alloc(40 * 1024 * 1024, '\n') })
    expect(await refusal(bomb)).toMatchObject({ code: 'decompression_limit' })
  })
})

describe('documents of other programs', () => {
  /** Header of a compound file and the names of its streams, as MS-CFB 2.2 and 2.6 have them. */
  const ole = (...streams: string[]) => {
    const entries = ['Root Entry', ...streams].map((name) => {
      const entry = Buffer.alloc(128)
      entry.write(name, 'utf16le')
      entry.writeUInt16LE(2 * (name.length + 1), 64)
      return entry
    })
    const header = Buffer.alloc(512)
    header.write('d0cf11e0a1b11ae1', 'hex')
    return Buffer.concat([header, Buffer.alloc(3 * 1024 * 1024 + 7), ...entries])
  }

  test('old workbooks are refused with advice, encrypted new ones as such', async () => {
    for (const content of [
      ole('Workbook'),
      ole('\x05SummaryInformation', 'Book'),
      Buffer.from('0908100000060500', 'hex')
    ]) {
      for (const each of [content, gzipSync(content), await zipOf({ 'a.xls': content }, { compress: false })]) {
        const problem = await refusal(each)
        expect(problem).toMatchObject({ code: 'legacy_xls', status: 415 })
        expect(problem.message).toContain('.xlsx or CSV')
      }
    }
    expect(await refusal(ole('EncryptionInfo', 'EncryptedPackage'))).toMatchObject({ code: 'file_encrypted' })
  })

  for (const [what, content] of Object.entries({
    '.doc': ole('WordDocument'),
    '.msg': ole('__properties_version1.0'),
    'old Office program': ole('Something')
  })) {
    test(`${what} is refused by its name`, async () => {
      const problem = await refusal(content)
      expect(problem).toMatchObject({ code: 'unsupported_format' })
      expect(problem.message).toContain(what)
    })
  }

  test('OpenDocument and Numbers are refused by their names', async () => {
    for (const [files, name] of [
      [{ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '<x/>' }, '.ods'],
      [{ mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': '<x/>' }, 'OpenDocument'],
      [{ 'Index/Document.iwa': 'x', 'Metadata/Properties.plist': 'x' }, 'Numbers']
    ] as const) {
      const problem = await refusal(await zipOf(files))
      expect(problem).toMatchObject({ code: 'unsupported_format', status: 415 })
      expect(problem.message).toContain(name)
    }
  })
})
