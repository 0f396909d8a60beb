// A file of customers to a file of segments: over HTTP (upload, job, the assignments on disk) against pandas and scikit-learn on the same
// file and the same model, by turns. Usage: node benchmarks/assign-files.mjs [CUSTOMERS ROUNDS], after npm run build
import { execFileSync } from 'node:child_process'
import { mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleFile } from '../dist/domain/sample/file.js'
import { DEFAULT_TENANT } from '../dist/domain/tenant.js'
import { openStores } from '../dist/stores/open.js'
import { startService } from './service.mjs'

const customers = Number(process.argv[2] ?? 2_000_000)
const rounds = Number(process.argv[3] ?? 3)
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'
const FEATURES = ['recency_days', 'frequency', 'monetary_value']

const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'))
const place = (name) => join(folder, name)
try {
  const { id } = await train()
  await writeFit(id)
  writeFileSync(place('customers.csv'), customersText())
  await compare()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function train() {
  const service = await startService(place('data'))
  try {
    const { csv } = sampleFile({ customers: 2000, days: 730, seed: 1, ends_on: '2025-06-30' })
    const form = new FormData()
    form.append('file', new Blob([csv]), 'orders.csv')
    const dataset = await created(service, '/datasets', { body: form })
    const choices = {
      dataset_id: dataset.id,
      k: 5,
      features: FEATURES,
      transform: 'log1p',
      outliers: { policy: 'keep' }
    }
    const headers = { 'content-type': 'application/json' }
    return await created(service, '/models', { body: JSON.stringify(choices), headers })
  } finally {
    await service.stop()
  }
}

async function created({ origin }, path, { body, headers }) {
  const answer = await fetch(origin + path, { method: 'POST', body, headers: { ...headers, prefer: 'wait=120' } })
  const made = await answer.json()
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(made)}`)
  return made
}

/** What the other needs to know of the model. */
async function writeFit(id) {
  const logger = { info() {}, warn: console.warn, error: console.error }
  const stores = await openStores({ store: 'memory', dataDir: place('data'), clock: () => new Date(), logger })
  const { fit, segments } = await stores.models.get(DEFAULT_TENANT, id)
  await stores.close()
  writeFileSync(place('fit.json'), JSON.stringify({ ...fit, named: segments.map(({ id, name }) => ({ id, name })) }))
}

function customersText() {
  const lines = [`customer_id,${FEATURES.join(',')}\n`]
  for (let i = 0; i < customers; i++) {
    const cents = Math.imul(i + 1, 2654435761) >>> 12
    lines.push(`${1_000_000 + i},${i % 700},${1 + (i % 40)},${(cents / 100).toFixed(2)}\n`)
  }
  return lines.join('')
}

async function compare() {
  const ours = []
  const theirs = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await measureService(round))
    const peer = measurePeer()
    if (peer !== undefined) theirs.push(peer)
    if (round === 0 && peer !== undefined) checkEqual()
  }
  console.log(
    `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}, ${customers} customers × ${FEATURES.length} features, CSV to CSV, median of ${rounds} rounds\n`
  )
  console.log('| | seconds | CPU seconds | customers per CPU second | peak memory MB |')
  console.log('|---|---|---|---|---|')
  print('tessera, over HTTP', ours)
  if (theirs.length > 0) print('pandas + scikit-learn, script', theirs)
  else console.log(`\nNo peer: ${PYTHON} has no pandas and scikit-learn.`)
}

/** A process that has done nothing else, so that its peak is that of the file. */
async function measureService(round) {
  const service = await startService(place('data'), { ASSIGN_FILES_RETENTION_DAYS: '1' })
  try {
    const form = new FormData()
    form.append('file', await openAsBlob(place('customers.csv')), 'customers.csv')
    const before = await cpuSeconds(service)
    const start = performance.now()
    const file = await created(service, '/assign/files', { body: form })
    const seconds = (performance.now() - start) / 1000
    const cpu = (await cpuSeconds(service)) - before
    if (file.counts.assigned !== customers) throw new Error('some customers were not assigned')
    if (round === 0) {
      const answer = await fetch(`${service.origin}/assign/files/${file.id}/content`)
      writeFileSync(place('ours.csv'), Buffer.from(await answer.arrayBuffer()))
    }
    return { seconds, cpu, peak: peakOf(service.pid) }
  } finally {
    await service.stop()
  }
}

async function cpuSeconds({ origin }) {
  const text = await (await fetch(`${origin}/metrics`)).text()
  return Number(/^process_cpu_seconds_total ([\d.]+)/m.exec(text)[1])
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000
  } catch {
    return Number.NaN
  }
}

function measurePeer() {
  const script = join(import.meta.dirname, 'peers/assign_file.py')
  const about = [script, place('customers.csv'), place('fit.json'), place('theirs.csv')]
  try {
    execFileSync(PYTHON, ['-c', 'import pandas, sklearn'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return JSON.parse(execFileSync(PYTHON, about, { env: { ...process.env, OMP_NUM_THREADS: '1' } }))
}

/** The same segment for every customer, and the same distance to the last digit but one. */
function checkEqual() {
  const [mine, other] = ['ours.csv', 'theirs.csv'].map((name) => readFileSync(place(name), 'utf8').split('\r\n'))
  if (mine.length !== other.length) throw new Error(`${mine.length} lines against ${other.length}`)
  for (const [index, line] of mine.entries()) {
    const [a, b] = [line.split(','), other[index].split(',')]
    const near = (column) => Math.abs(Number(a[column]) - Number(b[column])) <= 2e-6
    const same = (column) => a[column] === b[column]
    const equal = index === 0 ? line === other[index] : [0, 1, 2, 5].every(same) && [3, 4].every(near)
    if (line !== '' && !equal) throw new Error(`line ${index}: ${line} against ${other[index]}`)
  }
}

function print(name, runs) {
  const figure = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1]
  const perSecond = (customers / figure('cpu') / 1e6).toFixed(2)
  console.log(
    `| ${name} | ${figure('seconds').toFixed(2)} | ${figure('cpu').toFixed(2)} | ${perSecond} M | ${Math.round(figure('peak'))} |`
  )
}
