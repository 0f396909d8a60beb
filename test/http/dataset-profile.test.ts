import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Dataset } from '../../src/domain/records/dataset.ts'
import type { DatasetProfile } from '../../src/domain/records/profile.ts'
import type { QualityDescription } from '../../src/flows/messages/orders.ts'
import { DatasetQualityAnswer, ProfileAnswer } from '../../src/http/schemas/dataset-profile.ts'
import { buildApp } from '../helpers/build-app.ts'

// Sixty customers with two orders each, thirty products; then what a shop's export has of bad rows.
const KEPT = Array.from({ length: 120 }, (_, row) => {
  const day = String(1 + (row % 28)).padStart(2, '0')
  return `o${row},c${row % 60},SKU-${row % 30},Mug,2,${5 + (row % 7)}.50,2024-0${1 + (row % 6)}-${day} 10:00:00,n${row}`
})
const HEADER = 'order_id,customer_id,product_id,description,quantity,unit_price,ordered_at,=note'
const BAD = [
  'o900,,SKU-1,"Plate, =round",3,4.00,2024-03-01 10:00:00,+44 20 7946 0018',
  'o901,,SKU-2,=HYPERLINK("http://x"),1,9.00,2024-03-02 10:00:00,-5.5',
  'o902,c1,SKU-3,Bowl,1,no price,2024-03-03 10:00:00,@home',
  'o903,ghost,SKU-4,"two\nlines",0,2.00,2024-03-04 10:00:00,-',
  'o904,c2,SKU-4,-Offer-,-2,2.00,2024-03-04 10:00:00,"-£3.20"'
]
const CSV = [HEADER, ...KEPT, ...BAD].join('\n')

let service: Awaited<ReturnType<typeof buildApp>>
let url: string
let dataset: Dataset

const get = (path: string, headers: Record<string, string> = {}) => service.app.inject({ url: path, headers })
const rejected = async (query = '') => (await get(`/datasets/${dataset.id}/rejected${query}`)).body

async function upload(csv: string, options: object = {}): Promise<Dataset> {
  const form = new FormData()
  form.append('options', JSON.stringify(options))
  form.append('file', new File([csv], 'orders.csv'))
  const answer = await fetch(`${url}/datasets`, { method: 'POST', body: form })
  expect(answer.status, await answer.clone().text()).toBe(201)
  return (await answer.json()) as Dataset
}

beforeAll(async () => {
  service = await buildApp({ WORKERS: '1' })
  url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  dataset = await upload(CSV, { currency: 'GBP' })
})
afterAll(async () => await service.close())

describe('GET /datasets/{id}/profile', () => {
  test('joins those who ask first to one job, and then answers from what is kept', async () => {
    const path = `/datasets/${dataset.id}/profile`
    const before = (await get('/jobs')).json().data.length
    const [first, second] = await Promise.all([get(path), get(path), get(path, { prefer: 'wait=20' })])
    expect(first.statusCode, first.body).toBe(200)
    expect(second.body).toBe(first.body)
    const jobs = (await get('/jobs')).json().data
    expect(jobs).toHaveLength(before + 1)
    expect(jobs[0]).toMatchObject({
      kind: 'profile',
      status: 'succeeded',
      result: { type: 'profile', id: dataset.id }
    })

    const kept = await get(path)
    expect(kept.body).toBe(first.body)
    expect((await get('/jobs')).json().data).toHaveLength(before + 1)
    const profile: DatasetProfile = kept.json()
    expect(() => ProfileAnswer.parse(profile)).not.toThrow()
    expect(profile).toMatchObject({
      dataset_id: dataset.id,
      currency: 'GBP',
      reference_date: dataset.reference_date,
      totals: { customers: 60, orders: 120, revenue: dataset.revenue, net_revenue: dataset.net_revenue }
    })
    expect(profile.limitations).toEqual(expect.arrayContaining(dataset.limitations))
  })

  test('has a strong ETag that depends on the limit', async () => {
    const answer = await get(`/datasets/${dataset.id}/profile`)
    const etag = String(answer.headers.etag)
    expect(etag).toMatch(/^"[0-9a-f]{32}\.20"$/)
    const again = await get(`/datasets/${dataset.id}/profile`, { 'if-none-match': etag })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const more = await get(`/datasets/${dataset.id}/profile?limit=3`, { 'if-none-match': etag })
    expect(more.statusCode).toBe(200)
    expect(more.json().products).toMatchObject({ total: 30, data: { length: 3 } })
  })

  test('answers with the job where nobody waits', async () => {
    const other = await upload([HEADER, ...KEPT.slice(1)].join('\n'))
    const answer = await get(`/datasets/${other.id}/profile`, { prefer: 'respond-async' })
    expect(answer.statusCode).toBe(202)
    expect(answer.headers.location).toBe(`/jobs/${answer.json().id}`)
    const whole = await get(`/datasets/${other.id}/profile`)
    expect(whole.json().totals.orders).toBe(119)
  })

  test('is made again where the kept one is damaged, and goes with its dataset', async () => {
    const other = await upload([HEADER, ...KEPT.slice(2)].join('\n'))
    const path = `/datasets/${other.id}/profile`
    const first = await get(path)
    const folder = join(service.dataDir, 'tenants', 'default', 'profiles')
    await writeFile(join(folder, other.id, 'profile.json'), '{"format":1,"profile":{"totals":{}}}')
    const mended = await get(path)
    expect(mended.body).toBe(first.body)
    expect(mended.headers.etag).toBe(first.headers.etag)

    expect((await service.app.inject({ method: 'DELETE', url: `/datasets/${other.id}` })).statusCode).toBe(204)
    expect(await readdir(folder)).not.toContain(other.id)
    expect((await get(path)).json().code).toBe('dataset_not_found')
  })

  test.each(['0', '201', '1e2', ''])('refuses limit=%s', async (limit) => {
    const answer = await get(`/datasets/${dataset.id}/profile?limit=${limit}`)
    expect(answer.json()).toMatchObject({ status: 400, code: 'validation_failed' })
  })
})

