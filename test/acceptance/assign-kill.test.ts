import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { AssignFile } from '../../src/domain/records/assign-file.ts'
import type { Job } from '../../src/domain/records/job.ts'
import { sampleFile } from '../../src/domain/sample/file.ts'
import { ServiceProcess } from '../helpers/service-process.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

// Enough rows that a job runs for some seconds.
const CUSTOMERS = 2_000_000
const FEATURES = ['recency_days', 'frequency', 'monetary_value']
const rows = Array.from({ length: 1000 }, (_, i) => `c-${i},${i % 300},${1 + (i % 9)},${i}.25\n`).join('')
const CUSTOMER_FILE = `customer_id,${FEATURES.join(',')}\n${rows.repeat(CUSTOMERS / 1000)}`

const fileForm = (text: string) => {
  const form = new FormData()
  form.set('file', new Blob([text]), 'file.csv')
  return form
}

test('a kill while a file is assigned loses nothing: the next start assigns it again, to the same bytes', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-assign-kill-'))
  closing.push(() => rm(dataDir, { recursive: true, force: true }))
  const files = () => readdir(join(dataDir, 'tenants/default/assign_files'))

  let service = await ServiceProcess.start(dataDir)
  const made = async (path: string, body: FormData | object) => {
    const answer = await service.post(path, body, { prefer: 'wait=120' })
    const text = await answer.text()
    expect(answer.status, text).toBe(201)
    return JSON.parse(text) as { id: string }
  }
  const { csv } = sampleFile({ ends_on: '2025-06-30', days: 730, customers: 200, seed: 1 })
  const dataset = await made('/datasets', fileForm(csv))
  const model = await made('/models', { dataset_id: dataset.id, k: 3, features: FEATURES })

  const started = await service.post('/assign/files', fileForm(CUSTOMER_FILE), { prefer: 'respond-async' })
  expect(started.status).toBe(202)
  const { id } = (await started.json()) as Job
  const job = () => service.get<Job>(`/jobs/${id}`)
  while (!((await job()).progress.fraction > 0.1)) await sleep(5)
  expect((await job()).status).toBe('running')
  await service.kill9()
  expect(await files()).toEqual([expect.stringMatching(/\.partial$/)])

  service = await ServiceProcess.start(dataDir)
  closing.push(() => service.stop())
  await expect.poll(async () => (await job()).status).toBe('succeeded')
  const { attempts, result } = await job()
  expect(attempts).toBe(2)
  const file = await service.get<AssignFile>(`/assign/files/${result!.id}`)
  expect(file).toMatchObject({ model_id: model.id, counts: { customers: CUSTOMERS, assigned: CUSTOMERS, failed: 0 } })
  expect(await files()).toEqual([file.id])
  expect(await readdir(join(dataDir, 'tenants/default/uploads'))).toEqual([])
  // What was never interrupted is the measure.
  const whole = (await made('/assign/files', fileForm(CUSTOMER_FILE))) as AssignFile
  expect(file.sha256).toBe(whole.sha256)
}, 240_000)
