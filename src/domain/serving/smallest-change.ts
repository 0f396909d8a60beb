import { scaleValue, toUnitLength, unscaleValue } from '../features/scaling.ts'
import { type Box, type Budget, type HalfSpace, nearestInside } from '../numeric/nearest-inside.ts'
import type { ModelFit } from '../records/model.ts'
import type { Assigner } from './assign.ts'
import { placeOf, rivalsOf } from './contributions.ts'
import { isWhole, partsOfKind, type Range, roundPast } from './movable.ts'

export interface Move {
  /** Raw, in the order of `fit.features`. */
  values: number[]
  /** From the customer's place, in scaled space. */
  distance: number
}

/** How far inside the segment the target is sought: a rounding on the border may end on the wrong side. */
const MARGINS = [1e-9, 1e-5, 1e-2]
/** Branchings of the whole features for one part of one segment. */
const MOST_NODES = 500

/**
 * The smallest change, measured in scaled space, with which the model itself assigns the customer to `target`.
 *
 * A segment's cell is cut out by planes halfway between centroids (for the cosine distance: through the origin), so the
 * nearest place in it solves a quadratic programme. Whole features are branched on (Land & Doig 1960), the others
 * rounded to what can be said, so that the result is the smallest but for the last step of those.
 *
 * @param values raw, none absent
 * @param reach where each feature may go
 * @returns null where no change was found that the model confirms
 */
export function smallestMove(
  fit: ModelFit,
  assigner: Assigner,
  values: readonly number[],
  reach: Range[],
  target: number,
  budget: Budget
): Move | null {
  const parts = partsOfKind(fit, fit.segments[target]!.kind, reach)
  for (const margin of MARGINS) {
    const planes = planesOf(fit, target, margin)
    let best: Move | null = null
    for (const part of parts) best = search({ fit, assigner, values, target, planes, budget }, part, best)
    if (best !== null) return best
  }
  return null
}

interface Task {
  fit: ModelFit
  assigner: Assigner
  values: readonly number[]
  target: number
  planes: HalfSpace[]
  budget: Budget
}

/** Depth first, the nearer branch before the farther one; what cannot beat the best is cut off. */
function search(task: Task, part: Range[], found: Move | null): Move | null {
  const { fit, values, planes, budget } = task
  const start = placeOf(fit, values)
  const open: Range[][] = [wholeOnly(fit, part)]
  let best = found
  for (let node = 0; node < MOST_NODES && budget.left > 0; node++) {
    const ranges = open.pop()
    if (ranges === undefined) break
    if (ranges.some(({ lower, upper }) => lower > upper)) continue
    const place = nearestInside(start, boxOf(fit, ranges), planes, budget, best?.distance)
    if (place === null) continue

    const goal = fit.features.map((feature, j) => {
      const stays = Math.abs(place[j]! - start[j]!) <= 1e-9 && inside(values[j]!, ranges[j]!)
      return stays ? values[j]! : clamped(unscaleValue(place[j]!, feature), ranges[j]!)
    })
    const move = tried(task, goal, ranges)
    if (move !== null && (best === null || move.distance < best.distance)) best = move

    const split = mostBroken(fit, goal)
    if (split === null) continue
    const { lower, upper } = ranges[split]!
    const low = ranges.with(split, { lower, upper: Math.floor(goal[split]!) })
    const high = ranges.with(split, { lower: Math.ceil(goal[split]!), upper })
    open.push(...(goal[split]! % 1 < 0.5 ? [high, low] : [low, high]))
  }
  return best
}

/** The goal in values that can be said, where the model confirms it. */
function tried({ fit, assigner, values, target }: Task, goal: number[], ranges: Range[]): Move | null {
  const said = goal.map((value, j) => clamped(roundPast(fit.features[j]!.name, value, values[j]!), ranges[j]!))
  if (assigner.assign(said).segment !== target) return null
  return { values: said, distance: wayBetween(fit, values, said) }
}

/** Straight distance in scaled space between two customers. */
export function wayBetween(fit: ModelFit, from: readonly number[], to: readonly number[]): number {
  const start = placeOf(fit, from)
  return Math.hypot(...placeOf(fit, to).map((value, j) => value - start[j]!))
}

function mostBroken({ features }: ModelFit, goal: number[]): number | null {
  let most = 1e-6
  let index: number | null = null
  goal.forEach((value, j) => {
    const broken = Math.abs(value - Math.round(value))
    if (!isWhole(features[j]!.name) || broken <= most * Math.max(1, Math.abs(value) * 1e-6)) return
    most = broken
    index = j
  })
  return index
}

const wholeOnly = ({ features }: ModelFit, part: Range[]): Range[] =>
  part.map((range, j) =>
    range.lower < range.upper && isWhole(features[j]!.name)
      ? { lower: Math.ceil(range.lower), upper: Math.floor(range.upper) }
      : range
  )

function boxOf({ features }: ModelFit, ranges: Range[]): Box {
  const scaled = (side: 'lower' | 'upper') =>
    Float64Array.from(features, (feature, j) => scaleValue(ranges[j]![side], feature))
  return { lower: scaled('lower'), upper: scaled('upper') }
}

/** On the target's side of each, a point is nearer to its centroid than to the other one, by `margin` and more. */
function planesOf(fit: ModelFit, target: number, margin: number): HalfSpace[] {
  const centroidOf = (segment: number) => {
    const centroid = Float64Array.from(fit.segments[segment]!.centroid)
    if (fit.distance === 'cosine') toUnitLength(centroid, 0, centroid.length)
    return centroid
  }
  const own = centroidOf(target)
  return rivalsOf(fit, target).flatMap((segment) => {
    const other = centroidOf(segment)
    const normal = other.map((value, j) => value - own[j]!)
    const length = Math.hypot(...normal)
    if (length === 0) return []
    const halfway = other.reduce((sum, value, j) => sum + (value ** 2 - own[j]! ** 2) / 2, 0)
    const offset = fit.distance === 'cosine' ? 0 : halfway / length
    return [{ normal: normal.map((value) => value / length), offset: offset - margin }]
  })
}

const inside = (value: number, { lower, upper }: Range): boolean => value >= lower && value <= upper
const clamped = (value: number, { lower, upper }: Range): number => Math.min(Math.max(value, lower), upper)
