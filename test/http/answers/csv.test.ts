import { describe, expect, test } from 'vitest'
import type { SegmentMember } from '../../../src/flows/messages/customers.ts'
import { memberCsv } from '../../../src/http/answers/csv.ts'

const member = (fields: Partial<SegmentMember>): SegmentMember =>
  Object.freeze({
    customer_id: 'c',
    segment_id: 'seg_1',
    distance: 0.5,
    margin: 0.25,
    silhouette: null,
    revenue: 10,
    features: {},
    ...fields
  })

describe('memberCsv', () => {
  test('writes a header, a line each with CRLF, empty cells for what is absent', () => {
    const text = [
      ...memberCsv(
        ['recency_days', 'return_rate'],
        [
          member({ features: { recency_days: 12, return_rate: null } }),
          member({ customer_id: '=c2', silhouette: -0.1, revenue: -5.5, features: { recency_days: -3 } })
        ]
      )
    ].join('')
    expect(text).toBe(
      'customer_id,segment_id,distance,margin,silhouette,revenue,recency_days,return_rate\r\n' +
        'c,seg_1,0.5,0.25,,10,12,\r\n' +
        "'=c2,seg_1,0.5,0.25,-0.1,-5.5,-3,\r\n"
    )
  })

  test('writes the header alone where there is no member', () => {
    expect([...memberCsv([], [])]).toEqual(['customer_id,segment_id,distance,margin,silhouette,revenue\r\n'])
  })

  test('quotes a feature whose name holds a comma', () => {
    expect([...memberCsv(['preference_tea, coffee'], [])][0]).toContain(',"preference_tea, coffee"\r\n')
  })

  test('reads no member before it is asked for more', () => {
    let read = 0
    function* members() {
      for (;;) {
        read++
        yield member({})
      }
    }
    const chunks = memberCsv([], members())
    chunks.next()
    // One chunk of 32 KiB holds fewer than 2,000 lines of at least 20 characters.
    expect(read).toBeGreaterThan(100)
    expect(read).toBeLessThan(2000)
  })
})
