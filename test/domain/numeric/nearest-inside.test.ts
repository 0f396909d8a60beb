import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HalfSpace, nearestInside } from '../../../src/domain/numeric/nearest-inside.ts'

const of = (...values: number[]) => Float64Array.of(...values)
const wide = { lower: of(-10, -10), upper: of(10, 10) }
const plane = (x: number, y: number, offset: number): HalfSpace => {
  const length = Math.hypot(x, y)
  return { normal: of(x / length, y / length), offset: offset / length }
}
const enough = () => ({ left: 1e6 })

test('nearestInside drops the perpendicular on a plane, and goes to the corner of two', () => {
  const diagonal = plane(1, 1, 2)
  expect([...nearestInside(of(3, 3), wide, [diagonal], enough())!]).toEqual([
    expect.closeTo(1, 12),
    expect.closeTo(1, 12)
  ])
  // x + y ≤ 2 and x ≤ 0 from (3,3): the corner (0,2), for the planes are met at (1,1) and (0,3) alone.
  const corner = nearestInside(of(3, 3), wide, [diagonal, plane(1, 0, 0)], enough())!
  expect([...corner]).toEqual([expect.closeTo(0, 12), expect.closeTo(2, 12)])
  expect([...nearestInside(of(-1, -1), wide, [diagonal], enough())!]).toEqual([-1, -1])
})

test('nearestInside stays in the box, slides along it, and knows when there is nothing', () => {
  const fixed = { lower: of(3, -10), upper: of(3, 10) }
  expect([...nearestInside(of(3, 3), fixed, [plane(1, 1, 2)], enough())!]).toEqual([
    expect.closeTo(3, 12),
    expect.closeTo(-1, 12)
  ])
  expect(nearestInside(of(3, 3), wide, [plane(1, 0, -11)], enough())).toBeNull()
  expect(nearestInside(of(3, 3), wide, [plane(1, 0, 0), plane(-1, 0, -1)], enough())).toBeNull()
  // √2 · 2 away.
  expect(nearestInside(of(3, 3), wide, [plane(1, 1, 2)], enough(), 2.8)).toBeNull()
  expect(nearestInside(of(3, 3), wide, [plane(1, 1, 2)], { left: 0 })).toBeNull()
})

test('nearestInside is inside, and nothing inside is nearer, however sharp the corner', () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true })
  const planes = fc.array(
    fc
      .tuple(fc.double({ min: 0, max: 6.28, noNaN: true }), number)
      .map(([angle, offset]) => ({ normal: of(Math.cos(angle), Math.sin(angle)), offset })),
    { maxLength: 6 }
  )
  fc.assert(
    fc.property(fc.tuple(number, number), planes, (start, halfSpaces) => {
      const isInside = (x: number, y: number, by: number) =>
        Math.max(Math.abs(x), Math.abs(y)) <= 10 &&
        halfSpaces.every(({ normal, offset }) => normal[0]! * x + normal[1]! * y <= offset - by)
      const found = nearestInside(of(...start), wide, halfSpaces, enough())
      if (found !== null) expect(isInside(found[0]! * (1 - 1e-12), found[1]! * (1 - 1e-12), -1e-9)).toBe(true)
      const least = found === null ? Number.POSITIVE_INFINITY : Math.hypot(found[0]! - start[0], found[1]! - start[1])
      for (let x = -10; x <= 10; x += 0.5) {
        for (let y = -10; y <= 10; y += 0.5) {
          if (isInside(x, y, 1e-6)) expect(Math.hypot(x - start[0], y - start[1])).toBeGreaterThan(least - 1e-9)
        }
      }
    })
  )
})
