import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../helpers/build-app.ts'

let service: Awaited<ReturnType<typeof buildApp>>
let url: string
beforeAll(async () => {
  service = await buildApp()
  url = await service.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => await service.close())

/** A form with these files, `{name: content}`. */
function formOf(files: Record<string, string>, options?: object): FormData {
  const form = new FormData()
  if (options) form.append('options', JSON.stringify(options))
  for (const [name, content] of Object.entries(files)) form.append('file', new Blob([content]), name)
  return form
}

interface Answer {
  source: { files: { filename: string; lines: boolean }[] }
  columns: object[]
}

const post = async (path: string, body: FormData) => {
  const answer = await fetch(url + path, { method: 'POST', body })
  return { status: answer.status, body: (await answer.json()) as Answer }
}

const FILES = {
  'customers.csv': 'customer_id,country\nC1,Spain\nC2,France\n',
  'lines.csv': 'order_id,customer_id,product_id,quantity,date\n1,C1,P1,2,2024-03-14\n2,C2,P1,1,2024-03-15\n',
  'products.csv': 'product_id,category,price\nP1,Kitchen,9.5\n'
}

describe('several files', () => {
  test('make one dataset, with each of them named', async () => {
    const { status, body } = await post('/datasets', formOf(FILES))
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({ revenue: 28.5, counts: { customers: 2, countries: 2 }, name: 'lines.csv' })
    expect(body.source.files.map(({ filename, lines }) => [filename, lines])).toEqual([
      ['customers.csv', false],
      ['lines.csv', true],
      ['products.csv', false]
    ])
    expect(body.columns).toContainEqual(expect.objectContaining({ field: 'unit_price', column: 'price' }))
  })

  test('of which one has an id twice are refused', async () => {
    const files = { ...FILES, 'customers.csv': 'customer_id,country\nC1,Spain\nC1,France\n' }
    expect(await post('/datasets', formOf(files))).toMatchObject({ status: 422, body: { code: 'duplicate_key' } })
  })
})

describe('POST /datasets/preview', () => {
  test('answers with what the file is, and keeps nothing', async () => {
    const before = await readdir(service.dataDir, { recursive: true })
    const csv = 'order id,customer id,date,quantity,price\n1,C1,3/4/2024,1,2\n'
    const { status, body } = await post('/datasets/preview', formOf({ 'a.csv': csv }))
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body).toMatchObject({
      looked_at: { rows: 1, whole: true },
      mapping: { unit_price: 'price' },
      problems: [{ code: 'ambiguous_date_format', status: 422, type: '/problems/ambiguous_date_format' }],
      rows: [{ row: 1, read: null }]
    })
    const better = await post('/datasets/preview', formOf({ 'a.csv': csv }, { date_format: '%d/%m/%Y' }))
    expect(better.body).toMatchObject({ problems: [], rows: [{ read: { ordered_at: '2024-04-03T00:00:00Z' } }] })
    expect((await readdir(service.dataDir, { recursive: true })).filter((name) => !before.includes(name))).toEqual([])
  })

  test('takes orders inline, and several files', async () => {
    const answer = await fetch(`${url}/datasets/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: { type: 'inline', orders: [{ who: 'C1', ordered_at: '2024-03-14', amount: 3 }] } })
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ problems: [{ code: 'column_missing' }], unmapped_columns: ['who'] })
    const { body } = await post('/datasets/preview', formOf(FILES))
    expect(body).toMatchObject({ problems: [], revenue: 28.5, source: { files: [{}, { lines: true }, {}] } })
  })
})
