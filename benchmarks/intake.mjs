// How long does a file of order lines take to become a dataset, and how much memory, as files grow? Against pandas and
// against plain DuckDB that is told everything about the file. Usage: npm run bench:intake [-- LINES …]
// 54 million lines are a file of 4.5 GB: they are measured only when asked for.
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { cpus, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readConfig } from '../dist/config.js'
import { Folders } from '../dist/data/folders.js'
import { openIntake } from '../dist/data/intake/intake.js'
import { DEFAULT_TENANT } from '../dist/domain/tenant.js'

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'
const shared = process.env.TESSERA_DATA ?? join(import.meta.dirname, '../../shared/data')
const retail = join(shared, 'online-retail/OnlineRetail.csv.gz')
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [540_000, 5_400_000]
const folder = mkdtempSync(join(tmpdir(), 'tessera-intake-'))

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}\n`)
console.log('| lines | MB | by | seconds | million lines a second | peak memory MB, all processes | kept |')
console.log('|---|---|---|---|---|---|---|')
try {
  if (process.argv.length === 2 && existsSync(retail)) {
    const file = join(folder, 'retail.csv')
    writeFileSync(file, gunzipSync(readFileSync(retail)))
    await compare(file, 541_909, 'latin-1')
  }
  for (const lines of sizes) {
    const file = join(folder, 'generated.csv')
    await generate(file, lines)
    await compare(file, lines, 'utf-8')
    rmSync(file)
  }
} finally {
  rmSync(folder, { recursive: true })
}

async function compare(file, lines, encoding) {
  const megabytes = Math.round(Number(execFileSync('stat', ['-c', '%s', file])) / 1e6)
  const show = (by, { seconds, peak, kept }) =>
    console.log(
      `| ${lines} | ${megabytes} | ${by} | ${seconds.toFixed(2)} | ${(lines / seconds / 1e6).toFixed(2)} | ${Math.round(peak)} | ${kept} |`
    )
  show('Tessera', await ours(file))
  const duckdb = join(import.meta.dirname, 'peers/intake-duckdb.mjs')
  show('plain DuckDB', JSON.parse(execFileSync(process.execPath, [duckdb, file, encoding]).toString()))
  // pandas keeps each text of each line: some ten times the file.
  if (megabytes * 1e6 * 12 > freemem()) {
    console.log(`| ${lines} | ${megabytes} | pandas | needs more memory than there is | | | |`)
    return
  }
  const pandas = spawnSync(PYTHON, [join(import.meta.dirname, 'peers/intake.py'), file, encoding])
  if (pandas.status === 0) show('pandas', JSON.parse(pandas.stdout.toString()))
  else console.log(`| ${lines} | ${megabytes} | pandas | did not end: ${pandas.signal ?? pandas.status} | | | |`)
}

/** As the service reads by its defaults: in a child process. The peak is that of the child and of this process together. */
async function ours(file) {
  const dataDir = join(folder, 'data')
  const folders = new Folders(dataDir)
  const memoryBytes = readConfig({}).INTAKE_MEMORY_BYTES
  const limits = { processes: 1, memoryBytes, decompressedMaxBytes: 2 ** 40, rowsMax: 2e8 }
  const intake = openIntake(folders, { ...limits, badRowsMaxShare: 0.01, spare: false })
  const upload = folders.upload(DEFAULT_TENANT, 'upload')
  mkdirSync(join(upload, '..'), { recursive: true })
  execFileSync('ln', [file, upload])
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(
      peak,
      residentMegabytes(process.pid) + childrenOf(process.pid).reduce((sum, pid) => sum + residentMegabytes(pid), 0)
    )
  }, 50)
  const start = performance.now()
  const request = {
    uploads: [{ id: 'upload', filename: null }],
    datasetId: 'ds_bench',
    jobId: 'job_bench',
    options: {}
  }
  const hooks = { signal: new AbortController().signal, onProgress() {} }
  try {
    const summary = await intake.read(DEFAULT_TENANT, request, hooks)
    return { seconds: (performance.now() - start) / 1000, peak, kept: summary.counts.rows_kept }
  } finally {
    clearInterval(watch)
    await intake.close()
    rmSync(dataDir, { recursive: true })
  }
}

function residentMegabytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
  } catch {
    return 0
  }
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  )
}

/** Lines of the form of Online Retail: a quarter without a customer, some cancelled, quoted commas; a customer for every 130 lines. */
async function generate(file, lines) {
  let state = 7
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  // The first are met most often.
  const skewed = () => (random(1_000_000) / 1_000_000) ** 2
  const products = Array.from({ length: 4000 }, (_, i) => {
    const name = i % 9 === 0 ? `"TIN, SET OF ${i % 7} NO ${i}"` : `HANGING HEART HOLDER NO ${i}`
    return [`${10000 + i}${i % 3 === 0 ? 'A' : ''}`, name, (0.2 + random(2000) / 100).toFixed(2)]
  })
  const customers = Math.max(1000, Math.round(lines / 130))
  const stream = createWriteStream(file)
  stream.write('InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n')
  let rows = []
  for (let line = 0, order = 536365; line < lines; order++) {
    const cancelled = random(50) === 0
    const customer = random(4) === 0 ? '' : String(12000 + Math.floor(customers * skewed()))
    const day = random(365)
    const date = `${1 + Math.floor(day / 31)}/${1 + (day % 28)}/2011 ${8 + random(12)}:${String(random(60)).padStart(2, '0')}`
    const country = random(10) === 0 ? 'France' : 'United Kingdom'
    for (let left = 1 + random(40); left > 0 && line < lines; left--, line++) {
      const [code, name, price] = products[Math.floor(4000 * skewed())]
      const quantity = (cancelled ? -1 : 1) * (1 + random(12))
      rows.push(
        `${cancelled ? 'C' : ''}${order},${code},${name},${quantity},${date},${price},${customer},${country}\r\n`
      )
    }
    if (rows.length > 20_000) {
      if (!stream.write(rows.join(''))) await once(stream, 'drain')
      rows = []
    }
  }
  stream.end(rows.join(''))
  await once(stream, 'finish')
}
