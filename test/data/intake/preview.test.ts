import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { previewOrders } from '../../../src/data/intake/preview.ts'
import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import { NO_HOOKS, readFile, readRequest } from '../../helpers/read-file.ts'

const preview = (content: string | Buffer, options: DatasetOptions = {}) =>
  previewOrders(readRequest(content, options), NO_HOOKS)

const LINES = [
  'Bestellnummer;Kunde;Artikelnr;Menge;Einzelpreis;Rechnungsdatum;Land;Filiale',
  'B1;K1;A1;2;9,95;14.03.2024;Deutschland;Nord',
  'B2;K2;A2;x;1,00;15.03.2024;;Süd'
]
const GERMAN = Buffer.from(`${LINES.join('\n')}\n`, 'latin1')

describe('a preview', () => {
  test('says how the file is written, what its columns are and how its rows read', async () => {
    const seen = await preview(gzipSync(GERMAN))
    expect(seen.problems).toEqual([])
    expect(seen.looked_at).toEqual({ rows: 2, whole: true })
    expect(seen.source).toMatchObject({ format: 'csv', compression: 'gzip', delimiter: ';', encoding: 'latin-1' })
    expect(seen.columns.map(({ name, type, field }) => [name, type, field])).toEqual([
      ['Bestellnummer', 'text', 'order_id'],
      ['Kunde', 'text', 'customer_id'],
      ['Artikelnr', 'text', 'product_id'],
      ['Menge', 'text', 'quantity'],
      ['Einzelpreis', 'number', 'unit_price'],
      ['Rechnungsdatum', 'date', 'ordered_at'],
      ['Land', 'text', 'country'],
      ['Filiale', 'text', null]
    ])
    expect(seen.columns[6]).toMatchObject({ empty_share: 0.5, samples: ['Deutschland'] })
    expect(seen.unmapped_columns).toEqual(['Filiale'])
    expect(seen.rows).toMatchObject([
      {
        row: 1,
        values: { Einzelpreis: '9,95', Rechnungsdatum: '14.03.2024' },
        read: {
          unit_price: 9.95,
          ordered_at: '2024-03-14T00:00:00Z',
          quantity: 2,
          line_total: 19.9,
          country: 'Deutschland'
        },
        rule: null
      },
      { row: 2, values: { Menge: 'x', Land: null }, rule: 'invalid_quantity' }
    ])
    expect(seen.counts).toMatchObject({ rows_read: 2, rows_kept: 1 })
    expect(seen.revenue).toBe(19.9)
  })

  test('gives the options that make its reading explicit: with them the file reads the same', async () => {
    const { options } = await preview(GERMAN)
    expect(options).toMatchObject({
      encoding: 'latin-1',
      decimal_separator: ',',
      timezone: 'UTC',
      mapping: { order_id: 'Bestellnummer', unit_price: 'Einzelpreis' }
    })
    const [found, explicit] = [await readFile(GERMAN), await readFile(GERMAN, options)]
    expect(explicit.summary.counts).toEqual(found.summary.counts)
    expect(explicit.summary.revenue).toBe(found.summary.revenue)
    expect(explicit.summary.period).toEqual(found.summary.period)
    expect(explicit.summary.columns?.every(({ confidence }) => confidence === 'given')).toBe(true)
  })

  test('lists what would fail, and shows what it knows nevertheless', async () => {
    const ambiguous = await preview('order id,customer id,date,quantity,price\n1,C1,3/4/2024,1,2\n2,C2,5/6/2024,1,2\n')
    expect(ambiguous.problems).toMatchObject([{ code: 'ambiguous_date_format', status: 422 }])
    expect(ambiguous.mapping).toMatchObject({ ordered_at: 'date' })
    expect(ambiguous.rows[0]).toMatchObject({ values: { date: '3/4/2024' }, read: null })
    const unnamed = await preview('order id,who,date,quantity,price\n1,C1,2024-01-05,1,2\n')
    expect(unnamed.problems).toMatchObject([{ code: 'column_missing' }])
    expect(unnamed.mapping).toMatchObject({ order_id: 'order id', unit_price: 'price' })
    expect(unnamed.unmapped_columns).toEqual(['who'])
    const picture = await preview(Buffer.from('89504e470d0a1a0a', 'hex'))
    expect(picture.problems).toMatchObject([{ code: 'content_mismatch', status: 415 }])
    expect(picture).toMatchObject({ source: null, rows: [] })
  })

  test('shows the report of a file that has too many bad rows', async () => {
    const rows = Array.from({ length: 10 }, (_, at) => `${at},C1,2024-01-05,x,2`)
    const {
      problems,
      quality,
      rows: shown
    } = await preview(`order id,customer id,date,quantity,price\n${rows.join('\n')}\n`)
    expect(problems).toMatchObject([{ code: 'too_many_bad_rows' }])
    expect(quality?.rules).toMatchObject([{ rule: 'invalid_quantity', rows: 10 }])
    expect(shown[0]?.rule).toBe('invalid_quantity')
  })

  test('of a long file looks at its beginning only, and says so', async () => {
    const header = 'order id,customer id,date,quantity,price\n'
    const line = (at: number) => `${at},C${at % 100},2024-01-${10 + (at % 20)},1,2\n`
    const long = header + Array.from({ length: 60_000 }, (_, at) => line(at)).join('')
    const seen = await preview(long)
    expect(seen.looked_at.whole).toBe(false)
    // 1 MiB at 23 to 26 bytes a line.
    expect(seen.looked_at.rows).toBeGreaterThan(38_000)
    expect(seen.looked_at.rows).toBeLessThan(48_000)
    expect(seen.counts?.rows_kept).toBe(seen.looked_at.rows)
    expect(seen.limitations[0]).toMatch(/^Only the first [0-9,]+ rows were looked at/)
    const array = JSON.stringify(
      Array.from({ length: 20_000 }, (_, at) => ({
        order_id: at,
        customer_id: 'C',
        ordered_at: '2024-01-05',
        quantity: 1,
        unit_price: 2
      }))
    )
    const json = await preview(array)
    expect(json.problems).toEqual([])
    expect(json.looked_at.whole).toBe(false)
    expect(json.counts?.rows_kept).toBe(json.looked_at.rows)
  })
})
