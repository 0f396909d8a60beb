import { expect, test } from 'vitest'
import { formatId } from '../../src/domain/ids.ts'

test('formatId writes the prefix and 24 characters, each from one byte', () => {
  // 0 → '0', 35 → 'z', 36 → '0' again, 251 → 251 mod 36 = 35 → 'z'
  const chance = Uint8Array.from([0, 35, 36, 251, ...Array<number>(20).fill(10)])
  expect(formatId('ds', chance)).toBe(`ds_0z0z${'a'.repeat(20)}`)
})

test('formatId skips the bytes that would favour some letters', () => {
  const chance = Uint8Array.from([252, 255, ...Array<number>(24).fill(1)])
  expect(formatId('job', chance)).toBe(`job_${'1'.repeat(24)}`)
})

test('formatId refuses too little chance', () => {
  expect(() => formatId('mdl', new Uint8Array(23))).toThrow(RangeError)
})
