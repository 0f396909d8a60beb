// How fast are the addresses that others call all day, against the least that Fastify can do?
// Both are loaded by turns in the same run, so that what else the machine does slows both. Usage: npm run bench:http [-- ROUNDS SECONDS]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Folders } from '../dist/data/folders.js'
import { writeMembers } from '../dist/data/members.js'
import { ModelFolders } from '../dist/data/model-folders.js'
import { sampleFile } from '../dist/domain/sample/file.js'
import { prepareAssigner } from '../dist/domain/serving/assign.js'
import { atOnce, CustomerIndex, encodeIds, prepareIndex } from '../dist/domain/serving/customer-index.js'
import { DEFAULT_TENANT } from '../dist/domain/tenant.js'
import { openStores } from '../dist/stores/open.js'
import { generator, load } from './load.mjs'
import { startPeer, startService } from './service.mjs'

const rounds = Number(process.argv[2] ?? 3)
const seconds = Number(process.argv[3] ?? 4)
const MEMBERS = 1_000_000
const LIFTED = { RATE_LIMIT_PER_MINUTE: '100000000' }

const dataDir = mkdtempSync(join(tmpdir(), 'tessera-bench-'))
try {
  const trained = await trainOnSample()
  const model = await publishLargeModel(trained)
  await measure(model)
  console.log(`index of ${MEMBERS} customer ids: ${(indexBytes() / 1e6).toFixed(1)} MB (bar: 40)`)
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}

/** A model of the service's own making, on sample orders. */
async function trainOnSample() {
  const service = await startService(dataDir, LIFTED)
  try {
    const { csv } = sampleFile({ customers: 2000, days: 730, seed: 1, ends_on: '2025-06-30' })
    const form = new FormData()
    form.append('file', new Blob([csv]), 'orders.csv')
    const prefer = { prefer: 'wait=120' }
    const dataset = await created(fetch(`${service.origin}/datasets`, { method: 'POST', body: form, headers: prefer }))
    const body = JSON.stringify({ dataset_id: dataset.id, k: 5, outliers: { policy: 'keep' } })
    const headers = { 'content-type': 'application/json', ...prefer }
    return await created(fetch(`${service.origin}/models`, { method: 'POST', body, headers }))
  } finally {
    await service.stop()
  }
}

