import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import {
  numberText,
  RETAIL_HEADER,
  type RetailRow,
  retailRows,
  type Writing,
  writeRows
} from '../../helpers/dialects.ts'
import { onlineRetail } from '../../helpers/online-retail.ts'
import { query, type ReadFile, readFile } from '../../helpers/read-file.ts'

// The same orders as other shops' programs export them are the same dataset, to the cent.

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0')
const parts = (date: Date) => ({
  d: date.getUTCDate(),
  m: date.getUTCMonth() + 1,
  y: date.getUTCFullYear(),
  h: date.getUTCHours(),
  min: pad(date.getUTCMinutes())
})
const local = (locale: string, options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
  return (date: Date) => format.format(date)
}
const iso = (date: Date) => date.toISOString()
const later = (date: Date, hours: number) => new Date(date.getTime() + hours * 3_600_000)
const dotted = (date: Date) => {
  const { d, m, y, h, min } = parts(date)
  return `${pad(d)}.${pad(m)}.${y} ${pad(h)}:${min}`
}
const compact = (date: Date) => iso(date).replace(/\D/g, '').slice(0, 14)
const serial = (date: Date) => String(date.getTime() / 86_400_000 + 25_569)
const LONG = { dateStyle: 'long', timeStyle: 'short' } as const

const german = { quantity: numberText('.', ','), price: numberText('.', ',') }
const english = { quantity: numberText(',', '.'), price: numberText(',', '.') }

