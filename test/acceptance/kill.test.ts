import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createRandom } from '../../src/domain/numeric/random.ts'
import type { Dataset } from '../../src/domain/records/dataset.ts'
import type { Job } from '../../src/domain/records/job.ts'
import type { Model } from '../../src/domain/records/model.ts'
import { sampleFile } from '../../src/domain/sample/file.ts'
import { ServiceProcess } from '../helpers/service-process.ts'

/** KILLS=50 is what a release is held to. */
const KILLS = Number(process.env.KILLS ?? 20)
/** Longest time from the first request of a round to the kill; long enough for some rounds to finish their work. */
const LATEST_MS = 1500

const { csv, rows } = sampleFile({ ends_on: '2025-06-30', days: 730, customers: 200, seed: 1 })
const random = createRandom(2_024)
const dataDir = await mkdtemp(join(tmpdir(), 'tessera-kill-'))
afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** Everything the service has answered 201 or 202 for, and what it then said about it. */
const acknowledged = {
  jobs: new Set<string>(),
  datasets: new Map<string, Dataset>(),
  models: new Map<string, Model>()
}

test(`${KILLS} kills at random moments of uploads and trainings lose nothing that was acknowledged and show nothing half-made`, async () => {
  const kills: Record<string, number> = {}
  for (let round = 0; round < KILLS; round++) {
    const service = await ServiceProcess.start(dataDir, { INTAKE_SPARE: String(round % 2 === 0) })
    await inspect(service)
    // A job is not begun more than three times, so every second round lets all of them end.
    if (round % 2 === 0) await settle(service)
    const load = work(service, round)
    await sleep(random.next() * LATEST_MS)
    const moment = await whatRuns(service)
    kills[moment] = (kills[moment] ?? 0) + 1
    await service.kill9()
    await load
  }

  const service = await ServiceProcess.start(dataDir)
  await inspect(service)
  await settle(service)
  // A slow machine may have acknowledged nothing before any of the kills: an upload, and a training on it, that none ends.
  for (const round of [KILLS, KILLS + 1]) {
    await work(service, round)
    await settle(service)
  }
  inspected.clear()
  await inspect(service)
  for (const id of acknowledged.jobs) {
    const job = await service.get<Job>(`/jobs/${id}`)
    expect({ id, status: job.status, error: job.error }).toEqual({ id, status: 'succeeded', error: null })
  }
  expect(acknowledged.datasets.size).toBeGreaterThan(0)
  expect(acknowledged.models.size).toBeGreaterThan(0)
  expect(await service.stop()).toBe(0)
  await expectNothingPartial()
  console.log(`killed during ${JSON.stringify(kills)}; jobs acknowledged: ${acknowledged.jobs.size}`)
}, 1_800_000)

/** One upload, and a training on what is there; each answer that arrives is noted. A kill breaks off the rest. */
async function work(service: ServiceProcess, round: number): Promise<void> {
  const prefer = round % 3 === 0 ? 'wait=30' : 'respond-async'
  const requests = [upload(service, `round ${round}`, prefer, random.next() * 200)]
  for (const dataset_id of [...acknowledged.datasets.keys()].slice(0, 1)) {
    requests.push(service.post('/models', { dataset_id, k: { min: 2, max: 4 }, seed: round }, { prefer }))
  }
  await Promise.all(requests.map((request) => request.then(note).catch(() => undefined)))
}

