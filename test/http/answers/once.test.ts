import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf } from '../../../src/http/answers/once.ts'

test('fingerprintOf does not depend on the order of keys', () => {
  expect(fingerprintOf({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } })).toBe(
    fingerprintOf({ b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 })
  )
})

test('fingerprintOf depends on the order of lists and on types', () => {
  expect(fingerprintOf([1, 2])).not.toBe(fingerprintOf([2, 1]))
  expect(fingerprintOf({ a: 1 })).not.toBe(fingerprintOf({ a: '1' }))
  expect(fingerprintOf({})).not.toBe(fingerprintOf([]))
})

test('fingerprintOf is the same for the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(fingerprintOf(JSON.parse(JSON.stringify(value)))).toBe(fingerprintOf(value))
    })
  )
})
