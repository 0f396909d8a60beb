import fc from 'fast-check'
import { expect, test } from 'vitest'
import { symmetricEigen } from '../../../src/domain/numeric/jacobi.ts'

test('symmetricEigen of [[2,1],[1,2]] is 3 along (1,1) and 1 along (1,−1)', () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
  expect(values[0]).toBeCloseTo(3, 14)
  expect(values[1]).toBeCloseTo(1, 14)
  expect(Math.abs(vectors[0]![0]! + vectors[0]![1]!)).toBeCloseTo(Math.SQRT2, 14)
})

test('symmetricEigen gives an orthonormal basis with A·v = λ·v, largest λ first', () => {
  const matrices = fc.integer({ min: 1, max: 8 }).chain((d) =>
    fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: d * d, maxLength: d * d }).map((cells) => ({
      d,
      a: Float64Array.from(
        cells,
        (_, at) => cells[Math.floor(at / d) * d + (at % d)]! + cells[(at % d) * d + Math.floor(at / d)]!
      )
    }))
  )
  fc.assert(
    fc.property(matrices, ({ a, d }) => {
      const { values, vectors } = symmetricEigen(a, d)
      for (let i = 0; i < d; i++) {
        if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!)
        for (let row = 0; row < d; row++) {
          let product = 0
          for (let column = 0; column < d; column++) product += a[row * d + column]! * vectors[i]![column]!
          expect(product).toBeCloseTo(values[i]! * vectors[i]![row]!, 8)
        }
        for (let j = 0; j <= i; j++) {
          const dot = vectors[i]!.reduce((sum, x, row) => sum + x * vectors[j]![row]!, 0)
          expect(dot).toBeCloseTo(i === j ? 1 : 0, 10)
        }
      }
    }),
    { numRuns: 50, seed: 1 }
  )
})
