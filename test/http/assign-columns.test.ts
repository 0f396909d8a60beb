import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { buildApp } from '../helpers/build-app.ts'
import { inlineOrders } from '../helpers/inline-orders.ts'

let service: Awaited<ReturnType<typeof buildApp>>

const post = async (url: string, payload: object) => await service.app.inject({ method: 'POST', url, payload })

async function made(url: string, payload: object): Promise<string> {
  const answer = await post(url, payload)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json().id
}

beforeAll(async () => {
  service = await buildApp({ WORKERS: '1' })
  const dataset_id = await made('/datasets', { source: { type: 'inline', orders: inlineOrders(40) } })
  await made('/models', {
    dataset_id,
    k: 3,
    outliers: { policy: 'separate', factor: 0.1 },
    features: ['recency_days', 'frequency', 'monetary_value', 'average_days_between_orders']
  })
})
afterAll(async () => await service.close())

const columns = {
  customer_id: ['a', 'b', 'c'],
  recency_days: [1, 40, 300],
  frequency: [5, 2, 1],
  monetary_value: [400, 90, 5.5],
  average_days_between_orders: [10, null, null]
}

describe('assign by columns', () => {
  test('answers as the row form does, to the last bit', async () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => JSON.parse(JSON.stringify(value)))
    const customer = fc.record({
      recency_days: number,
      frequency: fc.nat(50),
      monetary_value: number,
      average_days_between_orders: fc.option(number)
    })
    await fc.assert(
      fc.asyncProperty(fc.array(customer, { minLength: 1, maxLength: 40 }), async (customers) => {
        const ids = customers.map((_, row) => `id ${row}`)
        const byRow = await post('/assign', {
          customers: customers.map((features, row) => ({ customer_id: ids[row], features }))
        })
        const byColumn = await post('/assign', {
          columns: {
            customer_id: ids,
            ...Object.fromEntries(
              Object.keys(columns)
                .slice(1)
                .map((name) => [name, customers.map((each) => each[name as keyof typeof each])])
            )
          }
        })
        expect(byColumn.statusCode, byColumn.body).toBe(200)
        const { data, ...about } = byRow.json()
        const names = ['customer_id', 'segment_id', 'segment_name', 'distance', 'margin', 'out_of_domain']
        expect(byColumn.json()).toEqual({
          ...about,
          columns: Object.fromEntries(
            names.map((name) => [name, data.map((row: Record<string, unknown>) => row[name])])
          )
        })
      }),
      { numRuns: 50, seed: 3 }
    )
  })

  test('takes 100,000 customers within the limit of the body, and not one more', async () => {
    const of = (n: number) => ({
      columns: {
        customer_id: Array.from({ length: n }, (_, row) => `${row}`),
        recency_days: Array.from({ length: n }, (_, row) => row % 400),
        frequency: Array.from({ length: n }, (_, row) => 1 + (row % 9)),
        monetary_value: Array.from({ length: n }, (_, row) => row % 1000),
        average_days_between_orders: Array.from({ length: n }, () => null)
      }
    })
    const answer = await post('/assign', of(100_000))
    expect(answer.statusCode).toBe(200)
    expect(answer.json().columns.segment_id).toHaveLength(100_000)
    const more = await post('/assign', of(100_001))
    expect(more.statusCode).toBe(400)
    expect(more.json().errors[0].pointer).toBe('/columns/customer_id')
  })

  test.each<[string, object, ProblemCode, string]>([
    ['no customer_id', { ...columns, customer_id: undefined }, 'validation_failed', '/columns/customer_id'],
    ['a short column', { ...columns, frequency: [1, 2] }, 'validation_failed', '/columns/frequency'],
    ['a long column', { ...columns, frequency: [1, 2, 3, 4] }, 'validation_failed', '/columns/frequency'],
    ['an empty column', { ...columns, frequency: [] }, 'validation_failed', '/columns/frequency'],
    ['text in a column', { ...columns, frequency: [1, '2', 3] }, 'validation_failed', '/columns/frequency/1'],
    ['no column', { ...columns, frequency: 1 }, 'validation_failed', '/columns/frequency'],
    [
      'an id that is no text',
      { ...columns, customer_id: ['a', 2, 'c'] },
      'validation_failed',
      '/columns/customer_id/1'
    ],
    ['an id twice', { ...columns, customer_id: ['a', 'b', 'a'] }, 'validation_failed', '/columns/customer_id/2'],
    ['a feature that is missing', { ...columns, frequency: undefined }, 'feature_missing', '/columns/frequency'],
    [
      'null that training never saw',
      { ...columns, frequency: [1, 2, null] },
      'feature_missing',
      '/columns/frequency/2'
    ],
    ['a feature that there is not', { ...columns, shoe_size: [1, 2, 3] }, 'unassignable_customer', '/columns/shoe_size']
  ])('refuses %s', async (_name, given, code, pointer) => {
    const answer = await post('/assign', { columns: given })
    expect(answer.statusCode).toBe(PROBLEMS[code].status)
    expect(answer.json()).toMatchObject({ code, errors: [{ pointer }] })
  })

  test('refuses NaN, as JSON does not know it, and numbers without end', async () => {
    const send = (payload: string) =>
      service.app.inject({ method: 'POST', url: '/assign', payload, headers: { 'content-type': 'application/json' } })
    expect((await send('{"columns":{"customer_id":["a"],"frequency":[NaN]}}')).json().code).toBe('invalid_json')
    expect((await send('{"columns":{"customer_id":["a"],"frequency":[1e999]}}')).json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/columns/frequency/0' }]
    })
  })

  test('refuses rows and columns in one body', async () => {
    const answer = await post('/assign', { columns, customers: [] })
    expect(answer.json()).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/customers' }] })
  })

  test('answers a body the same in whatever way it is written, also where it refuses', async () => {
    const send = async (payload: string) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': 'the-same-request' }
      const { statusCode, body } = await service.app.inject({ method: 'POST', url: '/assign', payload, headers })
      return { statusCode, body }
    }
    // An escape is nothing that is read at a glance.
    const otherwise = (text: string) => text.replace('"customer_id"', '"customer_\\u0069d"')
    const value = fc.oneof(
      fc.nat(500),
      fc.double({ min: -10, max: 1e6, noNaN: true }),
      fc.constantFrom(null, -0, 1e300)
    )
    const names = ['recency_days', 'frequency', 'monetary_value', 'average_days_between_orders']
    const others = [...names, 'shoe_size', 'tenure_days']
    const body = fc.record({
      names: fc.oneof({ weight: 4, arbitrary: fc.constant(names) }, fc.shuffledSubarray(others, { minLength: 1 })),
      rows: fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 40 }),
      include: fc.option(fc.constantFrom([], ['nearest'], ['features']), { nil: undefined }),
      columnar: fc.boolean()
    })
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(body, async ({ names: given, rows, include, columnar }) => {
        const ids = rows.map((_, row) => `c-${row}`)
        const ofRow = (row: (number | null)[]) => Object.fromEntries(given.map((name, f) => [name, row[f]]))
        const text = JSON.stringify(
          columnar
            ? {
                columns: {
                  customer_id: ids,
                  ...Object.fromEntries(given.map((name, f) => [name, rows.map((row) => row[f])]))
                }
              }
            : { customers: rows.map((row, index) => ({ customer_id: ids[index], features: ofRow(row) })), include }
        )
        const answer = await send(text)
        seen.add(answer.statusCode)
        expect(answer).toEqual(await send(otherwise(text)))
      }),
      { numRuns: 150 }
    )
    expect([...seen].sort()).toEqual([200, 422])
  })

  test('keeps long answers apart that are written and sent at the same time', async () => {
    const origin = await service.app.listen({ port: 0, host: '127.0.0.1' })
    const idsOf = (caller: number) =>
      Array.from({ length: 2500 + 100 * caller }, (_, row) => `caller ${caller} row ${row}`)
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, caller) => {
          const customers = idsOf(caller).map((customer_id, row) => ({
            customer_id,
            features: { recency_days: row, frequency: 1, monetary_value: caller, average_days_between_orders: null }
          }))
          const headers = { 'content-type': 'application/json' }
          const answer = await fetch(`${origin}/assign`, {
            method: 'POST',
            headers,
            body: JSON.stringify({ customers })
          })
          return (await answer.json()) as { data: { customer_id: string; features: { monetary_value: number } }[] }
        })
      )
      for (const [caller, { data }] of answers.entries()) {
        expect(data.map(({ customer_id }) => customer_id)).toEqual(idsOf(caller))
        expect(data.every(({ features }) => features.monetary_value === caller)).toBe(true)
      }
    }
  }, 60_000)
})
