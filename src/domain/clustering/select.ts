import type { Matrix } from '../numeric/matrix.ts'
import type { KChoice, TrainingOptions } from '../records/model.ts'
import { electK, leastUneven } from './choose-k.ts'
import { dissolveTiny } from './dissolve-tiny.ts'
import { type Candidate, type Hints, measure, type SweepOptions, smallestShare } from './sweep.ts'
import type { Workshop } from './workshop.ts'

export interface Selection {
  candidate: Candidate
  choice: KChoice
  limitations: string[]
}

type SelectOptions = SweepOptions &
  Pick<TrainingOptions, 'k' | 'min_segment_share' | 'min_segment_size'> & {
    /** Rows that every cluster must have, where the caller asked for that. */
    minSize?: number
  }

/**
 * The clustering to use out of a sweep. A k that the caller gave stands. Over a range the vote decides among clusterings
 * without too small segments; where a few extreme customers make a tiny cluster in every one of them, the tiny
 * clusters are dissolved and the vote is held among the results.
 *
 * Where the caller asked for a least size, no cluster is smaller: those that are dissolve, also at a given k.
 *
 * @param candidates of ascending k, at least one
 */
export function selectClustering(
  matrix: Matrix,
  candidates: Candidate[],
  options: SelectOptions,
  workshop: Workshop,
  hints: Hints = {}
): Selection {
  const { k, min_segment_share, minSize = 0 } = options
  if (typeof k === 'number') return givenK(matrix, candidates[0]!, options, workshop)

  const share = Math.max(min_segment_share, minSize / matrix.n)
  const elected = electK(candidates, share, hints)
  if (elected !== undefined) return { ...elected, limitations: [] }

  const least = Math.max(Math.ceil(min_segment_share * matrix.n), minSize)
  const results = withoutTiny(matrix, candidates, least, options, workshop)
  const several = results.filter((each) => each.k >= (minSize > 0 ? 2 : Math.max(2, k.min)))
  // The stabilities found before are those of other clusterings.
  const again = electK(several, share, { evidence: hints.evidence })
  if (again === undefined) {
    // Every candidate has a cluster of the least size, as many as it has rows for; the share may ask for more.
    const kept = minSize > 0 ? withoutTiny(matrix, candidates, minSize, options, workshop) : candidates
    return kept.some((each) => each.k > 1) || minSize === 0 ? fallBack(kept, share) : together(kept[0]!, options)
  }
  const tried =
    candidates.length > 1 ? `no k from ${candidates[0]!.k} to ${candidates.at(-1)!.k}` : `not k = ${candidates[0]!.k}`
  return {
    candidate: again.candidate,
    choice: {
      ...again.choice,
      reason: `With ${tried} does every segment hold ${percent(share)} of the customers, so smaller ones were dissolved into their neighbours. Of the results: ${again.choice.reason}`
    },
    limitations: [
      'A few extreme customers form a tiny segment at every k. The segments were formed without them and each of them joined the nearest, while k_scan shows the clusterings with them; the outlier policy "separate" or a transform may suit these data better.'
    ]
  }
}

function fallBack(candidates: Candidate[], share: number): Selection {
  const several = candidates.filter(({ k }) => k > 1)
  const last = leastUneven(several.length > 0 ? several : candidates, share)
  return { ...last, limitations: [smallestSentence(last.candidate, share)] }
}

/** Dissolving left one cluster at every k. */
function together(candidate: Candidate, { min_segment_size: size }: SelectOptions): Selection {
  const reason = `No two segments of at least ${size} customers were found: all customers are one.`
  return { candidate, choice: { k: 1, reason, votes: [] }, limitations: [`${reason} Allow smaller ones.`] }
}

function givenK(matrix: Matrix, candidate: Candidate, options: SelectOptions, workshop: Workshop): Selection {
  const { min_segment_share: share, min_segment_size: size, minSize = 0 } = options
  const large = candidate.clustering.sizes.filter((members) => members >= minSize).length
  const [dissolved] = large < candidate.clustering.k ? withoutTiny(matrix, [candidate], minSize, options, workshop) : []
  const used = dissolved ?? candidate
  const found = used.clustering.k
  const reason = dissolved
    ? `k = ${candidate.k} was given, but only ${large} of the segments had at least ${size} customers, so smaller ones were dissolved into their neighbours.`
    : `k = ${candidate.k} was given.`
  const few = dissolved
    ? [`${candidate.k} segments were asked for, but only ${found} have at least ${size} customers.`]
    : found < candidate.k
      ? [`${candidate.k} segments were asked for, but only ${found} attract any customer.`]
      : []
  const limitations = [...few, ...(smallestShare(used) < share ? [smallestSentence(used, share)] : [])]
  return { candidate: used, choice: { k: found, reason, votes: [] }, limitations }
}

const smallestSentence = ({ clustering }: Candidate, share: number): string =>
  `The smallest segment holds ${Math.min(...clustering.sizes)} of ${clustering.labels.length} customers, less than the ${percent(share)} of min_segment_share: little can be said about so few.`

/** For each k that is left after dissolving, the result with the lowest inertia; ascending k. */
function withoutTiny(
  matrix: Matrix,
  candidates: Candidate[],
  minMembers: number,
  options: SweepOptions,
  workshop: Workshop
): Candidate[] {
  const results = candidates
    .map(({ clustering }) => dissolveTiny(matrix, clustering, minMembers, options, workshop))
    .filter((found) => found !== undefined)
    .map((found) => ({ k: found.clustering.k, ...found }))
  const best = new Map<number, Candidate>()
  for (const candidate of measure(matrix, results, options, workshop)) {
    const known = best.get(candidate.k)
    if (known === undefined || candidate.compactness.inertia < known.compactness.inertia)
      best.set(candidate.k, candidate)
  }
  return [...best.values()].sort((a, b) => a.k - b.k)
}

const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`
