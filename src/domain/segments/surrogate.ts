import type { FeatureColumns } from '../records/model.ts'
import type { Surrogate } from '../records/surrogate.ts'
import { type RuleColumn, type RuleSample, ruleColumns, sampleColumns } from './rule-sample.ts'
import { type Bound, type RuleWords, writeRule } from './rule-text.ts'
import { growTree, type TreeNode } from './surrogate-tree.ts'

export interface SurrogateInput extends RuleWords {
  /** Raw; one row per customer. */
  features: FeatureColumns
  /** Names of the columns that the tree may speak of. */
  spoken: readonly string[]
  /** Segment of each customer, 0 to `segments` − 1. */
  labels: Int32Array
  segments: number
  /** Members of each segment among all customers, where the ones given are a sample: counts and shares are estimates then. */
  sizes?: readonly number[]
  /** Of the columns that may be spoken of, where it is there already. */
  sample?: RuleSample
}

/** A customer can always be told apart by three questions, if at all; more segments need more of them. */
const LEAST_DEPTH = 3
/** Answering one question for a customer costs about as much as so many multiplications. */
const QUESTION_UNITS = 8
/** Whole numbers: "below 7" is "at most 6". */
const WHOLE = new Set(['recency_days', 'tenure_days', 'frequency', 'distinct_products', 'category_breadth'])

/**
 * A shallow decision tree on raw features that says the same segment as the model wherever it can (a surrogate; Breiman
 * et al. 1984, Gini impurity), each leaf written as a rule. Deterministic.
 *
 * The tree is at most 3, or ⌈log₂ segments⌉ + 1, questions deep. It is grown in a sample and measured on all customers.
 * A feature that some customers do not have is left out: they would answer neither yes nor no.
 *
 * @param spend told of the work done, and may throw to stop
 */
export function mimicSegments(input: SurrogateInput, spend: (units: number) => void = () => {}): Surrogate {
  const { labels, segments } = input
  const columns = ruleColumns(input.features, input.spoken).filter(({ values }) => !values.some(Number.isNaN))
  const sample = sampleOf(columns, input, spend)
  const depth = Math.max(LEAST_DEPTH, Math.ceil(Math.log2(segments)) + 1)
  const root = growTree(sample, depth, spend)

  const leaves = leavesOf(root, sample, [])
  spend(labels.length * depth * QUESTION_UNITS)
  const counts = countMembers(root, leaves, sample, columns, labels, segments)
  const sizes = new Float64Array(segments)
  for (const label of labels) sizes[label]! += 1
  if (input.sizes !== undefined) {
    for (let at = 0; at < counts.length; at++) counts[at]! *= input.sizes[at % segments]! / sizes[at % segments]!
    sizes.set(input.sizes)
  }
  const everyone = sizes.reduce((sum, size) => sum + size, 0)
  let faithful = 0
  const told = leaves.map(({ node, path }, leaf) => {
    const inside = counts.subarray(leaf * segments, (leaf + 1) * segments)
    const customers = inside.reduce((sum, count) => sum + count, 0)
    const own = inside[node.segment]!
    faithful += own
    return {
      segment: node.segment,
      rule: writeRule(boundsOf(path), input),
      precision: customers > 0 ? own / customers : 0,
      coverage: sizes[node.segment]! > 0 ? own / sizes[node.segment]! : 0,
      customers: Math.round(customers)
    }
  })
  return {
    depth: Math.max(...leaves.map(({ path }) => path.length)),
    fidelity: everyone > 0 ? faithful / everyone : 0,
    leaves: told.sort((a, b) => a.segment - b.segment || b.customers - a.customers)
  }
}

function sampleOf(
  columns: RuleColumn[],
  { sample, labels, segments }: SurrogateInput,
  spend: (units: number) => void
): RuleSample {
  if (sample === undefined) return sampleColumns(columns, labels, segments, spend)
  const kept = new Set(columns.map(({ name }) => name))
  return { ...sample, columns: sample.columns.filter(({ name }) => kept.has(name)) }
}

interface Step {
  feature: string
  threshold: number
  side: 'below' | 'least'
}

interface Leaf {
  node: TreeNode
  path: Step[]
}

function leavesOf(node: TreeNode, sample: RuleSample, path: Step[]): Leaf[] {
  if (node.split === null) return [{ node, path }]
  const { name, cuts } = sample.columns[node.split.column]!
  const step = { feature: name, threshold: cuts[node.split.cut]! }
  return [
    ...leavesOf(node.split.below, sample, [...path, { ...step, side: 'below' }]),
    ...leavesOf(node.split.above, sample, [...path, { ...step, side: 'least' }])
  ]
}

/** Customers by leaf and segment, over all customers. */
function countMembers(
  root: TreeNode,
  leaves: Leaf[],
  sample: RuleSample,
  columns: RuleColumn[],
  labels: Int32Array,
  segments: number
): Float64Array {
  const indexOf = new Map(leaves.map(({ node }, index) => [node, index]))
  const counts = new Float64Array(leaves.length * segments)
  for (let i = 0; i < labels.length; i++) {
    let node = root
    while (node.split !== null) {
      const { column, cut, below, above } = node.split
      node = columns[column]!.values[i]! < sample.columns[column]!.cuts[cut]! ? below : above
    }
    counts[indexOf.get(node)! * segments + labels[i]!]! += 1
  }
  return counts
}

/** The tightest bounds of a path, in the order in which the tree asks. */
function boundsOf(path: Step[]): Bound[] {
  const bounds = new Map<string, Step>()
  for (const step of path) bounds.set(`${step.feature} ${step.side}`, step)
  return [...bounds.values()].map(({ feature, threshold, side }) =>
    side === 'below' && WHOLE.has(feature)
      ? { feature, at: 'most', threshold: Math.ceil(threshold) - 1 }
      : { feature, at: side, threshold }
  )
}