/** Sends the file in eight pieces with a pause after each, so that a kill can come between two of them. */
function upload(service: ServiceProcess, name: string, prefer: string, pauseMs: number): Promise<Response> {
  const head = (field: string) => `--cut\r\ncontent-disposition: form-data; name="${field}"`
  const text = `${head('options')}\r\n\r\n${JSON.stringify({ name })}\r\n${head('file')}; filename="orders.csv"\r\n\r\n${csv}\r\n--cut--\r\n`
  const bytes = Buffer.from(text)
  const piece = Math.ceil(bytes.length / 8)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) {
      yield bytes.subarray(at, at + piece)
      await sleep(pauseMs)
    }
  }
  return fetch(`${service.base}/datasets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=cut', prefer },
    body: ReadableStream.from(pieces()),
    duplex: 'half'
  } as RequestInit)
}

/** The kinds of the jobs under way; `upload` when there is none yet. */
async function whatRuns(service: ServiceProcess): Promise<string> {
  const jobs = await service.list<Job>('/jobs')
  const kinds = new Set(jobs.filter(({ status }) => status === 'running').map(({ kind }) => kind))
  return [...kinds].sort().join(' and ') || 'upload'
}

async function note(answer: Response): Promise<void> {
  const body = (await answer.json()) as { id: string }
  if (answer.status === 202) acknowledged.jobs.add(body.id)
  else if (answer.status !== 201) throw new Error(JSON.stringify(body))
  else if (body.id.startsWith('ds_')) acknowledged.datasets.set(body.id, body as Dataset)
  else acknowledged.models.set(body.id, body as Model)
}

/** Waits until no job is under way, then notes what the jobs have made. */
async function settle(service: ServiceProcess): Promise<void> {
  const running = async () =>
    (await service.list<Job>('/jobs')).some(({ status }) => status === 'queued' || status === 'running')
  while (await running()) await sleep(50)
  for (const dataset of await service.list<Dataset>('/datasets')) acknowledged.datasets.set(dataset.id, dataset)
  for (const model of await service.list<Model>('/models')) acknowledged.models.set(model.id, model)
}

/** Models whose members have been counted since the last look at all of them: published files do not change. */
const inspected = new Set<string>()

/** Nothing acknowledged is missing or different, and everything that can be seen is whole. */
async function inspect(service: ServiceProcess): Promise<void> {
  const jobs = await service.list<Job>('/jobs')
  const datasets = await service.list<Dataset>('/datasets')
  const models = await service.list<Model>('/models')
  const ids = (records: { id: string }[]) => records.map(({ id }) => id)

  expect(ids(jobs)).toEqual(expect.arrayContaining([...acknowledged.jobs]))
  expect(ids(datasets)).toEqual(expect.arrayContaining([...acknowledged.datasets.keys()]))
  expect(ids(models)).toEqual(expect.arrayContaining([...acknowledged.models.keys()]))

  for (const { result, status } of jobs) {
    if (status !== 'succeeded') continue
    expect(result?.type === 'dataset' ? ids(datasets) : ids(models)).toContain(result?.id)
  }
  for (const dataset of datasets) {
    const known = acknowledged.datasets.get(dataset.id)
    if (known !== undefined) expect(dataset).toEqual(known)
    const { rows_read, rows_kept, rules } = dataset.quality
    expect(rows_read).toBe(rows)
    expect(rules.reduce((sum, rule) => sum + rule.rows, rows_kept)).toBe(rows_read)
  }
  for (const model of models) {
    const known = acknowledged.models.get(model.id)
    if (known !== undefined) expect({ ...model, champion: null }).toEqual({ ...known, champion: null })
    expect(model.reconciliation.members).toBe(model.reconciliation.customers)
    if (inspected.has(model.id)) continue
    inspected.add(model.id)
    for (const { id, size } of model.segments) {
      const members = await service.list<{ customer_id: string }>(`/segments/${id}/customers`)
      expect(new Set(members.map(({ customer_id }) => customer_id)).size).toBe(size)
    }
  }
  if (models.length > 0) await service.get('/segments')
}

/** After a clean end there is no scratch left, nor a folder that no record knows. */
async function expectNothingPartial(): Promise<void> {
  const names = await readdir(dataDir, { recursive: true })
  expect(names.filter((name) => name.endsWith('.partial'))).toEqual([])
  const published = names.flatMap((name) => /\/(?:datasets|models)\/((?:ds|mdl)_\w+)$/.exec(name)?.[1] ?? [])
  expect(new Set(published)).toEqual(new Set([...acknowledged.datasets.keys(), ...acknowledged.models.keys()]))
  expect(names.filter((name) => /\/(?:uploads|work)\/[^/]+$/.test(name))).toEqual([])
}
