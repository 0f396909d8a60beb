// How fast is k-means against what else there is in JavaScript? The same rows, one after the other, ten starts each.
// ml-kmeans and skmeans stop by rules of their own; what they reach is printed beside. Usage: npm run bench:javascript
import { cpus } from 'node:os'
import { kmeans as mlKmeans } from 'ml-kmeans'
import skmeans from 'skmeans'
import { kernelModule } from '../dist/data/kernel-module.js'
import { lloydEngine } from '../dist/domain/clustering/lloyd.js'
import { Pace } from '../dist/domain/clustering/pace.js'
import { PreparedRows } from '../dist/domain/clustering/wasm/prepared-rows.js'
import { createMemory } from '../dist/domain/kernels/kernels.js'
import { ThreadCrew } from '../dist/jobs/workers/crew.js'
import { crowd } from './crowd.mjs'

const THREADS = Number(process.env.THREADS ?? 2)
const STARTS = 10
const CASES = [
  { n: 4300, d: 3, k: 4 },
  { n: 4300, d: 3, k: 10 },
  { n: 4300, d: 8, k: 10 },
  { n: 100_000, d: 3, k: 10 },
  { n: 100_000, d: 8, k: 10 }
]

const crew = new ThreadCrew(kernelModule(), createMemory(2 ** 32), THREADS)
const pace = new Pace(() => false)
const options = { restarts: STARTS, max_iterations: 300 }

/** Each returns the inertia it reached. */
const CANDIDATES = {
  'Tessera, kernels': ({ matrix, k, seed }) =>
    new PreparedRows(crew, matrix, 1).sweep({ ...options, ks: [k], seed, settle: false })[0].loss,
  'Tessera, plain TypeScript': ({ matrix, k, seed }) => lloydEngine.kmeans(matrix, { ...options, k, seed }, pace).loss,
  'ml-kmeans': ({ rows, k, seed }) =>
    bestOf((start) => {
      const { clusters, centroids } = mlKmeans(rows, k, { seed: seed * STARTS + start, maxIterations: 300 })
      return inertia(rows, clusters, centroids)
    }),
  skmeans: ({ rows, k }) =>
    bestOf(() => {
      const { idxs, centroids } = skmeans(rows, k, 'kmpp', 300)
      return inertia(rows, idxs, centroids)
    })
}

const bestOf = (run) => Math.min(...Array.from({ length: STARTS }, (_, start) => run(start)))

function inertia(rows, labels, centroids) {
  let sum = 0
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) sum += (value - centroids[labels[i]][j]) ** 2
  }
  return sum
}

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${THREADS} threads for the kernels\n`)
console.log('| n × d, k | by | ms | times as long as the kernels | inertia |')
console.log('|---|---|---|---|---|')
for (const { n, d, k } of CASES) {
  const matrix = crowd(n, d)
  const rows = Array.from({ length: n }, (_, i) => Array.from(matrix.data.subarray(i * d, (i + 1) * d)))
  let fastest
  for (const [by, run] of Object.entries(CANDIDATES)) {
    const repeats = n > 10_000 ? (by.includes('kernels') ? 5 : 1) : 9
    const times = []
    let reached
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now()
      reached = run({ matrix, rows, k, seed: repeat })
      times.push(performance.now() - start)
    }
    const ms = times.sort((a, b) => a - b)[repeats >> 1]
    fastest ??= ms
    console.log(
      `| ${n} × ${d}, ${k} | ${by} | ${ms.toFixed(1)} | ${(ms / fastest).toFixed(1)} | ${reached.toPrecision(7)} |`
    )
  }
}
await crew.close()
