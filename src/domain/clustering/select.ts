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

type SelectOptions = SweepOptions & Pick<TrainingOptions, 'k' | 'min_segment_share'>

/**
 * The clustering to use out of a sweep. A k that the caller gave stands. Over a range the vote decides among clusterings
 * without too small segments; where a few extreme customers make a tiny cluster in every one of them, the tiny
 * clusters are dissolved and the vote is held among the results.
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
  if (typeof options.k === 'number') return givenK(candidates[0]!, options)

  const share = options.min_segment_share
  const elected = electK(candidates, share, hints)
  if (elected !== undefined) return { ...elected, limitations: [] }

  const results = withoutTiny(matrix, candidates, Math.ceil(share * matrix.n), options.k.min, options, workshop)
  // The stabilities found before are those of other clusterings.
  const again = electK(results, share, { evidence: hints.evidence })
  if (again === undefined) {
    const last = leastUneven(candidates, share)
    return { ...last, limitations: [smallestSentence(last.candidate, share)] }
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

function givenK(candidate: Candidate, { min_segment_share }: SelectOptions): Selection {
  const found = candidate.clustering.k
  const limitations = [
    ...(found < candidate.k ? [`${candidate.k} segments were asked for, but only ${found} attract any customer.`] : []),
    ...(smallestShare(candidate) < min_segment_share ? [smallestSentence(candidate, min_segment_share)] : [])
  ]
  return { candidate, choice: { k: found, reason: `k = ${candidate.k} was given.`, votes: [] }, limitations }
}

const smallestSentence = ({ clustering }: Candidate, share: number): string =>
  `The smallest segment holds ${Math.min(...clustering.sizes)} of ${clustering.labels.length} customers, less than the ${percent(share)} of min_segment_share: little can be said about so few.`

/** For each k that is left after dissolving, from `fewest` up, the result with the lowest inertia; ascending k. */
function withoutTiny(
  matrix: Matrix,
  candidates: Candidate[],
  minMembers: number,
  fewest: number,
  options: SweepOptions,
  workshop: Workshop
): Candidate[] {
  const results = candidates
    .map(({ clustering }) => dissolveTiny(matrix, clustering, minMembers, options, workshop))
    .filter((found) => found !== undefined)
    .map((found) => ({ k: found.clustering.k, ...found }))
    .filter(({ k }) => k >= Math.max(2, fewest))
  const best = new Map<number, Candidate>()
  for (const candidate of measure(matrix, results, options, workshop)) {
    const known = best.get(candidate.k)
    if (known === undefined || candidate.compactness.inertia < known.compactness.inertia)
      best.set(candidate.k, candidate)
  }
  return [...best.values()].sort((a, b) => a.k - b.k)
}

const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`