interface Variant extends Writing {
  encode?: (text: string) => Buffer
  options?: DatasetOptions
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
/** cp850 has the pound sign, the one letter of the file beyond ASCII, at 0x9c. */
const cp850 = (text: string) => Buffer.from(text.replaceAll('£', '\x9c'), 'latin1')

const VARIANTS: Record<string, Variant> = {
  semicolons: { delimiter: ';' },
  tabs: { delimiter: '\t' },
  'vertical bars': { delimiter: '|' },
  colons: { delimiter: ':' },
  carets: { delimiter: '^' },
  tildes: { delimiter: '~' },
  'a delimiter that is asked for': { delimiter: '#', options: { delimiter: '#' } },
  'everything quoted': { quoteAll: true },
  'single quotes': { quoteAll: true, quote: "'", delimiter: ';' },
  'quotes behind backslashes': { quoteAll: true, backslash: true },
  CRLF: { lineEnds: ['\r\n'] },
  CR: { lineEnds: ['\r'] },
  'mixed line ends': { lineEnds: ['\n', '\r\n', '\r'] },
  'a byte order mark': { encode: (text) => Buffer.from(`\ufeff${text}`) },
  'Latin-1': { encode: (text) => Buffer.from(text, 'latin1') },
  'UTF-16 LE with a mark': { encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le') },
  'UTF-16 LE': { encode: (text) => Buffer.from(text, 'utf16le'), delimiter: '\t' },
  'UTF-16 BE with a mark': { encode: (text) => utf16be(`\ufeff${text}`) },
  'UTF-16 BE': { encode: utf16be },
  'code page 850': { encode: cp850, options: { encoding: 'cp850' } },
  gzip: { encode: (text) => gzipSync(text) },
  'lines above the header': {
    above: ['Order lines of all shops', '', 'Exported: 2011-12-10;by admin', ''],
    delimiter: ';'
  },
  'the delimiter on a line of its own': { above: ['sep=;'], delimiter: ';' },
  'totals and empty rows at the end': {
    delimiter: ';',
    below: [';;;;;;;', 'Total;;;123;;9.747,75;;', 'Gesamt;;;123;;9.747,75;;', ';;;;;;;', '(20070 rows affected)']
  },
  'no header': { header: false, options: { columns: [...RETAIL_HEADER] } },
  'ISO dates': { date: (date) => iso(date).slice(0, 10) + iso(date).slice(10, 16).replace('T', ' ') },
  'ISO instants': { date: iso },
  'ISO with an offset': { date: (date) => iso(later(date, 1)).replace('.000Z', '+01:00') },
  'times of Calcutta': { date: (date) => iso(later(date, 5.5)).slice(0, 16), options: { timezone: 'Asia/Kolkata' } },
  'day/month/year': {
    date: (date) => `${parts(date).d}/${parts(date).m}/${parts(date).y} ${parts(date).h}:${parts(date).min}`
  },
  'month/day/two-digit year': {
    date: (date) => `${parts(date).m}/${parts(date).d}/${parts(date).y - 2000} ${parts(date).h}:${parts(date).min}`
  },
  'dates of New York': { date: local('en-US', { dateStyle: 'short', timeStyle: 'medium' }) },
  'German months': { date: local('de-DE', LONG), encode: (text) => Buffer.from(text, 'latin1') },
  'French months': { date: local('fr-FR', LONG) },
  'Spanish months': { date: local('es-ES', LONG) },
  'English months': { date: local('en-US', LONG) },
  'RFC 2822': { date: (date) => date.toUTCString() },
  'RFC 2822 with an offset': { date: (date) => later(date, -5).toUTCString().replace('GMT', '-0500') },
  YYYYMMDDHHMMSS: { date: compact },
  'epoch seconds': { date: (date) => String(date.getTime() / 1000) },
  'epoch milliseconds': { date: (date) => String(date.getTime()) },
  'Excel serials': { date: serial },
  'a German spreadsheet': {
    ...german,
    delimiter: ';',
    date: dotted,
    lineEnds: ['\r\n'],
    encode: (text) => Buffer.from(text, 'latin1')
  },
  'decimal commas': { delimiter: ';', price: numberText('', ',') },
  'commas before thousands': { ...english, quoteAll: true },
  'narrow blanks before thousands': {
    delimiter: ';',
    price: numberText('\u202f', ','),
    quantity: numberText('\u202f', ',')
  },
  'no-break blanks before thousands': {
    delimiter: ';',
    price: numberText('\u00a0', ','),
    encode: (text) => Buffer.from(text, 'latin1')
  },
  'apostrophes before thousands': { price: numberText("'", '.'), quantity: numberText("'", '.') },
  pounds: { price: (text) => `£${numberText(',', '.')(text)}` },
  'euros behind': { delimiter: ';', price: (text) => `${numberText('.', ',')(text)} €` },
  'codes in front': { price: (text) => `GBP ${text}` },
  'negatives in brackets': {
    quantity: numberText(',', '.', (text) => `(${text})`),
    price: numberText(',', '.', (text) => `(${text})`)
  },
  'a minus behind': {
    quantity: numberText('', '.', (text) => `${text}-`),
    price: numberText('', '.', (text) => `${text}-`)
  },
  'powers of ten': { price: (text) => `${text.replace('.', '')}E-${text.split('.')[1]?.length ?? 0}` }
}

/** What any writing of the same rows has in common: all of orders and returns, and the figures made of them. */
async function essence({ summary, folder }: ReadFile) {
  const content = (part: string) =>
    query(
      folder,
      `select count(*)::double as n, sum(hash(line))::varchar as content from (select * from read_parquet('$folder/${part}.parquet')) as line`
    )
  const { rows_read: _, ...counts } = summary.counts
  const { revenue, net_revenue, period } = summary
  return { counts, revenue, net_revenue, period, orders: await content('orders'), returns: await content('returns') }
}

/** Of so many lines one is written in each variant; EVERY=1, the whole file, is what a release is held to. */
const EVERY = Number(process.env.EVERY ?? 163)

describe.skipIf(!onlineRetail)(
  `One in ${EVERY} lines of UCI Online Retail (skipped where the shared data is absent)`,
  () => {
    const rows = onlineRetail ? retailRows(onlineRetail, EVERY) : []
    const reference = once(async () => essence(await readFile(writeRows(rows, {}))))

    for (const [name, variant] of Object.entries(VARIANTS)) {
      test(`written with ${name}`, { timeout: 120_000 }, async () => {
        const read = await readFile(encoded(rows, variant), variant.options)
        expect(await essence(read)).toEqual(await reference())
        const { rows_read, rows_kept } = read.summary.counts
        expect(read.summary.quality.rules.reduce((sum, each) => sum + each.rows, rows_kept)).toBe(rows_read)
        expect(rows_read).toBe(rows.length + (variant.below?.length ?? 0))
      })
    }

    test('written with blanks between the values', { timeout: 120_000 }, async () => {
      const text = rows.map(([order, product, , quantity, date, price, customer]) =>
        [order, product.replaceAll(' ', '_') || '-', quantity, date.replace(' ', 'T'), price, customer || 'NULL'].join(
          '   '
        )
      )
      const columns = ['order_id', 'product_id', 'quantity', 'ordered_at', 'unit_price', 'customer_id']
      const { summary } = await readFile(`  ${text.join('\n  ')}\n`, { columns, date_format: '%m/%d/%YT%H:%M' })
      const { countries: _, ...counts } = (await reference()).counts
      expect(summary.source.delimiter).toBe('whitespace')
      expect(summary).toMatchObject({ counts, revenue: (await reference()).revenue })
    })
  }
)

describe.skipIf(!onlineRetail)('all of UCI Online Retail (skipped where the shared data is absent)', () => {
  test('written with a German spreadsheet', { timeout: 300_000 }, async () => {
    const rows = retailRows(onlineRetail!)
    const variant = VARIANTS['a German spreadsheet']!
    const { summary } = await readFile(encoded(rows, variant), variant.options)
    // Chen 2015 by way of the folder's README.
    expect(summary.counts).toMatchObject({ rows_read: 541_909, rows_kept: 397_884, orders: 18_532, customers: 4_338 })
    expect(Math.round(summary.revenue * 100)).toBe(891_140_790)
  })
})

const encoded = (rows: readonly RetailRow[], variant: Variant): Buffer =>
  (variant.encode ?? ((text: string) => Buffer.from(text)))(writeRows(rows, variant))

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}
