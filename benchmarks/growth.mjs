// How time and memory of k-means grow with the number of customers: each size in a process of its own, so that its
// peak is its own. Usage: npm run bench:growth [-- n …]
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

const SIZES = [4300, 10_000, 100_000, 1_000_000, 10_000_000]
const THREADS = Number(process.env.THREADS ?? 2)

if (process.argv[2] === '--one') await measure(Number(process.argv[3]), Number(process.argv[4]))
else {
  const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${THREADS} threads, k 10, ten starts\n`
  )
  console.log('| n × d | seconds | ns a row and start | peak memory MB | of it the rows as they came |')
  console.log('|---|---|---|---|---|')
  for (const d of [3, 8]) {
    // Ten million rows of eight would be 640 MB before anything is done with them.
    for (const n of sizes.filter((size) => d === 3 || size <= 1_000_000)) {
      const answer = execFileSync(process.execPath, [import.meta.filename, '--one', n, d].map(String))
      const { seconds, peak } = JSON.parse(answer.toString())
      const nanoseconds = (seconds * 1e9) / n / 10
      console.log(
        `| ${n} × ${d} | ${seconds.toFixed(3)} | ${nanoseconds.toFixed(1)} | ${Math.round(peak)} | ${Math.round((n * d * 8) / 1e6)} |`
      )
    }
  }
}

async function measure(n, d) {
  const [{ kernelModule }, { PreparedRows }, { createMemory }, { ThreadCrew }, { crowd }] = await Promise.all([
    import('../dist/data/kernel-module.js'),
    import('../dist/domain/clustering/wasm/prepared-rows.js'),
    import('../dist/domain/kernels/kernels.js'),
    import('../dist/jobs/workers/crew.js'),
    import('./crowd.mjs')
  ])
  const crew = new ThreadCrew(kernelModule(), createMemory(2 ** 32), THREADS)
  const cluster = (matrix) =>
    new PreparedRows(crew, matrix, 1).sweep({ ks: [10], restarts: 10, max_iterations: 300, seed: 1, settle: false })
  const small = crowd(4300, d)
  for (let turn = 0; turn < 20; turn++) cluster(small)
  const matrix = crowd(n, d)
  const times = []
  for (let turn = 0; turn < (n > 100_000 ? 1 : 5); turn++) {
    const start = performance.now()
    cluster(matrix)
    times.push((performance.now() - start) / 1000)
  }
  const peak = process.resourceUsage().maxRSS / 1000
  console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b)[times.length >> 1], peak }))
  await crew.close()
}
