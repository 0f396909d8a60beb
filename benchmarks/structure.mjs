// How often does the verdict of structure cry wolf, and what does it miss? And does the choice of k find the planted number?
// Generated customers with known truth, each case drawn ROUNDS times. After npm run build: node benchmarks/structure.mjs [ROUNDS [CUSTOMERS]]
import { drawNormal } from '../dist/domain/numeric/normal.js'
import { createRandom } from '../dist/domain/numeric/random.js'
import { trainClusters } from '../dist/domain/training.js'

const rounds = Number(process.argv[2] ?? 10)
const customers = Number(process.argv[3] ?? 1000)

/** Each draws one customer of a crowd that has no groups. */
const CROWDS = {
  'uniform, 2 features': (random) => times(2, random.next),
  'uniform, 3 features': (random) => times(3, random.next),
  'uniform, 8 features': (random) => times(8, random.next),
  'one Gaussian, 2 features': (random) => times(2, () => drawNormal(random)),
  'one Gaussian, 3 features': (random) => times(3, () => drawNormal(random)),
  'one Gaussian, 8 features': (random) => times(8, () => drawNormal(random)),
  'one Gaussian, correlated': (random) => {
    const common = 1.5 * drawNormal(random)
    return times(3, (j) => (j === 0 ? -common : common) + drawNormal(random))
  },
  'independent lognormals': (random) => times(3, () => Math.exp(drawNormal(random))),
  'correlated lognormals': (random) => {
    const common = 0.8 * drawNormal(random)
    return times(3, () => Math.exp(common + 0.6 * drawNormal(random)))
  },
  'independent, shaped like orders': (random) => [
    Math.floor(365 * random.next()),
    Math.log1p(countFrom(random, 0.55)),
    4 + drawNormal(random)
  ],
  'one kind of buyer, logarithms': (random) => {
    const orders = countFrom(random, 1 / (1 + Math.exp(-0.8 - 0.9 * drawNormal(random))))
    const since = 365 * (1 - Math.max(...times(orders, random.next)))
    return [
      Math.log1p(Math.floor(since)),
      Math.log1p(orders),
      Math.log1p(orders * Math.exp(3 + 0.8 * drawNormal(random)))
    ]
  }
}

console.log(`${customers} customers a case, ${rounds} rounds; "clusters" is a verdict other than none.\n`)
let alarms = 0
console.log('crowds without groups            clusters said  k chosen')
for (const [name, draw] of Object.entries(CROWDS)) {
  const found = times(rounds, (round) => {
    const random = createRandom(round, 1)
    return judge(
      times(customers, () => draw(random)),
      round
    )
  })
  const wrong = found.filter(({ verdict }) => verdict !== 'none').length
  alarms += wrong
  console.log(`${name.padEnd(32)} ${`${wrong} of ${rounds}`.padEnd(14)} ${found.map(({ k }) => k).join(' ')}`)
}
console.log(`false alarms: ${percent(alarms, rounds * Object.keys(CROWDS).length)}\n`)

console.log('planted groups, 3 features       clusters said  k found        verdicts')
for (const separation of [2, 3, 4, 6]) {
  let seen = 0
  let right = 0
  for (const k of [3, 4, 5, 6, 7, 8]) {
    const found = times(rounds, (round) => judge(plant(k, separation, createRandom(round, k, separation)), round))
    const clusters = found.filter(({ verdict }) => verdict !== 'none').length
    const exact = found.filter((each) => each.k === k).length
    seen += clusters
    right += exact
    const name = `${k} groups, ${separation} deviations apart`
    const verdicts = ['strong', 'reasonable', 'weak', 'none']
      .map((verdict) => `${found.filter((each) => each.verdict === verdict).length} ${verdict}`)
      .filter((text) => !text.startsWith('0'))
    console.log(
      `${name.padEnd(32)} ${`${clusters} of ${rounds}`.padEnd(14)} ${`${exact} of ${rounds}`.padEnd(14)} ${verdicts.join(', ')}`
    )
  }
  console.log(`missed: ${percent(6 * rounds - seen, 6 * rounds)}, right k: ${percent(right, 6 * rounds)}\n`)
}

function judge(rows, seed) {
  const names = rows[0].map((_, j) => `feature_${j}`)
  const { k_choice, metrics } = trainClusters(
    { names, columns: names.map((_, j) => Float64Array.from(rows, (row) => row[j])), n: rows.length },
    {
      features: names,
      transform: 'none',
      scale: 'standard',
      outliers: { policy: 'keep', method: 'iqr', factor: 1.5, features: [] },
      k: { min: 2, max: 10 },
      min_segment_share: 0.01,
      distance: 'euclidean',
      restarts: 3,
      max_iterations: 300,
      seed,
      vocabulary: 'auto',
      window_days: null
    },
    { progress: () => {}, cancelled: () => false }
  )
  return { k: k_choice.k, verdict: metrics.structure.verdict }
}

/** Gaussian groups of deviation 1 whose centres are `separation` apart or more, as close together as chance packs them. */
function plant(k, separation, random) {
  let side = separation
  const centres = []
  while (centres.length < k) {
    const centre = times(3, () => side * random.next())
    if (centres.every((other) => Math.hypot(...other.map((x, j) => x - centre[j])) >= separation)) centres.push(centre)
    else side *= 1.01
  }
  return times(customers, (i) => centres[i % k].map((x) => x + drawNormal(random)))
}

function countFrom(random, again) {
  let count = 1
  while (count < 500 && random.next() < again) count++
  return count
}

function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`
}
