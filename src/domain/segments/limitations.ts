import type { OwnVocabulary } from '../records/model.ts'
import type { VocabularyName } from '../vocabulary.ts'
import type { SegmentFacts } from './facts.ts'
import { hasPositions } from './naming.ts'
import type { FoundRule } from './rule-search.ts'
import { formatPercent } from './words.ts'

/** Below so many customers the averages of a segment rest on chance. */
const SMALL = 30
const UNSHARP = 0.7
/** Mean silhouettes below this mean that many members lie about as near to another segment. */
const BLURRED = 0.1

/** What a reader must not conclude from the description of a segment, in sentences. */
export function limitationsOf(
  facts: SegmentFacts,
  rule: FoundRule,
  silhouette: number | null,
  vocabulary: VocabularyName | OwnVocabulary
): string[] {
  const { size, segments, kind } = facts
  const limitations: string[] = []
  if (segments === 1) {
    return ['All customers form one segment: its name and its actions rest on no comparison.']
  }
  limitations.push(
    typeof vocabulary !== 'string' && !hasPositions(vocabulary)
      ? 'The names are given in the order of mean spend per customer, the first name to the highest; they are no absolute grade.'
      : 'The name says how this segment lies between the other segments of this model; it is no absolute grade.'
  )
  if (size < SMALL) {
    const members = size === 1 ? 'Only 1 customer is' : `Only ${size} customers are`
    limitations.push(`${members} in this segment: a few orders can change all of its figures.`)
  }
  if (kind === 'outlier') {
    limitations.push('Its members lie outside the usual range, so a few extreme customers shape the averages.')
  }
  if (silhouette !== null && silhouette < BLURRED) {
    limitations.push('Many members lie about as near to another segment: the border of this segment is blurred.')
  }
  if (rule.precision < UNSHARP || rule.coverage < UNSHARP) {
    limitations.push(
      `The rule simplifies: ${formatPercent(rule.precision)} of the customers it describes are in this segment, ` +
        `and it finds ${formatPercent(rule.coverage)} of the segment.`
    )
  }
  limitations.push('The actions follow from past purchases; whether they work here has not been tested.')
  return limitations
}
