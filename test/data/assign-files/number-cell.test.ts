import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberAt } from '../../../src/data/assign-files/number-cell.ts'

const numberOf = (text: string) => {
  // In the middle of other bytes: what lies around a cell must not be read.
  const bytes = Buffer.from(`7${text}7`)
  return numberAt(bytes, 1, bytes.length - 1)
}

describe('numberAt', () => {
  test('reads every double as Number does, to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(String(value))).toBe(Number(String(value)))
      }),
      { numRuns: 2000 }
    )
  })

  test('reads decimals of any number of digits as Number does', () => {
    const digits = fc.stringMatching(/^\d{1,25}$/)
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), digits, fc.option(digits), (sign, whole, decimals) => {
        const text = `${sign}${whole}${decimals === null ? '' : `.${decimals}`}`
        expect(numberOf(text)).toBe(Number(text))
      }),
      { numRuns: 2000 }
    )
  })

  // Each written in a way that some program writes numbers, or mistakes for one.
  test.each([
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['.5', 0.5],
    ['5.', 5],
    ['-0', -0],
    [' 12 ', 12],
    ['1e999', Number.POSITIVE_INFINITY]
  ])('takes %j', (text, value) => expect(numberOf(text)).toBe(value))

  test.each(['1,5', '1 000', "1'000", '1.2.3', '-', '.', 'e5', '0x10', 'NaN', 'null', 'Infinity', '1_000', '--1', '١'])(
    'refuses %j',
    (text) => expect(numberOf(text)).toBeNaN()
  )

  test('refuses a cell that is longer than any number without reading all of it', () => {
    expect(numberOf('1'.repeat(401))).toBeNaN()
  })
})
