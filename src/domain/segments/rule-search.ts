import { ABSENT } from './rule-cuts.ts'
import { type RuleColumn, type RuleSample, type SampledColumn, sampleColumns } from './rule-sample.ts'

/** `at: 'least'`: the feature is at or above the threshold; an absent value fulfils neither. */
export interface Condition {
  feature: string
  at: 'least' | 'most'
  threshold: number
}

/** All conditions together. Precision and coverage are those of the thresholds as they stand, over all customers. */
export interface FoundRule {
  conditions: Condition[]
  precision: number
  coverage: number
}

const MOST_CONDITIONS = 3
/** Unfinished rules kept at each depth. */
const BEAM = 6
/** A further condition has to raise the F1 score by so much: short rules are remembered. */
const WORTHWHILE = 0.01
/** Adding a row to the histograms of a column, or asking it one question, costs about as much as so many multiplications. */
const ROW_UNITS = 8

/**
 * For each segment the short conjunction of thresholds that describes it best (greatest F1 score), found by
 * beam search over histograms of rounded quantile cuts. Deterministic.
 *
 * @param columns features a rule may speak of, in the order in which their conditions are written
 * @param labels segment of each customer, 0 to `segments` − 1
 * @param how.sample of the columns, where it is there already
 * @param how.spend told of the work done, and may throw to stop
 */
export function findRules(
  columns: readonly RuleColumn[],
  labels: Int32Array,
  segments: number,
  how: { sample?: RuleSample | undefined; spend?: (units: number) => void } = {}
): FoundRule[] {
  const { spend = () => {} } = how
  const sample = how.sample ?? sampleColumns(columns, labels, segments, spend)
  return Array.from({ length: segments }, (_, segment) => {
    const conditions = search(sample, segment, spend)
    spend(labels.length * (1 + conditions.length) * ROW_UNITS)
    return { conditions, ...measure(conditions, columns, labels, segment) }
  })
}

/** Precision and coverage of a rule for one segment; precision is 0 where nobody fulfils the rule. */
export function measure(
  conditions: readonly Condition[],
  columns: readonly RuleColumn[],
  labels: Int32Array,
  segment: number
): { precision: number; coverage: number } {
  const fulfils = new Uint8Array(labels.length).fill(1)
  for (const { feature, at, threshold } of conditions) {
    const { values } = columns.find(({ name }) => name === feature)!
    if (at === 'least') for (let i = 0; i < labels.length; i++) fulfils[i]! &= values[i]! >= threshold ? 1 : 0
    else for (let i = 0; i < labels.length; i++) fulfils[i]! &= values[i]! <= threshold ? 1 : 0
  }
  let fulfilling = 0
  let members = 0
  let both = 0
  for (let i = 0; i < labels.length; i++) {
    const inside = labels[i] === segment ? 1 : 0
    members += inside
    fulfilling += fulfils[i]!
    both += fulfils[i]! & inside
  }
  return { precision: fulfilling > 0 ? both / fulfilling : 0, coverage: members > 0 ? both / members : 0 }
}

interface Partial {
  conditions: Condition[]
  /** Rows of the sample that fulfil them. */
  rows: Uint32Array
  score: number
}

function search(sample: RuleSample, segment: number, spend: (units: number) => void): Condition[] {
  const { columns, labels, weights } = sample
  const everyone = Uint32Array.from(labels.keys())
  let total = 0
  let members = 0
  for (const label of labels) {
    total += weights[label]!
    if (label === segment) members += weights[label]!
  }
  let best: Partial = { conditions: [], rows: everyone, score: (2 * members) / (total + members) }
  let beam = [best]
  for (let depth = 0; depth < MOST_CONDITIONS; depth++) {
    const next = beam.flatMap((partial) => {
      spend(partial.rows.length * columns.length * ROW_UNITS)
      return extend(partial, columns, labels, weights, segment, members)
    })
    beam = distinct(next.sort((a, b) => b.score - a.score))
      .slice(0, BEAM)
      .map(({ open }) => open())
    if (beam[0] !== undefined && beam[0].score >= best.score + WORTHWHILE) best = beam[0]
  }
  const place = (condition: Condition) => columns.findIndex(({ name }) => name === condition.feature)
  return [...best.conditions].sort((a, b) => place(a) - place(b) || (a.at < b.at ? -1 : 1))
}

interface Extension {
  score: number
  key: string
  open: () => Partial
}

/** The best threshold of each feature in each direction, for the rows that are still in. */
function extend(
  partial: Partial,
  columns: readonly SampledColumn[],
  labels: Int32Array,
  weights: Float64Array,
  segment: number,
  members: number
): Extension[] {
  const extensions: Extension[] = []
  for (const { name, cuts, codes } of columns) {
    const all = new Float64Array(256)
    const hits = new Float64Array(256)
    addUp(partial.rows, codes, labels, weights, segment, all, hits)
    for (const at of ['most', 'least'] as const) {
      const { cut, score } = bestCut(all, hits, cuts.length, at, members)
      if (cut < 0) continue
      const kept = partial.conditions.filter((condition) => condition.feature !== name || condition.at !== at)
      const conditions = [...kept, { feature: name, at, threshold: cuts[cut]! }]
      const border = 2 * cut + 1
      const inside = (code: number) => code !== ABSENT && (at === 'most' ? code <= border : code >= border)
      extensions.push({
        score,
        key: conditions
          .map((condition) => `${condition.feature} ${condition.at} ${condition.threshold}`)
          .sort()
          .join('&'),
        open: () => ({ conditions, score, rows: keep(partial.rows, codes, inside) })
      })
    }
  }
  return extensions
}

/** Histograms over the codes: of all rows, and of those of the segment. The loop that the search spends its time in. */
function addUp(
  rows: Uint32Array,
  codes: Uint8Array,
  labels: Int32Array,
  weights: Float64Array,
  segment: number,
  all: Float64Array,
  hits: Float64Array
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const label = labels[row]!
    const weight = weights[label]!
    all[codes[row]!]! += weight
    if (label === segment) hits[codes[row]!]! += weight
  }
}

function keep(rows: Uint32Array, codes: Uint8Array, inside: (code: number) => boolean): Uint32Array {
  const passes = Uint8Array.from({ length: 256 }, (_, code) => (inside(code) ? 1 : 0))
  const kept = new Uint32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) if (passes[codes[rows[i]!]!] === 1) kept[count++] = rows[i]!
  return kept.slice(0, count)
}

/** F1 = 2·hits / (fulfilling + members), from histograms over the codes. */
function bestCut(all: Float64Array, hits: Float64Array, cuts: number, at: 'most' | 'least', members: number) {
  let best = { cut: -1, score: 0 }
  let fulfilling = 0
  let found = 0
  const add = (code: number) => {
    fulfilling += all[code]!
    found += hits[code]!
  }
  for (let step = 0; step < cuts; step++) {
    const cut = at === 'most' ? step : cuts - 1 - step
    add(at === 'most' ? 2 * cut : 2 * cut + 2)
    add(2 * cut + 1)
    const score = (2 * found) / (fulfilling + members)
    if (score > best.score) best = { cut, score }
  }
  return best
}

function distinct(extensions: readonly Extension[]): Extension[] {
  const seen = new Set<string>()
  return extensions.filter(({ key }) => !seen.has(key) && seen.add(key))
}
