import { textCell } from '../../domain/records/csv-text.ts'
import type { SegmentMember } from '../../flows/messages/customers.ts'

/** Numbers stay numbers: `-5.5` is no formula. An absent one is an empty cell. */
const numberCell = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))

const CHUNK_CHARACTERS = 32_768

/** The members as CSV text with a header, in pieces of about 32 KiB; made as they are read. */
export function* memberCsv(features: readonly string[], members: Iterable<SegmentMember>): Generator<string> {
  const columns = ['customer_id', 'segment_id', 'distance', 'margin', 'silhouette', 'revenue', ...features]
  let chunk = `${columns.map(textCell).join(',')}\r\n`
  for (const member of members) {
    const cells = [
      textCell(member.customer_id),
      textCell(member.segment_id),
      numberCell(member.distance),
      numberCell(member.margin),
      numberCell(member.silhouette),
      numberCell(member.revenue),
      ...features.map((name) => numberCell(member.features[name]))
    ]
    chunk += `${cells.join(',')}\r\n`
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk
      chunk = ''
    }
  }
  if (chunk !== '') yield chunk
}
