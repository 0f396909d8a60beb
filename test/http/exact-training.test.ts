import { pino } from 'pino'
import supertest from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../../src/domain/tenant.ts'
import { openStores } from '../../src/stores/open.ts'
import { buildApp } from '../helpers/build-app.ts'
import { inlineOrders } from '../helpers/inline-orders.ts'

let service: Awaited<ReturnType<typeof buildApp>>
let api: ReturnType<typeof supertest>
let datasetId: string

/** A dataset of so many customers by its record: a refusal comes before anybody reads them. */
async function countCustomers(dataDir: string, customers: number): Promise<void> {
  const stores = await openStores({
    ...{ store: 'memory', dataDir, clock: () => new Date(), logger: pino({ level: 'silent' }) }
  })
  await stores.datasets.update(DEFAULT_TENANT, datasetId, (dataset) => ({
    ...dataset,
    counts: { ...dataset.counts, customers }
  }))
  await stores.close()
}

beforeAll(async () => {
  service = await buildApp()
  const made = await supertest(await service.app.listen({ port: 0, host: '127.0.0.1' }))
    .post('/datasets')
    .set('prefer', 'wait=60')
    .send({ source: { type: 'inline', orders: inlineOrders(20) } })
  expect(made.status, made.text).toBe(201)
  datasetId = made.body.id
  const { dataDir } = service
  await service.close({ keepData: true })
  await countCustomers(dataDir, 60_000_000)
  service = await buildApp({ DATA_DIR: dataDir, TRAINING_MEMORY_BYTES: String(2 ** 40) })
  api = supertest(await service.app.listen({ port: 0, host: '127.0.0.1' }))
})
afterAll(() => service.close())

test('POST /models with method exact refuses more customers than the kernels can address, whatever the memory', async () => {
  const { status, body } = await api.post('/models').send({ dataset_id: datasetId, method: 'exact' })
  expect({ status, code: body.code }).toEqual({ status: 413, code: 'training_too_large' })
  expect(body.detail).toMatch(/coreset/)
})
