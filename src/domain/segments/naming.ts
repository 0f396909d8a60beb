import type { OwnVocabulary } from '../records/model.ts'
import type { VocabularyName } from '../vocabulary.ts'
import { assignCheapest } from './hungarian.ts'
import {
  AXES,
  type Axis,
  BEST_MEANINGS,
  GONE_MEANINGS,
  type Meaning,
  type Position,
  PROTOTYPES,
  type Prototype,
  squaredDistance,
  VOCABULARY_MEANINGS,
  type Vocabulary
} from './meanings.ts'
import { positionSegments, type SegmentMeans, type Spread } from './positions.ts'
import { qualify, withQualifier } from './qualifiers.ts'

export type { SegmentMeans } from './positions.ts'

export interface NamedSegment {
  /** Unique within the model. */
  name: string
  /** What decides actions and colour; for a caller's own name, the nearest idea of `auto`. */
  meaning: Meaning
  position: Position
}

interface Candidate {
  name: string
  position: Position
  meaning: Meaning | null
  claims: Prototype['claims']
  reluctance: number
}

interface Chosen {
  candidate: Candidate
  /** How strongly the segment is what the name says; the strongest bearer keeps the name plain. */
  strength: number
}

/** What it costs to give a name to a segment that lies on the other side of what the name asserts. */
const UNTRUE = 6
/** Above any squared distance (positions stay within ±3): what outweighs nearness. */
const DECISIVE = 1_000
/** A name used once more becomes this much less attractive, so that no name collects all that is left over. */
const CROWDING = 1

/**
 * Name segments after where they lie between each other.
 *
 * Each name stands for a place (a prototype); segments and names are matched one to one at the least sum of
 * squared distances. With more segments than names every name is used once before any is used again, and the
 * weaker bearers get a qualifier; `auto` rather gives a fitting name twice than one that does not fit. Among
 * segments of outliers the most valuable takes the best name and the longest gone the last. Names do not depend
 * on units or on the order of the segments.
 *
 * @param means one entry per segment
 * @param spread how widely customers differ; without it segments are only compared with each other
 * @returns one entry per segment, in their order
 * @throws RangeError for a segment without customers or with means that are not finite, or a vocabulary without names
 */
export function nameSegments(
  means: readonly SegmentMeans[],
  vocabulary: VocabularyName | OwnVocabulary,
  spread?: Spread
): NamedSegment[] {
  means.forEach(check)
  const order = means.map((_, i) => i).sort((a, b) => compare(means[a]!, means[b]!) || a - b)
  const sorted = order.map((i) => means[i]!)
  const positions = positionSegments(sorted, spread)

  const candidates = candidatesOf(vocabulary)
  if (candidates.length === 0) throw new RangeError('a vocabulary needs at least one name')
  const byRank = typeof vocabulary !== 'string' && !hasPositions(vocabulary)
  const { axes, reuse }: Pick<Vocabulary, 'axes' | 'reuse'> =
    typeof vocabulary === 'string' ? VOCABULARY_MEANINGS[vocabulary] : { axes: AXES }
  const chosen = byRank
    ? sorted.map((_, rank) => ({
        candidate: candidates[rankedName(rank, sorted.length, candidates.length)]!,
        strength: -rank
      }))
    : match(sorted, positions, candidates, axes, reuse ?? DECISIVE)

  const strongFirst = sorted.map((_, i) => i).sort((a, b) => chosen[b]!.strength - chosen[a]!.strength || a - b)
  const qualifiers = qualify(strongFirst.map((i) => ({ base: chosen[i]!.candidate.name, position: positions[i]! })))

  const named: NamedSegment[] = new Array(means.length)
  strongFirst.forEach((i, at) => {
    const position = positions[i]!
    const { candidate } = chosen[i]!
    named[order[i]!] = {
      name: withQualifier(candidate.name, qualifiers[at]!),
      meaning: candidate.meaning ?? nearestMeaning(position),
      position
    }
  })
  return named
}

/** Whether a caller's names say where they belong; without any, names follow the mean spend per customer. */
export const hasPositions = (vocabulary: OwnVocabulary): boolean =>
  vocabulary.names.some((entry) => AXES.some((axis) => entry[axis] !== undefined))

