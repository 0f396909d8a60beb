import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/domain/numeric/random.ts'
import { buildApp } from '../helpers/build-app.ts'

const CUSTOMERS = 60_000

/** Three kinds of customers: many orders long ago, few orders lately, large orders; two lines each at most. */
function csv(): string {
  const random = createRandom(3)
  const lines = ['order_id,customer_id,product_id,quantity,unit_price,ordered_at']
  for (let c = 0; c < CUSTOMERS; c++) {
    const kind = c % 3
    for (let o = 0; o <= (kind === 0 ? 1 : 0); o++) {
      const month = kind === 0 ? 1 + random.below(3) : 7 + random.below(3)
      const price = (kind === 2 ? 200 : 5) + random.below(1000) / 100
      lines.push(`o${c}-${o},c${c},p${random.below(9)},${1 + random.below(4)},${price},2024-0${month}-15T10:00:00Z`)
    }
  }
  return lines.join('\n')
}

interface Model {
  id: string
  options: { method: string }
  metrics: {
    n: number
    inertia: number
    silhouette: { exact: boolean; sample_size: number }
    coreset?: { size: number; inertia_estimate: number }
  }
  segments: { id: string; size: number; revenue: number }[]
  reconciliation: { customers: number; members: number; revenue: number; segment_revenue: number }
  limitations: string[]
}

let service: Awaited<ReturnType<typeof buildApp>>
let api: ReturnType<typeof supertest>
let dataset: { id: string; revenue: number }
let model: Model

const train = (body: object) =>
  api
    .post('/models')
    .set('prefer', 'wait=120')
    .send({ dataset_id: dataset.id, ...body })

beforeAll(async () => {
  // All 60,000 need more than 100 MiB, a sample of some thousands does not.
  service = await buildApp({ TRAINING_MEMORY_BYTES: String(100 * 2 ** 20), WORKERS: '1' })
  api = supertest(await service.app.listen({ port: 0, host: '127.0.0.1' }))
  const made = await api.post('/datasets').set('prefer', 'wait=120').attach('file', Buffer.from(csv()), 'orders.csv')
  expect(made.status, made.text).toBe(201)
  dataset = made.body
  const answer = await train({})
  expect(answer.status, answer.text).toBe(201)
  model = answer.body
}, 240_000)
afterAll(() => service.close())

describe('a training beyond the memory allowed', () => {
  test('is done on a coreset, and says so', () => {
    expect(model.options.method).toBe('auto')
    const { coreset, inertia, silhouette, n } = model.metrics
    expect(n).toBe(CUSTOMERS)
    expect(coreset!.size).toBeGreaterThan(1000)
    expect(coreset!.size).toBeLessThan(CUSTOMERS)
    // 2,000 draws and more: 5 % is more than two of its standard errors.
    expect(Math.abs(coreset!.inertia_estimate / inertia - 1)).toBeLessThan(0.1)
    expect(silhouette.exact).toBe(false)
    expect(silhouette.sample_size).toBeLessThan(CUSTOMERS)
    expect(model.limitations.join(' ')).toMatch(/lightweight coreset/)
  })

  test('puts every customer and all revenue into one segment', () => {
    const { customers, members, revenue, segment_revenue } = model.reconciliation
    expect(customers).toBe(CUSTOMERS)
    expect(members).toBe(CUSTOMERS)
    expect(model.segments.reduce((sum, { size }) => sum + size, 0)).toBe(CUSTOMERS)
    expect(revenue).toBeCloseTo(dataset.revenue, 2)
    expect(segment_revenue).toBeCloseTo(revenue, 2)
  })

  test('gives every member the segment, distance and margin that /assign gives its features', async () => {
    const members = await Promise.all(
      model.segments.map(async ({ id }) => (await api.get(`/segments/${id}/customers?limit=200`)).body.data)
    )
    const customers = members.flat()
    expect(customers.length).toBeGreaterThanOrEqual(400)
    const placed = await api
      .post('/assign')
      .send({ customers: customers.map(({ customer_id, features }) => ({ customer_id, features: pick(features) })) })
    expect(placed.status, placed.text).toBe(200)
    for (const [i, { segment_id, distance, margin, out_of_domain }] of placed.body.data.entries()) {
      const { segment_id: own, distance: far, margin: apart } = customers[i]
      expect({ segment_id, distance, margin, out_of_domain }).toEqual({
        segment_id: own,
        distance: far,
        margin: apart,
        out_of_domain: false
      })
    }
  })

  test('gives the same model to the same request', async () => {
    const { body } = await train({ promote: false })
    expect(body.metrics.inertia).toBe(model.metrics.inertia)
    expect(body.metrics.coreset).toEqual(model.metrics.coreset)
  })

  test('is refused where all customers are asked for', async () => {
    const { status, body } = await train({ method: 'exact' })
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'training_too_large' })
    expect(body.detail).toMatch(/coreset/)
  })
})

const pick = ({ recency_days, frequency, monetary_value }: Record<string, number>) => ({
  recency_days,
  frequency,
  monetary_value
})
