// How long from a shop's file to named segments, over HTTP, against pandas and scikit-learn doing the part of it that they can?
// The same file, the same machine, the same run, by turns. Usage: npm run bench [-- ROUNDS]
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openAsBlob, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../scripts/free-port.mjs'

const project = join(import.meta.dirname, '..')
const shared = process.env.TESSERA_DATA ?? join(project, '../shared/data')
const file = join(shared, 'online-retail/OnlineRetail.csv.gz')
/** Longer than the service takes to prepare for its first file after it is ready. */
const SETTLED_MS = 3000
const rounds = Number(process.argv[2] ?? 3)

if (!existsSync(file)) {
  console.log(`Skipped: ${file} is absent. Set TESSERA_DATA to the folder with the UCI Online Retail file.`)
  process.exit(0)
}

const ours = []
const oursAgain = []
const theirs = []
for (let round = 0; round < rounds; round++) {
  const [first, second] = await measureService()
  ours.push(first)
  oursAgain.push(second)
  const peer = measurePeer()
  if (peer !== undefined) theirs.push(peer)
}

console.log(
  `${cpus()[0].model}, Node ${process.version}, ${availableParallelism()} cores, median of ${rounds} rounds, seconds`
)
report('tessera', ours)
reportStages('dataset', ours)
reportStages('model', ours)
report('tessera, the second time in the same process', oursAgain)
reportStages('dataset', oursAgain)
reportStages('model', oursAgain)
if (theirs.length === 0) {
  console.log(
    'No peer: python3 with pandas and scikit-learn is not installed (Debian: python3-pandas, python3-sklearn).'
  )
} else {
  report('pandas + scikit-learn', theirs)
  const figure = (key) => median(theirs, key).toFixed(2)
  console.log(
    `the same with references and bootstrap, as the service does: ${figure('equal_seconds')} (references ${figure('evidence_seconds')}, bootstrap ${figure('stability_seconds')})`
  )
  for (const [name, runs] of [
    ['first time ', ours],
    ['second time', oursAgain]
  ]) {
    const ratio = (key) => (median(theirs, key) / median(runs, 'seconds')).toFixed(2)
    console.log(
      `ratio, ${name}: ${ratio('seconds')} times as fast as the script, ${ratio('equal_seconds')} as the script of equal work`
    )
  }
  compare(ours[0], theirs[0])
}
console.log(`structure: ${ours[0].verdict}`)

function report(name, runs) {
  const figure = (key) => median(runs, key).toFixed(2)
  console.log(`${name}: ${figure('seconds')} (dataset ${figure('dataset_seconds')}, model ${figure('model_seconds')})`)
}

/** Between the reports of one job: how long each stage was the last one heard of. */
function reportStages(job, runs) {
  const names = Object.keys(runs[0].stages[job])
  const parts = names.map((name) => `${name} ${median(runs, (run) => run.stages[job][name] ?? 0).toFixed(2)}`)
  console.log(`  ${job}: ${parts.join(', ')}`)
}

function median(runs, key) {
  const values = runs.map((run) => (typeof key === 'function' ? key(run) : run[key])).sort((a, b) => a - b)
  return (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2
}

/** The same work was done: rows, customers, revenue, and for each k an inertia at most 0.1 % above the peer's. */
function compare(our, their) {
  for (const key of ['rows_kept', 'customers', 'revenue']) {
    if (Math.abs(our[key] - their[key]) > 0.005) throw new Error(`${key}: ${our[key]} against ${their[key]}`)
  }
  console.log(' k  inertia              silhouette')
  for (const [index, mine] of our.k_scan.entries()) {
    const other = their.k_scan[index]
    const show = (a, b, digits) => `${a.toFixed(digits)} / ${b.toFixed(digits)}`.padEnd(20)
    console.log(
      `${String(mine.k).padStart(2)}  ${show(mine.inertia, other.inertia, 2)} ${show(mine.silhouette, other.silhouette, 4)}`
    )
    if (mine.inertia > other.inertia * 1.005) throw new Error(`k = ${mine.k}: a worse clustering than the peer's`)
  }
}

/** Of a service that has just started and has trained nothing yet: its first file, and the same file once more. */
async function measureService() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-bench-'))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const service = spawn(process.execPath, [join(project, 'dist/main.js')], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error', UV_THREADPOOL_SIZE: '16' },
    stdio: 'inherit'
  })
  try {
    while (
      !(await fetch(`${base}/health/ready`).then(
        ({ ok }) => ok,
        () => false
      ))
    )
      await sleep(50)
    await sleep(SETTLED_MS)
    return [await measureJob(base), await measureJob(base)]
  } finally {
    service.kill('SIGTERM')
    await once(service, 'exit')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** From the first byte of the upload to the trained model. */
async function measureJob(base) {
  const begin = performance.now()
  const form = new FormData()
  form.append('file', await openAsBlob(file), 'OnlineRetail.csv.gz')
  const { made: dataset, stages: datasetStages } = await finished(base, '/datasets', { body: form })
  const uploaded = performance.now()
  const body = JSON.stringify({
    dataset_id: dataset.id,
    transform: 'log1p',
    outliers: { policy: 'keep' },
    k: { min: 2, max: 10 },
    restarts: 10
  })
  const headers = { 'content-type': 'application/json' }
  const { made: model, stages: modelStages } = await finished(base, '/models', { body, headers })
  const end = performance.now()
  const { rows_kept, customers } = dataset.counts
  return {
    seconds: (end - begin) / 1000,
    dataset_seconds: (uploaded - begin) / 1000,
    model_seconds: (end - uploaded) / 1000,
    rows_kept,
    customers,
    revenue: dataset.revenue,
    k_scan: model.metrics.k_scan,
    verdict: `${model.metrics.structure.verdict}: ${model.metrics.structure.reason}`,
    stages: { dataset: datasetStages, model: modelStages }
  }
}

/** Posts, follows the job's events to its end, and fetches what it made. */
async function finished(base, path, { body, headers }) {
  const begin = performance.now()
  const accepted = await fetch(base + path, { method: 'POST', body, headers: { ...headers, prefer: 'respond-async' } })
  const job = await accepted.json()
  if (accepted.status !== 202) throw new Error(`${accepted.status}: ${JSON.stringify(job)}`)
  const stages = {}
  let stage = 'received'
  let since = begin
  const next = (name) => {
    const now = performance.now()
    stages[stage] = (stages[stage] ?? 0) + (now - since) / 1000
    stage = name
    since = now
  }
  const events = await fetch(`${base}/jobs/${job.id}/events`, { headers: { accept: 'text/event-stream' } })
  let text = ''
  let last
  for await (const part of events.body.pipeThrough(new TextDecoderStream())) {
    text += part
    const blocks = text.split('\n\n')
    text = blocks.pop()
    for (const data of blocks.map((block) => /^data: ?(.*)$/m.exec(block)?.[1])) {
      if (data === undefined) continue
      last = JSON.parse(data)
      if (last.progress.stage !== stage) next(last.progress.stage)
    }
  }
  next('answered')
  if (last?.status !== 'succeeded') throw new Error(JSON.stringify(last))
  const made = await fetch(`${base}/${last.result.type}s/${last.result.id}`)
  return { made: await made.json(), stages }
}

function measurePeer() {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import pandas, sklearn'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return JSON.parse(execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'peers/online_retail.py'), file]))
}
