import type { KChoice } from '../records/model.ts'
import { type Candidate, smallestShare } from './sweep.ts'

interface Choice {
  candidate: Candidate
  choice: KChoice
}

/**
 * Chooses among clusterings of the same rows by vote: silhouette and Calinski-Harabasz for their highest value,
 * Davies-Bouldin for its lowest, and the elbow of the inertia. The k with most votes wins, of equals the one with the
 * better silhouette. Only clusterings whose smallest cluster holds `minShare` of the rows stand for election.
 *
 * @returns undefined when none of them does
 */
export function electK(candidates: Candidate[], minShare: number): Choice | undefined {
  const eligible = candidates.filter((candidate) => smallestShare(candidate) >= minShare)
  if (eligible.length === 0) return undefined

  const votes = [
    vote('silhouette', eligible, ({ silhouette }) => silhouette.mean),
    vote('davies_bouldin', eligible, ({ compactness }) => negated(compactness.davies_bouldin)),
    vote('calinski_harabasz', eligible, ({ compactness }) => compactness.calinski_harabasz),
    vote('elbow', eligible, elbowDepth(candidates))
  ].filter((each) => each !== undefined)

  const count = ({ k }: Candidate) => votes.filter((each) => each.k === k).length
  const winner = eligible.reduce((best, next) => {
    const lead = count(next) - count(best)
    return lead > 0 || (lead === 0 && silhouetteOf(next) > silhouetteOf(best)) ? next : best
  })
  return {
    candidate: winner,
    choice: { k: winner.k, reason: reasonFor(winner, votes, candidates, eligible, minShare), votes }
  }
}

/** The last resort where no clustering has clusters that are large enough: the one whose smallest is largest. */
export function leastUneven(candidates: Candidate[], minShare: number): Choice {
  const best = candidates.reduce((most, next) => (smallestShare(next) > smallestShare(most) ? next : most))
  return {
    candidate: best,
    choice: {
      k: best.k,
      reason: `With no k did every segment hold ${percent(minShare)} of the customers, so ${best.k} was taken, whose smallest segment is the largest, with ${percent(smallestShare(best))}.`,
      votes: []
    }
  }
}

const silhouetteOf = ({ silhouette }: Candidate) => silhouette.mean ?? Number.NEGATIVE_INFINITY
const negated = (value: number | null) => (value === null ? null : -value)
const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`

/** The candidate with the highest figure, the smaller k on a tie; undefined where no figure is defined. */
function vote(criterion: string, candidates: Candidate[], figure: (candidate: Candidate) => number | null) {
  let best: { k: number; figure: number } | undefined
  for (const candidate of candidates) {
    const value = figure(candidate)
    if (value !== null && (best === undefined || value > best.figure)) best = { k: candidate.k, figure: value }
  }
  return best && { criterion, k: best.k }
}

/**
 * How far the inertia lies below the straight line from the first k to the last, as a share of its whole fall
 * (the kneedle of Satopää et al. 2011). The ends are no elbow, so three k are needed.
 */
function elbowDepth(candidates: Candidate[]): (candidate: Candidate) => number | null {
  const first = candidates[0]!
  const last = candidates.at(-1)!
  const fall = first.compactness.inertia - last.compactness.inertia
  return (candidate) => {
    if (candidate === first || candidate === last || !(fall > 0)) return null
    const along = (candidate.k - first.k) / (last.k - first.k)
    return (first.compactness.inertia - candidate.compactness.inertia) / fall - along
  }
}

const CRITERION_NAMES: Record<string, string> = {
  silhouette: 'the silhouette',
  davies_bouldin: 'Davies-Bouldin',
  calinski_harabasz: 'Calinski-Harabasz',
  elbow: 'the elbow of the inertia'
}

function reasonFor(
  winner: Candidate,
  votes: KChoice['votes'],
  candidates: Candidate[],
  eligible: Candidate[],
  minShare: number
): string {
  const { k } = winner
  if (candidates.length === 1) return `${k} is the only choice (${figuresOf(winner)}).`

  const mine = votes.filter((each) => each.k === k).map(({ criterion }) => CRITERION_NAMES[criterion])
  const others = votes
    .filter((each) => each.k !== k)
    .map(({ criterion, k: other }) => `${CRITERION_NAMES[criterion]} prefers ${other}`)
  const left = candidates.length - eligible.length
  const skipped =
    left > 0
      ? `; ${left} of ${candidates.length} values of k were left out because a segment would hold less than ${percent(minShare)}`
      : ''
  const preferred = mine.length > 0 ? ` is preferred by ${mine.join(', ')}` : ' was chosen by its silhouette'
  return `${k}${preferred} (${figuresOf(winner)})${others.length > 0 ? `, while ${others.join(', ')}` : ''}${skipped}.`
}

function figuresOf(candidate: Candidate): string {
  const { silhouette, compactness } = candidate
  return [
    silhouette.mean === null ? null : `silhouette ${silhouette.mean.toFixed(3)}`,
    compactness.davies_bouldin === null ? null : `Davies-Bouldin ${compactness.davies_bouldin.toFixed(3)}`,
    `smallest segment ${percent(smallestShare(candidate))} of the customers`
  ]
    .filter((figure) => figure !== null)
    .join(', ')
}
