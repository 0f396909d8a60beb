// How fast k-means and exact silhouettes are against scikit-learn, on the same rows, on the same machine, one after the
// other: `npm run build && node benchmarks/engine.mjs [case …]`. Needs python3 with scikit-learn.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { kernelModule } from '../dist/data/kernel-module.js'
import { PreparedRows } from '../dist/domain/clustering/wasm/prepared-rows.js'
import { createMemory } from '../dist/domain/kernels/kernels.js'
import { ThreadCrew } from '../dist/jobs/workers/crew.js'

const THREADS = Number(process.env.THREADS ?? 2)
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'
const CASES = [
  { what: 'kmeans', n: 4300, d: 3, k: 10, bar: 10, repeats: 31, peer: 9 },
  { what: 'kmeans', n: 4300, d: 8, k: 10, repeats: 31, peer: 9 },
  { what: 'kmeans', n: 100_000, d: 3, k: 10, bar: 16, repeats: 9, peer: 3 },
  { what: 'kmeans', n: 100_000, d: 8, k: 10, bar: 8, repeats: 9, peer: 3 },
  { what: 'kmeans', n: 1_000_000, d: 3, k: 10, bar: 15, repeats: 5, peer: 1 },
  { what: 'kmeans', n: 1_000_000, d: 8, k: 10, bar: 9, repeats: 5, peer: 1 },
  { what: 'silhouette', n: 20_000, d: 3, k: 4, bar: 30, repeats: 9, peer: 3 },
  { what: 'silhouette', n: 100_000, d: 8, k: 4, bar: 20, repeats: 3, peer: 1 },
  { what: 'sweep', n: 4300, d: 3, k: 10, bar: 25, repeats: 15, peer: 3 }
]

/** Until the compiler that optimises has seen the kernels. */
const WARM_UP_MS = 500

const folder = mkdtempSync(join(tmpdir(), 'engine-'))
const crew = new ThreadCrew(kernelModule(), createMemory(2 ** 32), THREADS)
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]
const python = (...args) =>
  execFileSync(PYTHON, [join(import.meta.dirname, 'peers/scikit.py'), ...args.map(String)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const OURS = {
  kmeans: (matrix, k, seed) => {
    const rows = new PreparedRows(crew, matrix, 1)
    return rows.sweep({ ks: [k], restarts: 10, max_iterations: 300, seed, settle: false })[0].loss
  },
  silhouette: (matrix, k, _, labels) => {
    const rows = new PreparedRows(crew, matrix, 1)
    rows.setLabels([{ labels, k }])
    return mean(rows.silhouettes()[0])
  },
  sweep: (matrix, k, seed) => {
    const ks = Array.from({ length: k - 1 }, (_, i) => i + 2)
    const rows = new PreparedRows(crew, matrix, ks.length)
    const results = rows.sweep({ ks, restarts: 10, max_iterations: 300, seed, settle: false })
    return rows.silhouettes().map((values, i) => [results[i].loss, mean(values)])
  }
}

/** As a service does at its start; the peer fits something small before it is measured. */
function warmUp(work) {
  const start = performance.now()
  do work()
  while (performance.now() - start < WARM_UP_MS)
}

function mean(values) {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${THREADS} threads`)
console.log('| measure | n × d, k | scikit-learn, best of | ms | Tessera ms | ratio | bar | value theirs / ours |')
console.log('|---|---|---|---|---|---|---|---|')
for (const each of CASES) {
  const { what, n, d, k, bar, repeats, peer } = each
  const name = `${what}-${n}x${d}`
  if (process.argv.length > 2 && !process.argv.slice(2).some((wanted) => name.includes(wanted))) continue
  const path = join(folder, `${n}x${d}`)
  python('data', path, n, d, k, 0)
  const file = readFileSync(path)
  const matrix = { data: new Float64Array(file.buffer, file.byteOffset, n * d), n, d }
  let labels
  if (what === 'silhouette') {
    const rows = new PreparedRows(crew, matrix, 1)
    labels = rows.sweep({ ks: [k], restarts: 3, max_iterations: 300, seed: 1 })[0].labels
    writeFileSync(`${path}.labels`, labels)
  }
  warmUp(() => OURS[what](matrix, k, 0, labels))
  const times = []
  let value
  const measure = () => {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now()
      value = OURS[what](matrix, k, repeat, labels)
      times.push(performance.now() - start)
    }
  }
  // Before and after the peer, which may take minutes: the machine is not as fast all the time.
  measure()
  const theirs = process.env.ALONE ? [{ name: '-', threads: 0, ms: Number.NaN }] : python(what, path, n, d, k, peer)
  measure()
  const ours = median(times)
  const best = theirs.reduce((a, b) => (b.ms < a.ms ? b : a))
  const show = (v) =>
    Array.isArray(v)
      ? v
          .at(-1)
          .map((x) => x?.toPrecision(7))
          .join(' & ')
      : v?.toPrecision(7)
  console.log(
    `| ${what} | ${n} × ${d}, ${k} | ${best.name} ${best.threads} thread | ${best.ms.toFixed(1)} | ${ours.toFixed(2)} | ${(best.ms / ours).toFixed(1)} | ${bar ?? ''} | ${show(best.value)} / ${show(value)} |`
  )
}
await crew.close()
rmSync(folder, { recursive: true })