describe('GET /datasets/{id}/quality', () => {
  test('says of each rule whom it touches and what can be done', async () => {
    const answer = await get(`/datasets/${dataset.id}/quality`)
    const quality: QualityDescription = answer.json()
    expect(() => DatasetQualityAnswer.parse(quality)).not.toThrow()
    expect(quality).toMatchObject({
      rows_read: 125,
      rows_kept: 120,
      currency: 'GBP',
      // 3 · 4 + 9 are of nobody; -2 · 2 was sent back; the others bring nothing
      rejected: { rows: 5, share: 0.04, revenue: 17, customers: 3, lost_customers: 1 }
    })
    expect(
      quality.rules.map(({ rule, rows, customers, orders, revenue }) => [rule, rows, customers, orders, revenue])
    ).toEqual([
      ['missing_customer_id', 2, 0, 2, 21],
      ['invalid_price', 1, 1, 1, 0],
      ['non_positive_quantity', 2, 2, 2, -4]
    ])
    expect(quality.rules[0]).toMatchObject({
      meaning: expect.stringContaining('names no customer'),
      download: `/datasets/${dataset.id}/rejected?rule=missing_customer_id`,
      examples: [{ row: 121 }, { row: 122 }]
    })
    expect(quality.rows_kept + quality.rules.reduce((sum, { rows }) => sum + rows, 0)).toBe(quality.rows_read)
  })
})

describe('GET /datasets/{id}/rejected', () => {
  test('is the rows as they came, in the order of the file, with their number and rule', async () => {
    const answer = await get(`/datasets/${dataset.id}/rejected?raw=true`)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="rejected-${dataset.id}.csv"`
    })
    expect(answer.body).toBe(
      [
        `tessera_row,tessera_rule,${HEADER}`,
        `121,missing_customer_id,${BAD[0]}`,
        `122,missing_customer_id,o901,,SKU-2,"=HYPERLINK(""http://x"")",1,9.00,2024-03-02 10:00:00,-5.5`,
        `123,invalid_price,${BAD[2]}`,
        `124,non_positive_quantity,${BAD[3]}`,
        '125,non_positive_quantity,o904,c2,SKU-4,-Offer-,-2,2.00,2024-03-04 10:00:00,-£3.20',
        ''
      ].join('\n')
    )
  })

  test('defuses what a spreadsheet would calculate, and no number', async () => {
    const lines = (await rejected()).split('\n')
    expect(lines[0]).toBe(`tessera_row,tessera_rule,${HEADER.replace('=note', "'=note")}`)
    expect(lines[1]).toContain(',"Plate, =round",3,4.00,')
    expect(lines[1]).toMatch(/,\+44 20 7946 0018$/)
    expect(lines[2]).toContain(`"'=HYPERLINK(""http://x"")"`)
    expect(lines[2]).toMatch(/,-5\.5$/)
    expect(lines[3]).toMatch(/,'@home$/)
    expect(lines.at(-2)).toMatch(/,'-Offer-,-2,.*,-£3\.20$/)
  })

  test('gives the rows of one rule', async () => {
    const lines = (await rejected('?rule=invalid_price')).trim().split('\n')
    expect(lines.map((line) => line.split(',')[0])).toEqual(['tessera_row', '123'])
    expect((await rejected('?rule=duplicate_row')).trim().split('\n')).toHaveLength(1)
    expect((await get(`/datasets/${dataset.id}/rejected?rule=other`)).json().code).toBe('validation_failed')
  })

  test('comes back unchanged when mended and sent again, once and twice', async () => {
    const mended = (await rejected('?raw=true')).replace('o900,,', 'o900,c7,').replace('o901,,', 'o901,newcomer,')
    const second = await upload(mended, { currency: 'GBP', timezone: 'UTC' })
    expect(second.counts).toMatchObject({ rows_read: 5, rows_kept: 2, customers: 2 })
    expect(second.revenue).toBe(21)
    expect(second.mapping).toEqual(dataset.mapping)

    const rest = await get(`/datasets/${second.id}/rejected?raw=true`)
    const again = rest.body.split('\n')
    expect(again[0]).toBe(`tessera_row,tessera_rule,${HEADER}`)
    expect(again[1]).toBe(`3,invalid_price,${BAD[2]}`)
    const third = await upload(rest.body.replace('no price', '6.25'))
    expect(third.revenue).toBe(6.25)
  })

  test('shows a line that could not be divided in a column of its own', async () => {
    const broken = await upload([HEADER, ...KEPT, 'o905,c3,too few'].join('\n'))
    const answer = await get(`/datasets/${broken.id}/rejected`)
    expect(answer.body.split('\n').slice(0, 2)).toEqual([
      `tessera_row,tessera_rule,tessera_line,${HEADER.replace('=note', "'=note")}`,
      '121,malformed_row,"o905,c3,too few",,,,,,,,'
    ])
  })

  test('leaves nothing in the work folder', async () => {
    await rejected()
    expect(await readdir(join(service.dataDir, 'tenants', 'default', 'work'))).toEqual([])
  })
})
