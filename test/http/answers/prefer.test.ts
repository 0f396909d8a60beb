import { expect, test } from 'vitest'
import { waitSeconds } from '../../../src/http/answers/prefer.ts'

test.each<[string | string[] | undefined, number]>([
  [undefined, 30],
  ['wait=5', 5],
  ['wait=0', 0],
  ['wait = 7', 7],
  ['WAIT=7', 7],
  ['wait="7"', 7],
  ['wait=121', 120],
  ['wait=999999999', 120],
  ['respond-async', 0],
  // RFC 7240, 4.3: together they ask for an answer within the wait, and 202 after it.
  ['respond-async, wait=10', 10],
  [['return=minimal', 'wait=3'], 3],
  ['wait=-1', 30],
  ['wait=1e9', 30],
  ['wait', 30],
  ['await=9', 30]
])('waitSeconds of %j is %d', (prefer, seconds) => {
  expect(waitSeconds(prefer)).toBe(seconds)
})
