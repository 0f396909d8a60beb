// k-means on a lightweight coreset, read from disk in chunks, against the exact k-means in memory and scikit-learn's
// MiniBatchKMeans, on the same rows, one after the other: `npm run build && node benchmarks/coreset.mjs [case …]`. Inertia is
// that of all rows, added up anew for each. Needs python3 with scikit-learn; the case of 10 million rows needs 6 GB.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { kernelModule } from '../dist/data/kernel-module.js'
import { ENGINES } from '../dist/domain/clustering/engines.js'
import { Pace } from '../dist/domain/clustering/pace.js'
import { wasmEngine } from '../dist/domain/clustering/wasm-engine.js'
import { createMemory } from '../dist/domain/kernels/kernels.js'
import { fitAxes } from '../dist/domain/streaming/axes.js'
import { drawCoreset } from '../dist/domain/streaming/draw-coreset.js'
import { PlacementTally, placeCustomers } from '../dist/domain/streaming/placements.js'
import { ThreadCrew } from '../dist/jobs/workers/crew.js'

const THREADS = Number(process.env.THREADS ?? 2)
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'
const CASES = [
  { n: 1_000_000, d: 3, k: 10, seeds: 5 },
  { n: 1_000_000, d: 8, k: 10, seeds: 5 },
  { n: 10_000_000, d: 3, k: 10, seeds: 1 }
]
const DRAWS = [10_000, 50_000]
const CHUNK = 16_384

const folder = mkdtempSync(join(tmpdir(), 'coreset-'))
const pace = new Pace(() => false)
const python = (...args) =>
  execFileSync(PYTHON, [join(import.meta.dirname, 'peers/scikit.py'), ...args.map(String)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

/** Rows of a file, read anew at every scan. */
function chunksOf(path, n, d) {
  const names = Array.from({ length: d }, (_, j) => `x${j}`)
  return {
    n,
    names,
    scan(_, visit) {
      const file = openSync(path)
      const rows = new Float64Array(CHUNK * d)
      for (let first = 0; first < n; first += CHUNK) {
        const length = Math.min(CHUNK, n - first)
        readSync(file, rows, 0, length * d * 8, first * d * 8)
        const columns = names.map((_, j) => Float64Array.from({ length }, (_, i) => rows[i * d + j]))
        visit({ names, columns, n: length }, first)
      }
      closeSync(file)
    }
  }
}

const RAW = { transform: 'none', lambda: null, center: 0, scale: 1, impute: null, lower: null, upper: null }

function onCoreset(chunks, engine, { k, draws, seed }) {
  const fitted = chunks.names.map((name) => ({ name, ...RAW }))
  const { features, cloud } = fitAxes(chunks, fitted, [], 'none', pace)
  const coreset = drawCoreset(chunks, features, cloud, { apart: [], size: draws, seed }, pace)
  const options = { ks: [k], restarts: 10, max_iterations: 300, seed }
  const [{ centroids }] = engine.openWeighted(coreset.matrix, coreset.weights, 1, pace).sweep(options)
  return inertiaOf(chunks, features, centroids)
}

function inertiaOf(chunks, features, centroids) {
  const d = features.length
  const segments = Array.from({ length: centroids.length / d }, (_, c) => ({
    kind: 'cluster',
    centroid: Array.from(centroids.subarray(c * d, (c + 1) * d)),
    radius: 0
  }))
  const fit = { features, distance: 'euclidean', fences: [], segments, ranges: [] }
  const tally = new PlacementTally(fit)
  let around = 0
  placeCustomers(chunks, fit, [], [], pace, (placed) => {
    tally.add(placed)
    for (const distance of placed.distances) around += distance * distance
  })
  return around
}

function timed(work) {
  const start = performance.now()
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, value }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const percent = (ratio) => `${((ratio - 1) * 100).toFixed(3)} %`

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${THREADS} threads`)
console.log('| n × d, k | by | seconds | of all cores | inertia above the exact one, each seed |')
console.log('|---|---|---|---|---|')
for (const { n, d, k, seeds } of CASES) {
  const name = `${n}x${d}`
  if (process.argv.length > 2 && !process.argv.slice(2).includes(name)) continue
  const path = join(folder, name)
  python('data', path, n, d, k, 0)
  const chunks = chunksOf(path, n, d)
  const crew = new ThreadCrew(kernelModule(), createMemory(2 ** 32), THREADS)
  const engine = wasmEngine(crew, ENGINES.euclidean)
  const all = Array.from({ length: seeds }, (_, seed) => seed)
  const rows = []
  for (const draws of DRAWS) {
    const runs = all.map((seed) => timed(() => onCoreset(chunks, engine, { k, draws, seed })))
    rows.push({ by: `coreset of ${draws}`, runs })
  }
  console.error(`${name}: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB after the coresets`)

  const bytes = readFileSync(path)
  const matrix = { data: new Float64Array(bytes.buffer, bytes.byteOffset, n * d), n, d }
  const exact = all.map((seed) =>
    timed(() => engine.open(matrix, 1, pace).sweep({ ks: [k], restarts: 10, max_iterations: 300, seed })[0].loss)
  )
  const best = Math.min(...exact.map(({ value }) => value))
  rows.unshift({ by: 'exact, 10 starts', runs: exact })
  await crew.close()
  for (const { ms, threads, value } of python('minibatch', path, n, d, k, seeds)) {
    const runs = value.map(({ cpu, inertia }) => ({ seconds: ms / 1000, cpu, value: inertia }))
    rows.push({ by: `MiniBatchKMeans, ${threads} thread`, runs })
  }
  for (const { by, runs } of rows) {
    const seconds = median(runs.map((run) => run.seconds)).toFixed(2)
    const cpu = median(runs.map((run) => run.cpu)).toFixed(2)
    const above = runs.map(({ value }) => percent(value / best)).join(', ')
    console.log(`| ${n} × ${d}, ${k} | ${by} | ${seconds} | ${cpu} | ${above} |`)
  }
  rmSync(path)
}
rmSync(folder, { recursive: true })
