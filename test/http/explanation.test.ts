import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Model } from '../../src/domain/records/model.ts'
import { DEFAULT_TENANT } from '../../src/domain/tenant.ts'
import type { CustomerExplanation } from '../../src/flows/messages/customers.ts'
import type { ModelExplanation } from '../../src/flows/messages/models.ts'
import { buildApp } from '../helpers/build-app.ts'
import { openDoor } from '../helpers/door.ts'

// Two kinds of customers: forty with one small order long ago, forty with up to eight larger ones of late.
const ORDERS = Array.from({ length: 80 }, (_, c) =>
  Array.from({ length: c < 40 ? 1 : 5 + (c % 4) }, (_, o) => ({
    order_id: `o${c}-${o}`,
    customer_id: `c${c}`,
    product_id: `p${o}`,
    quantity: 1,
    unit_price: c < 40 ? 5 + (c % 7) : 50 + c,
    ordered_at: c < 40 ? `2024-0${1 + (c % 3)}-1${c % 9}T10:00:00Z` : `2024-1${o % 3}-0${1 + (c % 8)}T10:00:00Z`
  }))
).flat()

let service: Awaited<ReturnType<typeof buildApp>>
let model: Model

const post = async <Made>(url: string, payload: object): Promise<Made> => {
  const answer = await service.app.inject({ method: 'POST', url, payload, headers: { prefer: 'wait=60' } })
  expect(answer.statusCode, answer.body).toBeLessThan(300)
  return answer.json()
}
const get = async <Answer>(url: string): Promise<Answer> => (await service.app.inject(url)).json()

beforeAll(async () => {
  service = await buildApp({ WORKERS: '1' })
  const dataset = await post<{ id: string }>('/datasets', {
    source: { type: 'inline', orders: ORDERS },
    options: { currency: 'EUR' }
  })
  model = await post<Model>('/models', { dataset_id: dataset.id, k: 2 })
}, 60_000)
afterAll(() => service?.close())

describe('GET /models/{id}/explanation', () => {
  test('tells two kinds of customers apart by one question', async () => {
    const { model_id, surrogate, segments } = await get<ModelExplanation>(`/models/${model.id}/explanation`)
    expect(model_id).toBe(model.id)
    expect(surrogate).toMatchObject({ depth: 1, fidelity: 1 })
    expect(surrogate!.leaves.map(({ segment_id, customers }) => ({ segment_id, customers }))).toEqual(
      model.segments.map(({ id, size }) => ({ segment_id: id, customers: size }))
    )
    expect(segments.map(({ segment_id }) => segment_id)).toEqual(model.segments.map(({ id }) => id))
    for (const { features } of segments) {
      const strengths = features.map(({ standardized_difference }) => Math.abs(standardized_difference ?? 0))
      expect(strengths).toEqual(strengths.toSorted((a, b) => b - a))
      expect(features.filter(({ clustered }) => clustered)).toHaveLength(3)
    }
  })

  test('answers for a model of a version that grew no tree', async () => {
    const door = await openDoor()
    try {
      const { body } = await service.app.inject(`/models/${model.id}`)
      const { surrogate: _none, ...old } = { ...JSON.parse(body), fit: { features: [] }, revision: 1 } as Model
      await door.stores.models.create(DEFAULT_TENANT, old)
      const answer = await door.app.inject(`/models/${model.id}/explanation`)
      expect(answer.statusCode, answer.body).toBe(200)
      expect(answer.json()).toMatchObject({
        surrogate: null,
        limitations: expect.arrayContaining([expect.stringMatching(/train it again/)])
      })
    } finally {
      await door.close()
    }
  })
})

describe('GET /customers/{id}/explanation', () => {
  test('says what speaks for the segment, and adds up to the distances', async () => {
    const customer = await get<{ segment_id: string; distance: number; nearest: { distance: number }[] }>(
      '/customers/c3'
    )
    const explained = await get<CustomerExplanation>(`/customers/c3/explanation?model_id=${model.id}`)
    expect(explained).toMatchObject({ customer_id: 'c3', model_id: model.id, segment_id: customer.segment_id })
    const { measure, own, next, features } = explained.contributions!
    expect(measure).toBe('squared_euclidean')
    // Distances are answered to six decimals.
    expect(own).toBeCloseTo(customer.distance ** 2, 5)
    expect(next).toBeCloseTo(customer.nearest[1]!.distance ** 2, 5)
    expect(features.reduce((sum, each) => sum + each.own, 0)).toBeCloseTo(own, 12)
    expect(explained.speaks_for_segment.length).toBeGreaterThan(0)
  })

  test('gives a change that POST /assign confirms', async () => {
    for (const id of ['c3', 'c17', 'c39']) {
      const { features } = await get<{ features: Record<string, number> }>(`/customers/${id}`)
      const { next_segment, changes } = await get<CustomerExplanation>(`/customers/${id}/explanation`)
      const [{ segment_id, change }] = changes as [CustomerExplanation['changes'][number]]
      expect(segment_id).toBe(next_segment!.segment_id)
      expect(change!.text).toMatch(/^Had this customer, by 2024-12-08, .*(order|€).* the segment would be .+\.$/)
      const changed = { ...features }
      for (const { feature, from, to } of change!.features) {
        expect(changed[feature]).toBe(from)
        changed[feature] = to
      }
      const wanted = Object.fromEntries(
        ['recency_days', 'frequency', 'monetary_value'].map((name) => [name, changed[name]])
      )
      const { data } = await post<{ data: { segment_id: string }[] }>('/assign', {
        customers: [{ customer_id: id, features: wanted }]
      })
      expect(data[0]!.segment_id).toBe(segment_id)
    }
  })

  test('gives none where a customer would have to order less', async () => {
    const { changes } = await get<CustomerExplanation>('/customers/c75/explanation')
    expect(changes).toEqual([expect.objectContaining({ change: null, reason: expect.stringMatching(/\.$/) })])
  })

  test('knows the customers of the training alone, and says 304 to who has the answer', async () => {
    const missing = await service.app.inject('/customers/nobody/explanation')
    expect(missing.json()).toMatchObject({ status: 404, code: 'customer_not_found' })
    const { headers } = await service.app.inject('/customers/c3/explanation')
    expect(headers['cache-control']).toBe('private, no-store')
    const again = await service.app.inject({
      url: '/customers/c3/explanation',
      headers: { 'if-none-match': String(headers.etag) }
    })
    expect(again.statusCode).toBe(304)
  })
})
