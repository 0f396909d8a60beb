import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openServer } from '../helpers/remote.ts'
import { ServiceProcess } from '../helpers/service-process.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const LINES = 20_000
const CONTENT = `order_id,customer_id,product_id,quantity,unit_price,ordered_at\n${Array.from(
  { length: LINES },
  (_, i) => `A${i},c-${i % 500},MUG,2,9.90,2024-05-01T10:00:00Z\n`
).join('')}`

test('a kill while an address is fetched loses nothing: the next start fetches it again, and keeps no half', async () => {
  let whole = false
  const remote = await openServer((_request, response) => {
    response.writeHead(200, { etag: '"1"', 'content-length': CONTENT.length })
    if (whole) response.end(CONTENT)
    else response.write(CONTENT.slice(0, CONTENT.length / 2))
  })
  closing.push(remote.close)
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-fetch-kill-'))
  closing.push(() => rm(dataDir, { recursive: true, force: true }))
  const environment = { REMOTE_ALLOW: '127.0.0.1', REMOTE_PORTS: String(remote.port) }
  const uploads = () => readdir(join(dataDir, 'tenants/default/uploads'))

  let service = await ServiceProcess.start(dataDir, environment)
  const source = { type: 'url', url: `http://127.0.0.1:${remote.port}/orders.csv` }
  const started = await service.post('/datasets', { source }, { prefer: 'respond-async' })
  expect(started.status).toBe(202)
  const { id } = (await started.json()) as { id: string }
  const job = () =>
    service.get<{ status: string; attempts: number; progress: object; result: { id: string } }>(`/jobs/${id}`)
  await expect.poll(async () => (await job()).progress).toMatchObject({ fraction: expect.closeTo(0.2, 5) })
  expect(await uploads()).toEqual([expect.stringMatching(/\.partial$/)])
  await service.kill9()

  whole = true
  service = await ServiceProcess.start(dataDir, environment)
  closing.push(() => service.stop())
  await expect.poll(async () => (await job()).status).toBe('succeeded')
  const { attempts, result } = await job()
  expect(attempts).toBe(2)
  expect(await service.get(`/datasets/${result.id}`)).toMatchObject({ counts: { rows_read: LINES, customers: 500 } })
  expect(await uploads()).toEqual([])
})
