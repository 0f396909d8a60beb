import type { Budget } from '../numeric/nearest-inside.ts'
import type { ModelFit } from '../records/model.ts'
import type { Assigner } from './assign.ts'
import { contributionsTo, MEASURES, type Measure, presentValues, rivalsOf } from './contributions.ts'
import { isMovable, partsOfKind, type Range, reachOf } from './movable.ts'
import { type Move, smallestMove, wayBetween } from './smallest-change.ts'

export interface Contributions {
  measure: Measure
  /** Sums over the features. */
  own: number
  next: number | null
  /** What speaks most for the own segment comes first. */
  features: {
    feature: string
    /** Raw; the training median where absent. */
    value: number
    own: number
    next: number | null
    /** next − own: above 0 the feature speaks for the own segment, below 0 for the next one. */
    difference: number | null
  }[]
}

export interface Change {
  /** Index in the model's order. */
  segment: number
  change: { features: { feature: string; from: number; to: number }[]; distance: number } | null
  /** Sentence; null where there is a change. */
  reason: string | null
}

export interface Explanation {
  /** Index of the nearest other segment of the same kind; null where there is none. */
  next: number | null
  /** Null where the distance is a convention; see contributionsTo. */
  contributions: Contributions | null
  /** To each other segment, the nearest first. */
  changes: Change[]
  limitations: string[]
}

/** Work for one customer, in multiplications: some ten milliseconds. */
const WORK = 8_000_000
/** Rounds in which spend per order is made to fit spend and orders. */
const FITTING_ROUNDS = 12

/**
 * Why a customer is in its segment, and what would have to be otherwise for each other one.
 *
 * A change is given only when `assigner` puts the changed customer into that segment.
 *
 * @param raw one value per feature in the order of `fit.features`; null or NaN is absent
 * @param segment the customer's, index in `fit.segments`
 * @throws RangeError as Assigner.assign
 */
export function explainCustomer(
  fit: ModelFit,
  assigner: Assigner,
  raw: readonly (number | null)[],
  segment: number
): Explanation {
  const { distances } = assigner.assign(raw)
  const nearestFirst = (indices: number[]) => indices.sort((a, b) => distances[a]! - distances[b]! || a - b)
  const next = nearestFirst(rivalsOf(fit, segment))[0] ?? null
  const others = nearestFirst([...fit.segments.keys()].filter((index) => index !== segment))
  const contributions = contributionsOf(fit, raw, segment, next)
  return {
    next,
    contributions,
    changes: changesTo(fit, assigner, raw, others),
    limitations: contributions === null ? ['The customer or its segment lies at the origin and has no direction.'] : []
  }
}

function contributionsOf(
  fit: ModelFit,
  raw: readonly (number | null)[],
  segment: number,
  nextSegment: number | null
): Contributions | null {
  const own = contributionsTo(fit, raw, segment)
  const next = nextSegment === null ? null : contributionsTo(fit, raw, nextSegment)
  if (own === null) return null
  const values = presentValues(fit, raw)
  return {
    measure: MEASURES[fit.distance],
    own: sum(own),
    next: next && sum(next),
    features: fit.features
      .map(({ name }, j) => ({
        feature: name,
        value: values[j]!,
        own: own[j]!,
        next: next && next[j]!,
        difference: next && next[j]! - own[j]!
      }))
      .sort((a, b) => (b.difference ?? 0) - (a.difference ?? 0))
  }
}

function changesTo(
  fit: ModelFit,
  assigner: Assigner,
  raw: readonly (number | null)[],
  targets: readonly number[]
): Change[] {
  const values = presentValues(fit, raw)
  const absent = raw.map((value) => value === null || Number.isNaN(value))
  const reach = reachOf(fit, values, absent)
  const budget: Budget = { left: WORK }
  return targets.map((segment) => {
    const refused = (reason: string): Change => ({ segment, change: null, reason })
    if (fit.distance === 'manhattan') return refused('Smallest changes are not computed for the manhattan distance.')
    if (partsOfKind(fit, fit.segments[segment]!.kind, reach).length === 0) {
      return refused(
        fit.segments[segment]!.kind === 'cluster'
          ? 'The customer lies beyond the limits for outliers in a feature that cannot go back.'
          : 'No feature that can change reaches the limits for outliers.'
      )
    }
    const move = fittingMove(fit, assigner, values, reach, segment, budget)
    if (move !== null) return { segment, change: describe(fit, values, move), reason: null }
    if (budget.left <= 0) return refused('The search was ended before it found a change.')
    const movable = fit.features.filter(({ name }) => isMovable(name)).map(({ name }) => name)
    return refused(
      movable.length === 0
        ? "None of the model's features is one that a customer can change."
        : `No change of ${movable.join(', ')} that a customer can make, within what the training customers show, leads there.`
    )
  })
}

const describe = ({ features }: ModelFit, values: readonly number[], { values: to, distance }: Move) => ({
  features: features.flatMap(({ name }, j) =>
    to[j] === values[j] ? [] : [{ feature: name, from: values[j]!, to: to[j]! }]
  ),
  distance
})

/**
 * The smallest move; where the model has spend, orders and spend per order, one in which the third is the quotient of
 * the others, found by holding it at the quotient of the round before.
 */
function fittingMove(
  fit: ModelFit,
  assigner: Assigner,
  values: readonly number[],
  reach: Range[],
  segment: number,
  budget: Budget
): Move | null {
  const [spend, orders, perOrder] = ['monetary_value', 'frequency', 'average_order_value'].map((feature) =>
    fit.features.findIndex(({ name }) => name === feature)
  ) as [number, number, number]
  if (spend < 0 || orders < 0 || perOrder < 0) return smallestMove(fit, assigner, values, reach, segment, budget)

  let held = values[perOrder]!
  for (let round = 0; round < FITTING_ROUNDS; round++) {
    const move = smallestMove(
      fit,
      assigner,
      values,
      reach.with(perOrder, { lower: held, upper: held }),
      segment,
      budget
    )
    if (move === null) return null
    held = move.values[spend]! / move.values[orders]!
    const fitted = move.values.with(perOrder, held)
    if (assigner.assign(fitted).segment === segment)
      return { values: fitted, distance: wayBetween(fit, values, fitted) }
  }
  return null
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