function candidatesOf(vocabulary: VocabularyName | OwnVocabulary): Candidate[] {
  if (typeof vocabulary === 'string') {
    const { meanings, reluctance } = VOCABULARY_MEANINGS[vocabulary]
    return meanings.map((meaning) => ({ ...PROTOTYPES[meaning], meaning, reluctance: reluctance?.[meaning] ?? 0 }))
  }
  return vocabulary.names.map((entry) => ({
    name: entry.name,
    meaning: null,
    claims: {},
    reluctance: 0,
    position: {
      recency: within(entry.recency),
      frequency: within(entry.frequency),
      value: within(entry.value),
      average_order_value: within(entry.average_order_value)
    }
  }))
}

/** Farther out than any segment can lie, a place says nothing more. */
const within = (place = 0): number => Math.min(5, Math.max(-5, place))

/** Fewer segments than names take the first names; more share them out in runs of neighbours. */
const rankedName = (rank: number, segments: number, names: number): number =>
  segments <= names ? rank : Math.floor((rank * names) / segments)

function match(
  segments: readonly SegmentMeans[],
  positions: readonly Position[],
  candidates: readonly Candidate[],
  axes: readonly Axis[],
  reuse: number
): Chosen[] {
  const { best, gone } = notableOutliers(segments, positions)
  const bonus = (candidate: Candidate, i: number): number => {
    const { meaning } = candidate
    if (meaning === null) return 0
    const wanted = (i === best && BEST_MEANINGS.includes(meaning)) || (i === gone && GONE_MEANINGS.includes(meaning))
    return wanted ? 2 * DECISIVE : 0
  }
  const extras = segments.map((_, copy) => (copy === 0 ? 0 : reuse + (copy - 1) * CROWDING))
  const cost = positions.map((position, i) => {
    const fits = candidates.map((candidate) => misfit(position, candidate, axes) - bonus(candidate, i))
    return extras.flatMap((extra) => fits.map((fit) => fit + extra))
  })
  return assignCheapest(cost).map((column, i) => {
    const candidate = candidates[column % candidates.length]!
    const along = axes.reduce((sum, axis) => sum + positions[i]![axis] * candidate.position[axis], 0)
    return { candidate, strength: along + bonus(candidate, i) }
  })
}

function misfit(position: Position, candidate: Candidate, axes: readonly Axis[]): number {
  const untrue = axes.filter((axis) => position[axis] * (candidate.claims[axis] ?? 0) < 0).length
  return squaredDistance(position, candidate.position, axes) + UNTRUE * untrue + candidate.reluctance
}

/** Indices of the outliers that buy most and of those away longest; −1 where none stands out that way. */
function notableOutliers(segments: readonly SegmentMeans[], positions: readonly Position[]) {
  const outliers = segments.map((_, i) => i).filter((i) => segments[i]!.kind === 'outlier')
  const top = (indices: number[], axis: Axis) =>
    indices.reduce((best, i) => (best < 0 || positions[i]![axis] > positions[best]![axis] ? i : best), -1)

  const best = top(
    outliers.filter((i) => positions[i]!.value > 0 && positions[i]!.frequency > 0),
    'value'
  )
  const gone = top(
    outliers.filter((i) => i !== best && positions[i]!.recency > 0),
    'recency'
  )
  return { best, gone }
}

function nearestMeaning(position: Position): Meaning {
  const distance = (meaning: Meaning) => squaredDistance(position, PROTOTYPES[meaning].position)
  return VOCABULARY_MEANINGS.auto.meanings.reduce((best, next) => (distance(next) < distance(best) ? next : best))
}

/** Most valuable first. Any fixed order serves: it makes sums and ties independent of the segments' order. */
const compare = (a: SegmentMeans, b: SegmentMeans): number =>
  b.value - a.value || b.frequency - a.frequency || a.recency - b.recency || b.size - a.size

function check(means: SegmentMeans): void {
  if (!(means.size > 0)) throw new RangeError('a segment needs at least one customer')
  for (const value of [means.recency, means.frequency, means.value]) {
    if (!Number.isFinite(value)) throw new RangeError('the means of a segment must be finite numbers')
  }
}
