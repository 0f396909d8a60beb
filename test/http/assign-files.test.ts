import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  Float64,
  type RecordBatch,
  Table,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray
} from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRandom } from '../../src/domain/numeric/random.ts'
import type { AssignFile } from '../../src/domain/records/assign-file.ts'
import { asTenant } from '../../src/domain/tenant.ts'
import { buildApp } from '../helpers/build-app.ts'
import { inlineOrders } from '../helpers/inline-orders.ts'
import { buildKeyedApp, otherKey, shopKey } from '../helpers/keyed-app.ts'

const ORDERS = inlineOrders(60)
const FEATURES = ['recency_days', 'frequency', 'monetary_value', 'average_days_between_orders']

let service: Awaited<ReturnType<typeof buildKeyedApp>>
let model: { id: string; reference_date: string; limitations: string[]; segments: { id: string; name: string }[] }

interface Customer {
  customer_id: string
  features: Record<string, number | null>
}

// 1,000 customers, some twice, with ids of every kind and absent values where the model has them.
const random = createRandom(7)
const IDS = ['plain', 'with, comma', 'with "quote"', 'žluťoučký', '=1+1', '+49123', '-7', '@x', 'two\u00a0words', '🙂']
const CUSTOMERS: readonly Customer[] = Array.from({ length: 1000 }, (_, row) => ({
  customer_id: `${IDS[row % IDS.length]}${row % 3 === 0 ? '' : row}`,
  features: {
    recency_days: Math.floor(400 * random.next()),
    frequency: 1 + Math.floor(20 * random.next()),
    monetary_value: random.next() < 0.1 ? 1e9 * random.next() : 1000 * random.next() - 50,
    average_days_between_orders: random.next() < 0.3 ? null : 100 * random.next()
  }
}))

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const csvOf = (customers: readonly Customer[], names = FEATURES, delimiter = ',') =>
  [
    ['customer_id', ...names].join(delimiter),
    ...customers.map(({ customer_id, features }) =>
      [quoted(customer_id), ...names.map((name) => features[name] ?? '')].join(delimiter)
    )
  ].join('\r\n')

const arrowOf = (customers: readonly Customer[]) =>
  new Table({
    customer_id: vectorFromArray(
      customers.map((each) => each.customer_id),
      new Utf8()
    ),
    ...Object.fromEntries(
      FEATURES.map((name) => [name, vectorFromArray(customers.map(({ features }) => features[name] ?? null))])
    )
  })

type Body = { id: string; code: string; errors: { pointer: string; code: string; message: string }[]; counts: object }

async function send(file: string | Uint8Array, options?: object, more: Record<string, string> = {}) {
  const form = new FormData()
  form.set('file', new Blob([file as string]), 'customers.bin')
  if (options) form.set('options', JSON.stringify(options))
  const answer = await fetch(`${service.url}/assign/files`, {
    method: 'POST',
    headers: { ...shopKey, ...more },
    body: form
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body }
}

async function assigned(file: string | Uint8Array, options?: object): Promise<AssignFile> {
  const { status, body } = await send(file, options)
  expect(status, JSON.stringify(body)).toBe(201)
  return body as unknown as AssignFile
}

const content = async ({ id }: { id: string }) =>
  Buffer.from(await (await fetch(`${service.url}/assign/files/${id}/content`, { headers: shopKey })).arrayBuffer())

const ask = (path: string, options: RequestInit = {}) =>
  fetch(service.url + path, { ...options, headers: { ...shopKey, ...(options.headers as Record<string, string>) } })

/** RFC 4180 as a person reads it: the reference for what was written. */
function rowsOf(csv: string): Record<string, string>[] {
  const records: string[][] = [['']]
  let inside = false
  let before = ''
  for (const character of csv) {
    const record = records.at(-1)!
    if (character === '"') {
      // The second of two is a quote of the text.
      if (!inside && before === '"') record[record.length - 1] += '"'
      inside = !inside
    } else if (inside) record[record.length - 1] += character
    else if (character === ',') record.push('')
    else if (character === '\n') records.push([''])
    else if (character !== '\r') record[record.length - 1] += character
    before = character
  }
  const [names, ...rows] = records.slice(0, -1)
  return rows.map((row) => Object.fromEntries(names!.map((name, index) => [name, row[index]!])))
}

/** What POST /assign says of each, one by one where ids repeat. */
async function expected(customers: readonly Customer[]) {
  const answer = await ask('/assign', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customers: customers.map((each, row) => ({ ...each, customer_id: `row ${row}` })) })
  })
  const { data } = (await answer.json()) as { data: Record<string, unknown>[] }
  return data.map(({ segment_id, segment_name, distance, margin, out_of_domain }, row) => ({
    customer_id: customers[row]!.customer_id,
    segment_id,
    segment_name,
    distance,
    margin,
    out_of_domain
  }))
}

