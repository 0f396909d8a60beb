import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../helpers/build-app.ts'

let service: Awaited<ReturnType<typeof buildApp>>
let dataset_id: string

const post = async (url: string, payload: object) => await service.app.inject({ method: 'POST', url, payload })

// What each customer's one order comes to: 40 small ones, 20 larger ones, 3 giants.
const SPENT = [...Array(40).keys()].map((c) => 10 + (c % 5)).concat([...Array(20).keys()].map((c) => 1000 + c))
const ORDERS = [...SPENT, 5000, 5010, 5020].map((unit_price, c) => ({
  ...{ order_id: `o${c}`, customer_id: `c${c}`, product_id: 'p', quantity: 1, unit_price },
  ordered_at: `2024-05-0${1 + (c % 9)}T10:00:00Z`
}))

beforeAll(async () => {
  service = await buildApp({ WORKERS: '1' })
  const answer = await post('/datasets', { source: { type: 'inline', orders: ORDERS } })
  expect(answer.statusCode, answer.body).toBe(201)
  dataset_id = answer.json().id
})
afterAll(async () => await service.close())

async function train(options: object) {
  const request = { dataset_id, features: ['monetary_value'], transform: 'none', outliers: { policy: 'keep' } }
  const answer = await post('/models', { ...request, ...options })
  expect(answer.statusCode, answer.body).toBe(201)
  const model = answer.json()
  return { ...model, sizes: model.segments.map(({ size }: { size: number }) => size) }
}

test('POST /models leaves no segment smaller than min_segment_size, whatever k', async () => {
  expect((await train({ k: 3 })).sizes).toEqual([40, 20, 3])
  const asked = await train({ k: 3, min_segment_size: 5 })
  // The giants are nearest to the larger ones.
  expect(asked.sizes).toEqual([40, 23])
  expect(asked.k).toBe(2)
  expect(asked.options.min_segment_size).toBe(5)
  expect(asked.k_choice.reason).toContain('k = 3 was given')
  expect(asked.limitations).toContain('3 segments were asked for, but only 2 have at least 5 customers.')

  const chosen = await train({ k: { min: 2, max: 6 }, min_segment_share: 0, min_segment_size: 20 })
  expect(Math.min(...chosen.sizes)).toBeGreaterThanOrEqual(20)
})

test.each([{ k: 4 }, { k: { min: 4, max: 6 } }])(
  'POST /models refuses a min_segment_size that %o cannot have',
  async (k) => {
    // 32 · 2 > 63
    const answer = await post('/models', { dataset_id, ...k, min_segment_size: 32 })
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'k_too_large' })
    expect(answer.json().detail).toContain('choose a smaller min_segment_size')
  }
)