async function created(request) {
  const answer = await request
  const body = await answer.json()
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(body)}`)
  return body
}

/** The same model with a million customers, written as the service writes models, and promoted. */
async function publishLargeModel({ id }) {
  const logger = { info() {}, warn: console.warn, error: console.error }
  const stores = await openStores({ store: 'memory', dataDir, clock: () => new Date(), logger })
  const model = await stores.models.get(DEFAULT_TENANT, id)
  const table = membersOf(model)
  const folders = new Folders(dataDir)
  const draft = await new ModelFolders(folders).draft(DEFAULT_TENANT, 'mdl_large', 'job_large')
  await writeMembers(draft.folder, table, null)
  await draft.publish()
  await draft.clear()
  const large = { ...model, id: 'mdl_large' }
  await stores.models.create(DEFAULT_TENANT, large)
  await stores.champions.set(DEFAULT_TENANT, large.id)
  await stores.close()
  return large
}

/** Customer i as a caller describes it: within what the model has seen. */
function featuresOf(model, i) {
  const at = (j) => ((Math.imul(i + 1, 2654435761) >>> (4 * j)) % 1000) / 1000
  return model.fit.ranges.map(({ min, max }, j) => Math.round(min + at(j) ** 3 * (max - min)))
}

function customerId(i) {
  return String(1_000_000 + i)
}

function membersOf(model) {
  const assigner = prepareAssigner(model.fit)
  const names = model.fit.features.map(({ name }) => name)
  const column = () => new Float64Array(MEMBERS)
  const table = {
    customerIds: Array.from({ length: MEMBERS }, (_, i) => customerId(i)),
    segments: new Int32Array(MEMBERS),
    distances: column(),
    margins: column(),
    silhouettes: column().fill(Number.NaN),
    revenue: column(),
    features: { names, columns: names.map(column), n: MEMBERS }
  }
  for (let i = 0; i < MEMBERS; i++) {
    const values = featuresOf(model, i)
    const placed = assigner.assign(values)
    table.segments[i] = placed.segment
    table.distances[i] = placed.distance
    table.margins[i] = placed.margin
    for (const [j, value] of values.entries()) table.features.columns[j][i] = value
  }
  return table
}

function casesOf(model) {
  const names = model.fit.features.map(({ name }) => name)
  const row = (i) => ({
    customer_id: customerId(i),
    features: Object.fromEntries(featuresOf(model, i).map((value, j) => [names[j], value]))
  })
  const assign = (body) => ({ method: 'POST', path: '/assign', body: JSON.stringify(body) })
  const thousand = Array.from({ length: 1000 }, (_, i) => i)
  const columns = { customer_id: thousand.map(customerId) }
  for (const [j, name] of names.entries()) columns[name] = thousand.map((i) => featuresOf(model, i)[j])
  return [
    {
      name: 'POST /assign, 1 customer',
      bar: '0.75 to hello',
      requests: thousand.map((i) => assign({ customers: [row(i)] })),
      connections: 64
    },
    {
      name: 'GET /customers/{id} of 1 million',
      bar: '0.75 to hello',
      requests: thousand.map((i) => ({ method: 'GET', path: `/customers/${customerId((i * 7919) % MEMBERS)}` })),
      connections: 64
    },
    {
      name: 'POST /assign, 1,000 customers, rows',
      requests: [assign({ customers: thousand.map(row) })],
      connections: 4,
      customers: 1000,
      bar: '1 M per CPU second'
    },
    {
      name: 'POST /assign, 1,000 customers, rows, include: []',
      requests: [assign({ customers: thousand.map(row), include: [] })],
      connections: 4,
      customers: 1000
    },
    {
      name: 'POST /assign, 1,000 customers, columns',
      requests: [assign({ columns })],
      connections: 4,
      customers: 1000,
      bar: '2.5 M per CPU second'
    }
  ]
}

async function measure(model) {
  const hello = await startPeer('benchmarks/peers/hello.mjs', '/cpu')
  const service = await startService(dataDir, LIFTED)
  const cases = casesOf(model)
  const bare = { requests: [{ method: 'GET', path: '/' }], connections: 64 }
  const results = cases.map(() => [])
  const theirs = []
  try {
    await warm(hello, bare)
    for (const each of cases) await warm(service, each)
    for (let round = 0; round < rounds; round++) {
      for (const [index, each] of cases.entries()) {
        const base = await loadCounting(hello, helloCpu, bare)
        const ours = await loadCounting(service, serviceCpu, each)
        theirs.push(base)
        results[index].push({
          ...ours,
          ratio: ours.requestsPerSecond / base.requestsPerSecond,
          cpuRatio: base.cpuPerRequest / ours.cpuPerRequest
        })
      }
    }
  } finally {
    await Promise.all([hello.stop(), service.stop()])
  }
  report(cases, results, theirs)
}

/** Node compiles what it has run often: some ten thousand requests, however long they take. */
async function warm({ origin }, { requests, connections, customers = 1 }) {
  const wanted = customers === 1 ? 40_000 : 1_000
  for (let sent = 0; sent < wanted; ) {
    sent += 2 * (await load(origin, requests, { connections, seconds: 2 })).requestsPerSecond
  }
}

/** CPU time tells what a request costs also where the load generator or a neighbour takes part of the machine. */
async function loadCounting(server, cpu, { requests, connections }) {
  const [before, idle] = [await cpu(server.origin), waited(server.pid)]
  const figures = await load(server.origin, requests, { connections, seconds })
  const waiting = waited(server.pid) - idle
  const spent = (await cpu(server.origin)) - before
  return { ...figures, cpuPerRequest: spent / (figures.requestsPerSecond * seconds), waiting: waiting / seconds }
}

/**
 * Seconds that the server's main thread was ready to run and had no processor. What it waited, its callers waited too: a
 * high percentile beside a large share of waiting tells of the neighbours and not of the server.
 */
function waited(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9
  } catch {
    return Number.NaN
  }
}

async function helloCpu(origin) {
  return await (await fetch(`${origin}/cpu`)).json()
}

async function serviceCpu(origin) {
  const text = await (await fetch(`${origin}/metrics`)).text()
  return Number(/^process_cpu_seconds_total ([\d.]+)/m.exec(text)[1])
}

function report(cases, results, theirs) {
  const [{ model: cpu }] = cpus()
  console.log(
    `${cpu.trim()}, ${availableParallelism()} cores, Node ${process.version}, load by ${generator}; median of ${rounds} rounds of ${seconds} s`
  )
  const rows = [
    line('bare Fastify, GET hello', theirs, {}),
    ...cases.map((each, index) => line(each.name, results[index], each))
  ]
  console.table(Object.fromEntries(rows))
}

function line(name, runs, { customers, bar = '' }) {
  const figure = (key) => median(runs.map((run) => run[key]))
  const perCustomer = (value) => (customers === undefined ? '' : millions(value * customers))
  return [
    name,
    {
      'requests/s': Math.round(figure('requestsPerSecond')),
      'to hello': Number.isNaN(figure('ratio')) ? '' : figure('ratio').toFixed(2),
      'CPU us': (figure('cpuPerRequest') * 1e6).toFixed(1),
      'to hello, by CPU': Number.isNaN(figure('cpuRatio')) ? '' : figure('cpuRatio').toFixed(2),
      'p50 ms': figure('p50'),
      'p99 ms': figure('p99'),
      'waiting for a CPU': `${Math.round(100 * figure('waiting'))} %`,
      'customers/s': perCustomer(figure('requestsPerSecond')),
      'customers per CPU second': perCustomer(1 / figure('cpuPerRequest')),
      bar
    }
  ]
}

function millions(value) {
  return `${(value / 1e6).toFixed(2)} M`
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
}

/** What the index keeps, in and outside of the heap. */
function indexBytes() {
  const ids = Array.from({ length: MEMBERS }, (_, i) => customerId(i))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const used = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const index = new CustomerIndex(atOnce(prepareIndex(encodeIds(ids))))
  const bytes = used() - before
  if (index.rowOf(ids[MEMBERS - 1]) !== MEMBERS - 1) throw new Error('the index is wrong')
  return bytes
}