const typed = (row: Record<string, string>) => ({
  ...row,
  customer_id: row.customer_id!.replace(/^'(?=[=+\-@])/, ''),
  distance: Number(row.distance),
  margin: Number(row.margin),
  out_of_domain: row.out_of_domain === 'true'
})
const arrowRows = (bytes: Uint8Array) =>
  tableFromIPC(bytes)
    .toArray()
    .map((row) => ({ ...row.toJSON() }))

const post = async (path: string, payload: object) => {
  const answer = await service.app.inject({ method: 'POST', url: path, payload, headers: shopKey })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

beforeAll(async () => {
  service = await buildKeyedApp({ ROWS_MAX: '2000000' })
  const dataset = await post('/datasets', { source: { type: 'inline', orders: ORDERS } })
  const outliers = { policy: 'separate', factor: 0.5 }
  model = await post('/models', { dataset_id: dataset.id, k: 3, features: FEATURES, outliers })
})
afterAll(async () => await service.close())

describe('assignments of a file', () => {
  test.each([
    ['CSV', () => csvOf(CUSTOMERS)],
    [
      'CSV with semicolons, a byte order mark and another order of columns',
      () => `\ufeff${csvOf(CUSTOMERS, [...FEATURES].reverse(), ';')}\n`
    ],
    ['gzipped CSV', () => gzipSync(csvOf(CUSTOMERS))],
    ['an Arrow stream', () => tableToIPC(arrowOf(CUSTOMERS), 'stream')],
    ['a gzipped Arrow stream', () => gzipSync(tableToIPC(arrowOf(CUSTOMERS), 'stream'))],
    ['an Arrow file with its schema at the end', () => tableToIPC(arrowOf(CUSTOMERS), 'file')]
  ])('are those of POST /assign: %s', async (_name, file) => {
    const wanted = await expected(CUSTOMERS)
    const csv = await assigned(file(), { format: 'csv' })
    expect(rowsOf((await content(csv)).toString()).map(typed)).toEqual(wanted)
    const arrow = await assigned(file(), { format: 'arrow' })
    expect(arrowRows(await content(arrow))).toEqual(wanted)
    expect(csv.counts).toEqual({ customers: 1000, assigned: 1000, failed: 0 })
    for (const { segment_id, customers } of csv.segments) {
      expect(customers).toBe(wanted.filter((each) => each.segment_id === segment_id).length)
    }
  })

  test('of Arrow may have whole numbers and dictionaries', async () => {
    const table = tableFromArrays({
      customer_id: BigInt64Array.of(7n, 9007199254740993n),
      recency_days: Int32Array.of(1, 200),
      frequency: Uint8Array.of(3, 1),
      monetary_value: Float32Array.of(250.5, 10),
      average_days_between_orders: BigInt64Array.of(10n, 20n)
    })
    expect(arrowRows(await content(await assigned(tableToIPC(table, 'stream')))).map((row) => row.customer_id)).toEqual(
      ['7', '9007199254740993']
    )
    const categories = tableFromArrays({
      ...Object.fromEntries(FEATURES.map((name) => [name, Float64Array.of(1, 2)])),
      customer_id: ['a', 'b']
    })
    expect(
      arrowRows(await content(await assigned(tableToIPC(categories, 'stream')))).map((row) => row.customer_id)
    ).toEqual(['a', 'b'])
  })

  test('say what they are, and are the same bytes for the same file', async () => {
    const csv = csvOf(CUSTOMERS.slice(0, 5))
    const first = await assigned(csv)
    expect(first).toMatchObject({
      status: 'ready',
      model_id: model.id,
      reference_date: model.reference_date,
      on_error: 'fail',
      format: 'csv',
      limitations: model.limitations,
      source: { filename: 'customers.bin', bytes: Buffer.byteLength(csv), format: 'csv', compression: null }
    })
    // Seven days by default.
    expect(Date.parse(first.expires_at) - Date.parse(first.created_at)).toBe(7 * 86_400_000)
    expect((await assigned(csv)).sha256).toBe(first.sha256)
    expect(await (await ask(`/assign/files/${first.id}`)).json()).toEqual(first)
    const bytes = await content(first)
    expect(bytes.length).toBe(first.bytes)
    const list = (await (await ask('/assign/files?limit=1000')).json()) as { data: AssignFile[] }
    expect(list.data).toContainEqual(first)
  })

  test('are read in parts, with their tag, and by HEAD without a body', async () => {
    const file = await assigned(csvOf(CUSTOMERS.slice(0, 20)))
    const path = `/assign/files/${file.id}/content`
    const whole = await content(file)
    const part = await ask(path, { headers: { range: 'bytes=10-29' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 30))
    const behind = await ask(path, { headers: { range: `bytes=${file.bytes}-` } })
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${file.bytes}`])
    expect(await behind.json()).toMatchObject({ code: 'range_not_satisfiable' })
    expect((await ask(path, { headers: { 'if-none-match': `"${file.sha256}"` } })).status).toBe(304)
    const head = await ask(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(file.bytes)])
    expect(head.headers.get('content-disposition')).toBe(`attachment; filename="${file.id}.csv"`)
  })

  test('belong to their tenant, and are gone once deleted', async () => {
    const file = await assigned(csvOf(CUSTOMERS.slice(0, 2)))
    const folder = join(service.dataDir, 'tenants/shop/assign_files', file.id)
    expect((await readdir(folder)).sort()).toEqual(['assignments', 'manifest.json'])
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/content'],
      ['DELETE', '']
    ]) {
      const answer = await ask(`/assign/files/${file.id}${path}`, { method: method!, headers: otherKey })
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'assign_file_not_found' })
    }
    expect((await ask(`/assign/files/${file.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(`/assign/files/${file.id}`)).status).toBe(404)
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  test('come once for a repeated Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'file-1' }
    const first = await send(csvOf(CUSTOMERS.slice(0, 3)), undefined, key)
    const second = await send(csvOf(CUSTOMERS.slice(0, 3)), undefined, key)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
    const other = await send(csvOf(CUSTOMERS.slice(0, 4)), undefined, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
  })

  test('are of the model that was champion when the file was accepted, whoever is promoted meanwhile', async () => {
    const shop = asTenant('shop')
    const wanted = await expected(CUSTOMERS)
    const dataset = (await service.flows.describeModel(shop, model.id)).dataset_id
    const { id: other } = await post('/models', { dataset_id: dataset, k: 2, features: FEATURES, promote: false })
    // Some hundred thousand rows, so that the job still runs while the other model is promoted.
    const csv = csvOf(Array.from({ length: 300 }, () => CUSTOMERS).flat())
    const { status, headers: sent, body } = await send(csv, undefined, { prefer: 'respond-async' })
    expect([status, sent.get('location')]).toEqual([202, `/jobs/${body.id}`])
    while ((await service.flows.describeJob(shop, body.id)).status === 'queued')
      await service.flows.awaitJob(shop, body.id, 1)
    await service.flows.promoteModel(shop, other)
    try {
      expect((await service.flows.describeJob(shop, body.id)).status).toBe('running')
      const job = await service.flows.awaitJob(shop, body.id, 60_000)
      expect(job).toMatchObject({ kind: 'assign', status: 'succeeded', result: { type: 'assign_file' } })
      const file = await service.flows.describeAssignFile(shop, job.result!.id)
      expect(file.model_id).toBe(model.id)
      const rows = rowsOf((await content(file)).toString())
      expect(rows).toHaveLength(300 * CUSTOMERS.length)
      expect(rows.slice(-CUSTOMERS.length).map(typed)).toEqual(wanted)
    } finally {
      await service.flows.promoteModel(shop, model.id)
    }
  }, 120_000)

  test('are gone for callers once their days are over, and from the disk with the next start', async () => {
    const own = await buildApp({ WORKERS: '1', ASSIGN_FILES_RETENTION_DAYS: '3' })
    const start = async (url: string, payload: object) => {
      const answer = await own.app.inject({ method: 'POST', url, payload })
      expect(answer.statusCode, answer.body).toBe(201)
      return answer.json()
    }
    try {
      const dataset = await start('/datasets', { source: { type: 'inline', orders: ORDERS } })
      await start('/models', { dataset_id: dataset.id, k: 3, features: FEATURES })
      const origin = await own.app.listen({ port: 0, host: '127.0.0.1' })
      const form = new FormData()
      form.set('file', new Blob([csvOf(CUSTOMERS.slice(0, 3))]), 'customers.csv')
      const file = (await (await fetch(`${origin}/assign/files`, { method: 'POST', body: form })).json()) as AssignFile
      const folders = () => readdir(join(own.dataDir, 'tenants/default/assign_files'))
      const status = async () => (await own.app.inject(`/assign/files/${file.id}/content`)).statusCode

      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(file.expires_at) - 1 })
      expect(await status()).toBe(200)
      vi.setSystemTime(Date.parse(file.expires_at))
      expect(await status()).toBe(404)
      expect((await own.app.inject('/assign/files')).json().data).toEqual([])
      expect(await folders()).toEqual([file.id])

      await own.close({ keepData: true })
      const next = await buildApp({ DATA_DIR: own.dataDir, WORKERS: '1' })
      try {
        expect(await folders()).toEqual([])
        expect(await next.flows.listAssignFiles(asTenant('default'), { limit: 10 })).toMatchObject({ data: [] })
      } finally {
        await next.close()
      }
    } finally {
      vi.useRealTimers()
      await rm(own.dataDir, { recursive: true, force: true })
    }
  }, 60_000)
})

const HEAD = `customer_id,${FEATURES.join(',')}`
const GOOD = 'a,1,2,3,4'

describe('a file with bad customers', () => {
  // [row, code, what the sentence says]
  const ROWS: [string, string, RegExp][] = [
    ['b,x,2,3,4', 'invalid_number', /^row 2: recency_days is "x"/],
    ['b,"1,5",2,3,4', 'invalid_number', /decimals after a point/],
    ['b,1e999,2,3,4', 'number_too_large', /recency_days/],
    ['b,,2,3,4', 'feature_missing', /recency_days is absent/],
    [',1,2,3,4', 'invalid_customer_id', /customer_id is empty/],
    ['b\u0007,1,2,3,4', 'invalid_customer_id', /control characters/],
    [`${'b'.repeat(201)},1,2,3,4`, 'invalid_customer_id', /longer than 200/],
    ['b,1,2,3', 'malformed_row', /it has 4 values where the header has 5/],
    ['b,1,2,3,4,5', 'malformed_row', /it has 6 values/]
  ]

  test.each(ROWS)('%j fails as a whole', async (row, code, sentence) => {
    const { status, body } = await send([HEAD, GOOD, row, GOOD].join('\n'))
    expect([status, body.code]).toEqual([
      422,
      code === 'feature_missing' ? 'unassignable_customer' : 'unassignable_customer'
    ])
    expect(body.errors).toEqual([expect.objectContaining({ code, message: expect.stringMatching(sentence) })])
    expect(body.counts).toEqual({ customers: 3, failed: 1 })
  })

  test('names the first 100 and counts all, and leaves nothing behind', async () => {
    const before = await readdir(join(service.dataDir, 'tenants/shop/assign_files'))
    const { body } = await send([HEAD, ...new Array(250).fill('b,x,2,3,4'), GOOD].join('\n'))
    expect(body.errors).toHaveLength(100)
    expect(body.counts).toEqual({ customers: 251, failed: 250 })
    expect(await readdir(join(service.dataDir, 'tenants/shop/assign_files'))).toEqual(before)
    expect(await readdir(join(service.dataDir, 'tenants/shop/uploads'))).toEqual([])
  })

  test.each(['csv', 'arrow'])('may have them reported in %s', async (format) => {
    const rows = [HEAD, GOOD, ...ROWS.map(([row]) => row), GOOD].join('\n')
    const file = await assigned(rows, { format, on_error: 'report' })
    expect(file.counts).toEqual({ customers: ROWS.length + 2, assigned: 2, failed: ROWS.length })
    expect(file.segments.reduce((sum, { customers }) => sum + customers, 0)).toBe(2)
    const bytes = await content(file)
    const answered = format === 'csv' ? rowsOf(bytes.toString()) : arrowRows(bytes)
    const [first, ...bad] = answered
    expect(first).toEqual(answered.at(-1))
    expect(first!.error || null).toBeNull()
    for (const [index, [, , sentence]] of ROWS.entries()) {
      expect(bad[index]!.error).toMatch(new RegExp(sentence.source.replace('^row 2', '^Row 2')))
      expect(bad[index]!.error).toContain(`Row ${index + 2}: `)
      expect(bad[index]!.segment_id || null).toBeNull()
      expect(bad[index]!.distance || null).toBeNull()
    }
  })

  test('in Arrow names absent ids and numbers that are none', async () => {
    const table = new Table({
      customer_id: vectorFromArray(['a', null, 'c', 'd'], new Utf8()),
      ...Object.fromEntries(
        FEATURES.map((name) => [name, vectorFromArray([1, 1, Number.NaN, name === 'frequency' ? null : 1])])
      )
    })
    const { body } = await send(tableToIPC(table, 'stream'))
    expect(body.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/rows/2/customer_id', 'invalid_customer_id'],
      ['/rows/3/recency_days', 'invalid_number'],
      ['/rows/4/frequency', 'feature_missing']
    ])
  })
})

const stream = (columns: Record<string, unknown[]>) =>
  tableToIPC(new Table(tableFromArrays({ customer_id: ['a'], ...columns }).batches as RecordBatch[]), 'stream')
const wide = Object.fromEntries(FEATURES.map((name) => [name, [1]]))

describe('a file that is none', () => {
  test.each<[string, () => string | Uint8Array, number, string]>([
    ['nothing', () => '', 422, 'file_empty'],
    ['a header alone', () => HEAD, 422, 'no_rows'],
    ['empty lines', () => '\n\n', 422, 'header_missing'],
    ['no customer_id', () => `${FEATURES.join(',')}\n1,2,3,4`, 422, 'column_missing'],
    ['a feature too few', () => 'customer_id,frequency\na,1', 422, 'feature_missing'],
    ['an unknown column', () => `${HEAD},recency\na,1,2,3,4,5`, 422, 'unknown_feature'],
    ['a column twice', () => `${HEAD},frequency\na,1,2,3,4,5`, 422, 'duplicate_column'],
    ['201 columns', () => `customer_id${',preference_x'.repeat(200)}\n`, 422, 'too_many_columns'],
    ['an open quote', () => `${HEAD}\n"a,1,2,3,4`, 422, 'csv_syntax'],
    ['a line of 2 MiB', () => `${HEAD}\n${'a'.repeat(2 * 1024 * 1024)},1,2,3,4`, 422, 'line_too_long'],
    ['UTF-16', () => Buffer.from(`\ufeff${HEAD}\n`, 'utf16le'), 422, 'encoding'],
    ['JSON', () => '[{"customer_id":"a"}]', 415, 'unsupported_format'],
    ['a workbook', () => Buffer.from('504b0304000000', 'hex'), 415, 'unsupported_format'],
    ['a picture', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 415, 'content_mismatch'],
    ['broken gzip', () => gzipSync(`${HEAD}\n${GOOD}`).subarray(0, 30), 422, 'gzip_invalid'],
    ['a bomb', () => gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n')), 413, 'decompression_limit'],
    ['Arrow with text for a number', () => stream({ ...wide, frequency: ['1'] }), 422, 'unsupported_arrow_type'],
    ['Arrow with an unknown column', () => stream({ ...wide, recency: [1] }), 422, 'unknown_feature'],
    ['Arrow cut short', () => stream(wide).subarray(0, -100), 422, 'arrow_invalid'],
    [
      'Arrow without rows',
      () => {
        const absent = FEATURES.map((name) => [name, vectorFromArray([], new Float64())])
        const ids = vectorFromArray([], new Utf8())
        return tableToIPC(new Table({ customer_id: ids, ...Object.fromEntries(absent) }), 'stream')
      },
      422,
      'no_rows'
    ]
  ])('%s is refused', async (_name, file, status, code) => {
    const answer = await send(file())
    expect([answer.status, answer.body.code], JSON.stringify(answer.body)).toEqual([status, code])
    expect(JSON.stringify(answer.body)).not.toContain(service.dataDir)
  })

  test.each<[string, object, number, string]>([
    ['an unknown model', { model_id: 'mdl_none' }, 404, 'model_not_found'],
    ['an unknown option', { models: 1 }, 400, 'validation_failed'],
    ['another format', { format: 'parquet' }, 400, 'validation_failed']
  ])('with %s is refused before it is read', async (_name, options, status, code) => {
    const answer = await send(`${HEAD}\n${GOOD}`, options)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await readdir(join(service.dataDir, 'tenants/shop/uploads'))).toEqual([])
  })
})

test('the job of a large file holds little memory, and ends soon after it is cancelled', async () => {
  const shop = asTenant('shop')
  const rows = Array.from({ length: 1000 }, (_, row) => `C${row},${row % 300},${1 + (row % 9)},${row}.5,`).join('\n')
  const csv = gzipSync(`${HEAD}\n${`${rows}\n`.repeat(1000)}`, { level: 1 })
  await assigned(csvOf(CUSTOMERS))
  const before = process.memoryUsage().rss
  const { body } = await send(csv, undefined, { prefer: 'respond-async' })
  let most = 0
  while (!(await service.flows.awaitJob(shop, body.id, 20)).result) most = Math.max(most, process.memoryUsage().rss)
  const { result } = await service.flows.describeJob(shop, body.id)
  const file = await service.flows.describeAssignFile(shop, result!.id)
  expect(file.counts).toEqual({ customers: 1_000_000, assigned: 1_000_000, failed: 0 })
  // Unpacked it is 18 MB, its answer 90 MB; a batch with all that belongs to it takes less than 10 MB.
  expect(most - before).toBeLessThan(80 * 1024 * 1024)

  const other = await send(csv, undefined, { prefer: 'respond-async' })
  while ((await service.flows.describeJob(shop, other.body.id)).status !== 'running')
    await service.flows.awaitJob(shop, other.body.id, 1)
  expect((await service.flows.cancelJob(shop, other.body.id)).status).toBe('cancelled')
  expect(await readdir(join(service.dataDir, 'tenants/shop/uploads'))).toEqual([])
  expect(
    (await readdir(join(service.dataDir, 'tenants/shop/assign_files'))).filter((name) => name.endsWith('.partial'))
  ).toEqual([])
}, 120_000)
