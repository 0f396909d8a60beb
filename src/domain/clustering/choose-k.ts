import type { Evidence } from '../quality/evidence.ts'
import { hasClusters } from '../quality/structure.ts'
import type { KChoice } from '../records/model.ts'
import { type Candidate, type Hints, smallestShare } from './sweep.ts'

interface Choice {
  candidate: Candidate
  choice: KChoice
}

/** Hennig (2007): from here on a cluster is stable, or at least a pattern. */
const STABLE = 0.75
const PATTERN = 0.6
/**
 * Chooses among clusterings of the same rows by vote: silhouette and Calinski-Harabasz for their highest value,
 * Davies-Bouldin for its lowest, the elbow of the inertia, the gap statistic by its rule, and the most clusters that
 * all stay stable. The k with most votes wins, of equals the one with the better silhouette. Only clusterings whose smallest
 * cluster holds `minShare` of the rows stand for election.
 *
 * Where the rows have no clusters, no k is right, and a crowd looks best to most criteria in two. The votes are shown but do not
 * count: the most clusters are taken, up to the elbow, that all come back as patterns under resampling.
 *
 * @returns undefined when none is eligible
 */
export function electK(candidates: Candidate[], minShare: number, hints: Hints = {}): Choice | undefined {
  const eligible = candidates.filter((candidate) => smallestShare(candidate) >= minShare)
  if (eligible.length === 0) return undefined

  const votes = [
    vote('silhouette', eligible, ({ silhouette }) => silhouette.mean),
    vote('davies_bouldin', eligible, ({ compactness }) => negated(compactness.davies_bouldin)),
    vote('calinski_harabasz', eligible, ({ compactness }) => compactness.calinski_harabasz),
    vote('elbow', eligible, elbowDepth(candidates)),
    gapVote(hints.evidence, eligible),
    vote('stability', eligible, ({ k }) => ((hints.stability?.get(k) ?? 0) >= STABLE ? k : null))
  ].filter((each) => each !== undefined)

  const slices = hasClusters(hints.evidence) === false
  const winner = slices ? mostUseful(eligible, votes, hints) : mostVotes(eligible, votes)
  const notes = { candidates, eligible, minShare }
  const reason = slices ? reasonOfUse(winner, votes, hints, notes) : reasonOfVotes(winner, votes, notes)
  return { candidate: winner, choice: { k: winner.k, reason, votes } }
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

type Votes = KChoice['votes']

const votedBy = (votes: Votes, criterion: string) => votes.find((each) => each.criterion === criterion)?.k

function mostUseful(eligible: Candidate[], votes: Votes, { stability }: Hints): Candidate {
  const elbow = votedBy(votes, 'elbow') ?? eligible.at(-1)!.k
  const few = eligible.filter(({ k }) => k <= elbow)
  const jaccard = ({ k }: Candidate) => stability?.get(k) ?? 0
  const dependable = few.filter((candidate) => jaccard(candidate) >= PATTERN)
  if (dependable.length > 0) return dependable.at(-1)!
  return few.reduce((best, next) => (jaccard(next) >= jaccard(best) ? next : best))
}

function mostVotes(eligible: Candidate[], votes: Votes): Candidate {
  const count = ({ k }: Candidate) => votes.filter((each) => each.k === k).length
  return eligible.reduce((best, next) => {
    const lead = count(next) - count(best)
    return lead > 0 || (lead === 0 && silhouetteOf(next) > silhouetteOf(best)) ? next : best
  })
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
 * The smallest k, from one on, whose gap is not below the next one's less its standard error (Tibshirani et al. 2001).
 * One is a vote too: against clusters. There is no vote for a k that does not stand for election.
 */
function gapVote(evidence: Evidence | undefined, eligible: Candidate[]) {
  const at = evidence?.at ?? []
  const found = at.find(({ gap }, index) => {
    const next = at[index + 1]
    return next !== undefined && gap >= next.gap - next.gap_se
  })
  if (found === undefined || (found.k > 1 && !eligible.some(({ k }) => k === found.k))) return undefined
  return { criterion: 'gap', k: found.k }
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
  elbow: 'the elbow of the inertia',
  gap: 'the gap statistic',
  stability: 'stability under resampling'
}

interface Notes {
  candidates: Candidate[]
  eligible: Candidate[]
  minShare: number
}

function reasonOfVotes(winner: Candidate, votes: Votes, notes: Notes): string {
  const { k } = winner
  if (notes.candidates.length === 1) return `${k} is the only choice (${figuresOf(winner)}).`
  const mine = votes.filter((each) => each.k === k).map(({ criterion }) => CRITERION_NAMES[criterion])
  const others = votes
    .filter((each) => each.k !== k)
    .map(({ criterion, k: other }) => `${CRITERION_NAMES[criterion]} prefers ${other}`)
  const preferred = mine.length > 0 ? ` is preferred by ${mine.join(', ')}` : ' was chosen by its silhouette'
  return `${k}${preferred} (${figuresOf(winner)})${others.length > 0 ? `, while ${others.join(', ')}` : ''}${skipped(notes)}.`
}

function reasonOfUse(winner: Candidate, votes: Votes, { stability }: Hints, notes: Notes): string {
  const { k } = winner
  if (notes.candidates.length === 1) return `${k} is the only choice (${figuresOf(winner)}).`
  const least = stability?.get(k)
  const back =
    least === undefined
      ? ''
      : least >= PATTERN
        ? `all its segments come back when the customers are drawn anew (Jaccard ${least.toFixed(2)} or more)`
        : `not all segments come back when the customers are drawn anew at any number up to the elbow, and with ${k} they do so best (Jaccard ${least.toFixed(2)} or more)`
  const elbow = votedBy(votes, 'elbow')
  const gain =
    elbow === k
      ? 'more would explain little more'
      : elbow === undefined
        ? ''
        : `up to ${elbow}, where more would explain little more, others come back less`
  const why = [back, gain].filter(Boolean).join(', and ')
  return `The data do not prefer a number of segments, and most criteria see two in any crowd; ${k} is useful${why ? `: ${why}` : ''} (${figuresOf(winner)})${skipped(notes)}.`
}

function skipped({ candidates, eligible, minShare }: Notes): string {
  const left = candidates.length - eligible.length
  return left > 0
    ? `; ${left} of ${candidates.length} values of k were left out because a segment would hold less than ${percent(minShare)}`
    : ''
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
